package artifact

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/seed-64d012fb/mimic/models"
	"github.com/seed-64d012fb/mimic/space"
)

// Load reads a model file. It refuses, in a sentence that names the file and
// says what to do, one that is cut short, damaged, made by a newer mimic, or no
// model file at all.
func Load(path string) (*Artifact, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: not a regular file: a model is read from a file on disk", path)
	}
	return Read(f, info.Size(), path)
}

// Read reads a model file of that size from r. Errors call it name.
func Read(r io.ReaderAt, size int64, name string) (*Artifact, error) {
	a, err := read(r, size)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return a, nil
}

const (
	howToMake = `mimic fit DATA -o MODEL writes one`
	remedy    = "copy it again, or fit again"
)

func read(r io.ReaderAt, size int64) (*Artifact, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, notZip(r, size)
	}
	entries, err := index(z, size)
	if err != nil {
		return nil, err
	}
	if entries[manifestEntry] == nil {
		return nil, fmt.Errorf("a zip archive, but not a model file, since it has no %s; %s", manifestEntry, howToMake)
	}
	var a Artifact
	if err := readManifest(entries[manifestEntry], &a.Manifest); err != nil {
		return nil, err
	}
	rung, err := models.Lookup(a.Manifest.Kind)
	if err != nil {
		return nil, fmt.Errorf("%w; install the mimic that wrote the file (%s) or a newer one", err, a.Manifest.Mimic)
	}
	for _, want := range []string{schemaEntry, modelEntry} {
		if entries[want] == nil {
			return nil, fmt.Errorf("damaged: it has no %s; %s", want, remedy)
		}
	}
	text, err := readEntry(entries[schemaEntry])
	if err != nil {
		return nil, err
	}
	schema, err := space.Unmarshal(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", schemaEntry, err)
	}
	theta, err := readEntry(entries[modelEntry])
	if err != nil {
		return nil, err
	}
	if a.Model, err = rung.Decode(schema, theta); err != nil {
		return nil, fmt.Errorf("%s does not hold a %s model of %s: %w", modelEntry, rung.Kind, schemaEntry, err)
	}
	return &a, nil
}

// notZip says what a file that is no zip archive seems to be.
func notZip(r io.ReaderAt, size int64) error {
	magic := []byte("PK\x03\x04")
	start := make([]byte, len(magic))
	n, err := r.ReadAt(start, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	switch {
	case size == 0:
		return fmt.Errorf("empty; %s", remedy)
	case bytes.HasPrefix(magic, start[:n]):
		return fmt.Errorf("cut short or damaged; %s", remedy)
	}
	return fmt.Errorf("not a model file; %s", howToMake)
}

// index returns the entries by name. It refuses what Write never makes: an entry
// twice, and sizes that no honest file has.
func index(z *zip.Reader, size int64) (map[string]*zip.File, error) {
	entries := map[string]*zip.File{}
	for _, f := range z.File {
		switch {
		case entries[f.Name] != nil:
			return nil, fmt.Errorf("damaged: it has %s twice; %s", f.Name, remedy)
		case f.CompressedSize64 > uint64(size) || f.UncompressedSize64 > maxEntry:
			return nil, fmt.Errorf("damaged: %s is larger than the file can hold; %s", f.Name, remedy)
		case f.UncompressedSize64 > maxExpansion*f.CompressedSize64:
			return nil, fmt.Errorf("%s would unpack to %d bytes, more than %d times its size, which no model file does", f.Name, f.UncompressedSize64, maxExpansion)
		}
		entries[f.Name] = f
	}
	return entries, nil
}

func readManifest(f *zip.File, m *Manifest) error {
	text, err := readEntry(f)
	if err != nil {
		return err
	}
	// The version decides how the rest is to be read, so it is read first.
	var head struct {
		Format  string `json:"format"`
		Version int    `json:"version"`
		Mimic   string `json:"mimic"`
	}
	if err := json.Unmarshal(text, &head); err != nil {
		return fmt.Errorf("%s: %w", manifestEntry, err)
	}
	switch {
	case head.Format != format:
		return fmt.Errorf("not a model file, since its %s says format %q; %s", manifestEntry, head.Format, howToMake)
	case head.Version > Version:
		return fmt.Errorf("written in format %d by a newer mimic (%s); this one reads formats up to %d: install a newer mimic", head.Version, head.Mimic, Version)
	case head.Version < 1:
		return fmt.Errorf("%s: there is no format %d", manifestEntry, head.Version)
	}
	if err := json.Unmarshal(text, m); err != nil {
		return fmt.Errorf("%s: %w", manifestEntry, err)
	}
	return nil
}

// readEntry unpacks an entry whose sizes index has let pass. Memory grows with
// what really comes, not with what the entry claims.
func readEntry(f *zip.File) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.Name, err)
	}
	data, err := io.ReadAll(io.LimitReader(r, int64(f.UncompressedSize64)+1))
	if err := errors.Join(err, r.Close()); err != nil {
		return nil, fmt.Errorf("damaged: %s cannot be unpacked (%w); %s", f.Name, err, remedy)
	}
	if uint64(len(data)) != f.UncompressedSize64 {
		return nil, fmt.Errorf("damaged: %s is longer than it says; %s", f.Name, remedy)
	}
	return slices.Clip(data), nil
}
