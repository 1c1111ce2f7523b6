package artifact

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"io"

	"github.com/seed-64d012fb/mimic/internal/atomicfile"
	"github.com/seed-64d012fb/mimic/space"
)

// The entries of a model file, in their order.
const (
	manifestEntry = "manifest.json"
	schemaEntry   = "schema.yaml"
	modelEntry    = "model.cbor"
)

// maxExpansion is how many times its compressed size an entry may have. Deflate
// reaches a thousand, which is what a zip bomb is made of; parameters that
// shrink that far are written as they are.
const maxExpansion = 100

// maxEntry bounds an entry, so that sizes and offsets stay far from overflow.
const maxEntry = 1 << 30

// entryDate is the date of all entries in the form of MS-DOS: 1 January 1980,
// the first that zip can tell. The time of writing would make every file differ.
const entryDate = 1<<5 | 1

// Save writes the model file beside path and renames it, so that path never
// names half of one.
func Save(path string, a *Artifact) error {
	f, err := atomicfile.Create(path)
	if err != nil {
		return err
	}
	defer f.Abort()
	if err := Write(f, a); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return f.Commit()
}

// Write writes the model file to w.
func Write(w io.Writer, a *Artifact) error {
	m := a.Manifest
	m.Format, m.Version, m.Mimic, m.Kind = format, Version, program(), a.Model.Kind()
	manifest, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	schema, err := space.Marshal(a.Model.Schema())
	if err != nil {
		return err
	}
	model, err := a.Model.AppendBinary(nil)
	if err != nil {
		return err
	}

	z := zip.NewWriter(w)
	for _, e := range []struct {
		name string
		data []byte
	}{
		{manifestEntry, append(manifest, '\n')},
		{schemaEntry, schema},
		{modelEntry, model},
	} {
		if err := writeEntry(z, e.name, e.data); err != nil {
			return err
		}
	}
	return z.Close()
}

func writeEntry(z *zip.Writer, name string, data []byte) error {
	if len(data) > maxEntry {
		return fmt.Errorf("%s has %d bytes, and a model file takes up to %d", name, len(data), maxEntry)
	}
	method, packed, err := compress(data)
	if err != nil {
		return err
	}
	h := &zip.FileHeader{
		Name:               name,
		Method:             method,
		CRC32:              crc32.ChecksumIEEE(data),
		CompressedSize64:   uint64(len(packed)),
		UncompressedSize64: uint64(len(data)),
	}
	//lint:ignore SA1019 CreateRaw writes this field, not the one that replaces it
	h.ModifiedDate = entryDate
	w, err := z.CreateRaw(h)
	if err != nil {
		return err
	}
	_, err = w.Write(packed)
	return err
}

// compress deflates data where that makes them smaller, and not so much smaller
// that Load would take them for a bomb.
func compress(data []byte) (method uint16, packed []byte, err error) {
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.DefaultCompression)
	if err != nil {
		return 0, nil, err
	}
	if _, err := w.Write(data); err != nil {
		return 0, nil, err
	}
	if err := w.Close(); err != nil {
		return 0, nil, err
	}
	if b.Len() >= len(data) || len(data) > maxExpansion*b.Len() {
		return zip.Store, data, nil
	}
	return zip.Deflate, b.Bytes(), nil
}
