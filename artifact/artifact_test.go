package artifact

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"hash/crc32"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/fit"
	"github.com/seed-64d012fb/mimic/models"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// people is a small table of every sort of column.
func people() *table.Table {
	const n = 60
	s := &space.Schema{Fields: []space.Field{
		{Name: "age", Kind: space.Integer, Min: 17, Max: 17 + n - 1},
		{Name: "colour", Kind: space.Category, Levels: []string{"blue", "green", "red, dark"}, Missing: []string{"?"}},
		{Name: "weight", Kind: space.Real, Min: 40, Max: 99, Missing: []string{""}},
	}}
	b := table.NewBatch(s, 0, n)
	for i := range n {
		b.Cols[0].Num[i] = float64(17 + i)
		b.Cols[1].Code[i] = int32(i%4) - 1
		b.Cols[2].Num[i] = 40 + math.Abs(math.Sin(float64(i)))*59
		if i%7 == 0 {
			b.Cols[2].Num[i] = table.NoNumber
		}
	}
	b.Cols[2].Num[1], b.Cols[2].Num[2] = 40, 99
	return table.New(b)
}

// pictures is a small table of labelled pictures, of strokes that lie where the
// label says and dots.
func pictures() *table.Table {
	const n = 60
	m := space.Image{Name: "image", First: 1, Width: 2, Height: 3, Channels: 1, Levels: 2}
	label := space.Field{Name: "label", Kind: space.Category, Levels: []string{"top", "middle", "bottom"}}
	b := table.NewBatch(&space.Schema{Fields: append([]space.Field{label}, m.Fields()...), Image: &m}, 0, n)
	for i := range n {
		b.Cols[0].Code[i] = int32(i % 3)
		for at := range 6 {
			if at/2 == i%3 || (i+5*at)%7 == 0 {
				b.Cols[m.Field(at%2, at/2, 0)].Code[i] = 1
			}
		}
	}
	return table.New(b)
}

// tables returns the tables that subjects are fitted to.
func tables() []*table.Table { return []*table.Table{people(), pictures()} }

// tableOf returns the table of the model's schema, or nil.
func tableOf(m mimic.Model) *table.Table {
	for _, t := range tables() {
		if m.Schema().Equal(t.Schema()) {
			return t
		}
	}
	return nil
}

// subject is a rung's model of the first of the tables that the rung is made for.
type subject struct {
	data    *table.Table
	options models.Options
	model   mimic.Model
	nats    fit.Nats
}

// subjects are those that were asked for: a fit can take long.
var subjects sync.Map // kind -> func() (subject, error)

// subjectOf returns the subject of that kind.
func subjectOf(t testing.TB, kind string) subject {
	t.Helper()
	fitted, _ := subjects.LoadOrStore(kind, sync.OnceValues(func() (subject, error) { return newSubject(kind) }))
	s, err := fitted.(func() (subject, error))()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func newSubject(kind string) (s subject, err error) {
	r, err := models.Lookup(kind)
	if err != nil {
		return s, err
	}
	s.options = models.Options{Seed: 1<<63 + 1}
	family, err := r.New(s.options)
	if err != nil {
		return s, err
	}
	ctx := context.Background()
	for _, s.data = range tables() {
		s.model, err = fit.Run(ctx, s.data, family, fit.Options{})
		if !errors.Is(err, mimic.ErrUnsuited) {
			break
		}
	}
	if err != nil {
		return s, err
	}
	s.nats, err = fit.Evaluate(ctx, s.model, s.data)
	return s, err
}

// sample returns a sound artifact of that kind.
func sample(t testing.TB, kind string) *Artifact {
	t.Helper()
	s := subjectOf(t, kind)
	return &Artifact{Model: s.model, Manifest: Manifest{
		Options: s.options,
		Data:    Data{Rows: s.data.Rows(), Digest: "sha256:00"},
		HeldOut: &HeldOut{Share: .1, Seed: 7, Nats: s.nats},
	}}
}

func written(t testing.TB, a *Artifact) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, a); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func load(data []byte) (*Artifact, error) {
	return Read(bytes.NewReader(data), int64(len(data)), "m.mimic")
}

// theta returns the bytes of the model's parameters.
func theta(t testing.TB, m mimic.Model) []byte {
	t.Helper()
	b, err := m.AppendBinary(nil)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestRoundTrip(t *testing.T) {
	for _, kind := range models.Kinds() {
		a := sample(t, kind)
		path := filepath.Join(t.TempDir(), "m.mimic")
		if err := Save(path, a); err != nil {
			t.Fatal(err)
		}
		b, err := Load(path)
		if err != nil {
			t.Fatal(err)
		}
		want := a.Manifest
		want.Format, want.Version, want.Mimic, want.Kind = "mimic model", 1, program(), kind
		if d := cmp.Diff(want, b.Manifest); d != "" {
			t.Errorf("%s: manifest -saved +loaded\n%s", kind, d)
		}
		if b.Model.Kind() != kind || !bytes.Equal(theta(t, a.Model), theta(t, b.Model)) {
			t.Errorf("%s: another model was loaded", kind)
		}
		if !a.Model.Schema().Equal(b.Model.Schema()) {
			t.Errorf("%s: another schema was loaded", kind)
		}
		if x, y := written(t, a), written(t, b); !bytes.Equal(x, y) {
			t.Errorf("%s: saving what was loaded gives other bytes", kind)
		}
	}
}

// TestOpenableByUnzip holds what other programs see: three entries, sizes and
// checksums where a reader expects them, no time of writing.
func TestOpenableByUnzip(t *testing.T) {
	data := written(t, sample(t, "independent"))
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range z.File {
		names = append(names, f.Name)
		if !f.Modified.Equal(time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)) || f.Flags&8 != 0 {
			t.Errorf("%s: time %v, flags %x", f.Name, f.Modified, f.Flags)
		}
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, r); err != nil {
			t.Errorf("%s: %v", f.Name, err)
		}
	}
	if want := []string{"manifest.json", "schema.yaml", "model.cbor"}; !slices.Equal(names, want) {
		t.Errorf("entries %v, want %v", names, want)
	}
}

func TestSaveReplacesWholeFilesOnly(t *testing.T) {
	path := filepath.Join(t.TempDir(), "m.mimic")
	if err := os.WriteFile(path, []byte("precious"), 0o666); err != nil {
		t.Fatal(err)
	}
	broken := sample(t, "independent")
	broken.Model = unwritable{broken.Model}
	if err := Save(path, broken); !errors.Is(err, errPlanted) || !strings.Contains(err.Error(), path) {
		t.Errorf("error %v", err)
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != "precious" {
		t.Errorf("the old file is now %q (%v)", text, err)
	}
}

var errPlanted = errors.New("planted")

type unwritable struct{ mimic.Model }

func (unwritable) AppendBinary([]byte) ([]byte, error) { return nil, errPlanted }

// entry is an entry of a hand-made archive.
type entry struct {
	name string
	data []byte
}

// unpack and pack take an archive apart and put it together again.
func unpack(t testing.TB, data []byte) (entries []entry) {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range z.File {
		body, err := readEntry(f)
		if err != nil {
			t.Fatal(err)
		}
		entries = append(entries, entry{f.Name, body})
	}
	return entries
}

func pack(t testing.TB, entries ...entry) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, e := range entries {
		w, err := z.Create(e.name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(e.data); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestRefusedInASentence(t *testing.T) {
	good := written(t, sample(t, "independent"))
	parts := unpack(t, good)
	manifest, schema, model := parts[0], parts[1], parts[2]
	edit := func(e entry, old, new string) entry {
		if !bytes.Contains(e.data, []byte(old)) {
			t.Fatalf("%s has no %q:\n%s", e.name, old, e.data)
		}
		return entry{e.name, bytes.Replace(e.data, []byte(old), []byte(new), 1)}
	}
	if _, err := load(pack(t, manifest, schema, model)); err != nil {
		t.Fatal("a file that somebody packed again:", err)
	}
	zeros := make([]byte, 1<<20)

	for _, c := range []struct {
		what string
		data []byte
		want string
	}{
		{"empty", nil, "m.mimic: empty; copy it again, or fit again"},
		{"a CSV file", []byte("age,colour\n17,blue\n"), "m.mimic: not a model file; mimic fit DATA -o MODEL writes one"},
		{"a short text", []byte("PX"), "m.mimic: not a model file; mimic fit DATA -o MODEL writes one"},
		{"cut short", good[:len(good)-30], "m.mimic: cut short or damaged; copy it again, or fit again"},
		{"cut very short", good[:3], "m.mimic: cut short or damaged; copy it again, or fit again"},
		{"the start is lost", good[100:], "m.mimic: "},
		{"another zip", pack(t, entry{"readme.txt", []byte("x")}), "m.mimic: a zip archive, but not a model file, since it has no manifest.json; mimic fit"},
		{"another manifest", pack(t, entry{"manifest.json", []byte(`{"format": "web app"}`)}), `says format "web app"`},
		{"a manifest that is no JSON", pack(t, entry{"manifest.json", []byte("{")}), "m.mimic: manifest.json: unexpected end of JSON"},
		{"a manifest of another type", pack(t, edit(manifest, `"seed": 9223372036854775809`, `"seed": "x"`), schema, model), "m.mimic: manifest.json: "},
		{"too new", pack(t, edit(manifest, `"version": 1`, `"version": 2, "options": "new"`), schema, model), "m.mimic: written in format 2 by a newer mimic ("},
		{"format 0", pack(t, edit(manifest, `"version": 1`, `"version": 0`), schema, model), "m.mimic: manifest.json: there is no format 0"},
		{"unknown kind", pack(t, edit(manifest, "independent", "clairvoyant"), schema, model), `m.mimic: unknown model "clairvoyant": one of uniform, `},
		{"no schema", pack(t, manifest, model), "m.mimic: damaged: it has no schema.yaml; copy it again, or fit again"},
		{"no model", pack(t, manifest, schema), "m.mimic: damaged: it has no model.cbor; copy it again, or fit again"},
		{"an entry twice", pack(t, manifest, schema, model, model), "m.mimic: damaged: it has model.cbor twice"},
		{"a broken schema", pack(t, manifest, entry{schema.name, []byte("fields: 1")}, model), "m.mimic: schema.yaml: "},
		{"another schema", pack(t, manifest, edit(schema, "blue,", "blue, cyan,"), model), "m.mimic: model.cbor does not hold a independent model of schema.yaml: "},
		{"a broken model", pack(t, manifest, schema, entry{model.name, model.data[:len(model.data)-1]}), "m.mimic: model.cbor does not hold a independent model of schema.yaml: "},
		{"a zip bomb", pack(t, manifest, schema, entry{model.name, zeros}), "m.mimic: model.cbor would unpack to 1048576 bytes, more than 100 times its size"},
		{"flipped bit in the manifest", flip(t, good, manifest.name), "m.mimic: damaged: manifest.json cannot be unpacked ("},
		{"flipped bit in the schema", flip(t, good, schema.name), "m.mimic: damaged: schema.yaml cannot be unpacked ("},
		{"flipped bit in the model", flip(t, good, model.name), "m.mimic: damaged: model.cbor cannot be unpacked ("},
	} {
		a, err := load(c.data)
		if a != nil || err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want one with %q", c.what, err, c.want)
		}
	}
}

// flip returns the archive with one bit of the named entry's packed bytes
// flipped.
func flip(t testing.TB, data []byte, name string) []byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range z.File {
		if f.Name == name {
			at, err := f.DataOffset()
			if err != nil {
				t.Fatal(err)
			}
			bad := bytes.Clone(data)
			bad[at+int64(f.CompressedSize64)/2] ^= 1
			return bad
		}
	}
	t.Fatalf("no %s", name)
	return nil
}

// TestNoTruncationAndNoFlipIsLoaded cuts a file everywhere and flips a bit of
// every byte: what loads, if anything does, is the same model.
func TestNoTruncationAndNoFlipIsLoaded(t *testing.T) {
	a := sample(t, "uniform")
	good, want := written(t, a), theta(t, a.Model)
	for i := range good {
		if _, err := load(good[:i]); err == nil {
			t.Errorf("the first %d of %d bytes load", i, len(good))
		}
		bad := bytes.Clone(good)
		bad[i] ^= 1 << (i % 8)
		if b, err := load(bad); err == nil && !bytes.Equal(theta(t, b.Model), want) {
			t.Errorf("with a flipped bit in byte %d another model loads", i)
		}
	}
}

// TestLyingSizes rewrites what an entry says of its size.
func TestLyingSizes(t *testing.T) {
	parts := unpack(t, written(t, sample(t, "independent")))
	model := parts[2]
	for what, size := range map[string]uint64{"shorter": uint64(len(model.data) - 1), "longer": uint64(len(model.data) + 1), "huge": 1 << 40} {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		for _, e := range parts {
			h := &zip.FileHeader{
				Name: e.name, CRC32: crc32.ChecksumIEEE(e.data),
				CompressedSize64: uint64(len(e.data)), UncompressedSize64: uint64(len(e.data)),
			}
			if e.name == model.name {
				h.UncompressedSize64 = size
			}
			w, err := z.CreateRaw(h)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := w.Write(e.data); err != nil {
				t.Fatal(err)
			}
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := load(b.Bytes()); err == nil || !strings.Contains(err.Error(), "model.cbor") {
			t.Errorf("a model that is said to be %s: %v", what, err)
		}
	}
}

// TestParametersThatShrinkLikeABomb must be saved so that they load again.
func TestParametersThatShrinkLikeABomb(t *testing.T) {
	for what, data := range map[string][]byte{
		"nothing": {}, "zeros": make([]byte, 1<<20), "text": bytes.Repeat([]byte("0123456789abcdef"), 9), "noise": noise(10_000),
	} {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		if err := writeEntry(z, "x", data); err != nil {
			t.Fatal(err)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		r, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
		if err != nil {
			t.Fatal(err)
		}
		entries, err := index(r, int64(b.Len()))
		if err != nil {
			t.Errorf("%s: %v", what, err)
			continue
		}
		if got, err := readEntry(entries["x"]); err != nil || !bytes.Equal(got, data) {
			t.Errorf("%s: %d bytes come back (%v)", what, len(got), err)
		}
	}
}

func noise(n int) (b []byte) {
	for h := sha256.Sum256(nil); len(b) < n; h = sha256.Sum256(h[:]) {
		b = append(b, h[:]...)
	}
	return b
}

func TestLoadNamesThePath(t *testing.T) {
	dir := t.TempDir()
	if _, err := Load(filepath.Join(dir, "none.mimic")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	if _, err := Load(dir); err == nil || !strings.Contains(err.Error(), "not a regular file") {
		t.Errorf("a folder: %v", err)
	}
	path := filepath.Join(dir, "data.csv")
	if err := os.WriteFile(path, []byte("a,b\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(path); err == nil || !strings.HasPrefix(err.Error(), path+": not a model file") {
		t.Errorf("a CSV file: %v", err)
	}
}
