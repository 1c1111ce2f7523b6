package files

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/seed-64d012fb/mimic/internal/par"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
	"github.com/seed-64d012fb/mimic/table/ingest"
	"github.com/seed-64d012fb/mimic/table/pictures"
)

// zipOf returns an archive of files: name, content, name, content, …
func zipOf(files ...string) string {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		w, _ := z.Create(files[i])
		w.Write([]byte(files[i+1]))
	}
	z.Close()
	return b.String()
}

func tarOf(files ...string) string {
	var b bytes.Buffer
	z := tar.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		z.WriteHeader(&tar.Header{Name: files[i], Mode: 0o644, Size: int64(len(files[i+1])), Typeflag: tar.TypeReg})
		z.Write([]byte(files[i+1]))
	}
	z.Close()
	return b.String()
}

// dots returns a grey picture of so many columns.
func dots(columns int, pix ...byte) *image.Gray {
	return &image.Gray{Pix: pix, Stride: columns, Rect: image.Rect(0, 0, columns, len(pix)/columns)}
}

func pngOf(img image.Image) string {
	var b bytes.Buffer
	png.Encode(&b, img)
	return b.String()
}

func gifOf(img image.Image) string {
	var b bytes.Buffer
	gif.Encode(&b, img, nil)
	return b.String()
}

func jpegOf(img image.Image) string {
	var b bytes.Buffer
	jpeg.Encode(&b, img, &jpeg.Options{Quality: 100})
	return b.String()
}

// idxOf returns an IDX file of bytes.
func idxOf(pix []byte, sizes ...int) string {
	b := []byte{0, 0, 8, byte(len(sizes))}
	for _, n := range sizes {
		b = binary.BigEndian.AppendUint32(b, uint32(n))
	}
	return string(append(b, pix...))
}

// rowsOf returns the rows of a table as text: the label, if there is one, and the
// codes of the pixels.
func rowsOf(t *table.Table) (rows []string) {
	s, b := t.Schema(), t.All()
	for i := range b.N {
		var row []string
		for j := range s.Fields {
			if code := b.Cols[j].Code[i]; s.Image.Has(j) || code < 0 {
				row = append(row, fmt.Sprint(code))
			} else {
				row = append(row, s.Fields[j].Levels[code]+":")
			}
		}
		rows = append(rows, strings.Join(row, " "))
	}
	return rows
}

func TestPictures(t *testing.T) {
	black, white, step := dots(2, 0, 0, 0, 0), dots(2, 255, 255, 255, 255), dots(2, 0, 255, 0, 255)
	wide := dots(4, 0, 255, 255, 255, 0, 255, 0, 255)
	red := image.NewNRGBA(image.Rect(0, 0, 2, 2))
	for i := range 4 {
		red.SetNRGBA(i%2, i/2, color.NRGBA{255, 0, 0, byte(255 * (i / 2))})
	}
	folder(t, map[string]string{
		"two/a/1.png": pngOf(black), "two/b/2.gif": gifOf(step), "two/b/10.png": pngOf(white),
		"two/b/.hidden.png": "x", "two/notes.txt": "about", "two/.git/1.png": "x", "two/c": pngOf(step),
		"flat/1.png": pngOf(black), "flat/2.png": pngOf(step),
		"ragged/1.png": pngOf(wide), "ragged/2.png": pngOf(step), "ragged/3.png": pngOf(white),
		"red/1.png": pngOf(red), "red/2.png": pngOf(white),
		"grey/1.png":          pngOf(dots(2, 0, 100, 127, 128)),
		"jpeg/1.jpg":          jpegOf(white),
		"a.zip":               zipOf("top/b/1.png", pngOf(white), "top/a/2.png", pngOf(black), "__MACOSX/top/a/._2.png", "x", "read.me", "me"),
		"one.zip":             zipOf("top/1.png", pngOf(white)),
		"a.tar":               tarOf("top/b/1.png", pngOf(white), "top/a/2.png", pngOf(black), "read.me", "me"),
		"a.tar.gz":            string(gzipOf([]byte(tarOf("b/1.png", pngOf(white), "a/2.png", pngOf(black))))),
		"t-images-idx3-ubyte": idxOf([]byte{0, 1, 2, 255, 9, 8, 7, 6}, 2, 2, 2), "t-labels-idx1-ubyte": idxOf([]byte{10, 9}, 2),
		"codes.idx": idxOf([]byte{0, 1, 2, 1}, 1, 2, 2), "codes-labels.idx.gz": string(gzipOf([]byte(idxOf([]byte{3}, 1)))),
		"bits.idx": idxOf([]byte{0, 255, 0, 255}, 1, 2, 2), "rgb.idx": idxOf([]byte{1, 2, 3, 4, 4, 4}, 1, 1, 2, 3),
	})
	shape := func(w, h, levels int) pictures.Shape { return pictures.Shape{Width: w, Height: h, Levels: levels} }
	gray := pictures.Shape{Gray: true, Levels: 256}
	for _, c := range []struct {
		patterns string
		shape    pictures.Shape
		size     string
		levels   int
		rows     string
	}{
		{"two", pictures.Shape{}, "2x2", 2, "a: 0 0 0 0|b: 1 1 1 1|b: 0 1 0 1|-1 0 1 0 1"},
		{"flat", pictures.Shape{}, "2x2", 2, "0 0 0 0|0 1 0 1"},
		{"two/a/1.png two/b/2.gif", pictures.Shape{}, "2x2", 2, "a: 0 0 0 0|b: 0 1 0 1"},
		{"flat/1.png flat/2.png", pictures.Shape{}, "2x2", 2, "0 0 0 0|0 1 0 1"},
		{"two/[ab]/[0-9]*.png flat", pictures.Shape{}, "2x2", 2, "a: 0 0 0 0|b: 1 1 1 1|-1 0 0 0 0|-1 0 1 0 1"},
		{"ragged", shape(2, 1, 256), "2x1", 256, "128 191|0 255|255 255"},
		{"ragged", shape(1, 1, 2), "1x1", 2, "1|1|1"},
		{"red", pictures.Shape{}, "2x2x3", 2, "1 1 1 1 1 1 1 0 0 1 0 0|1 1 1 1 1 1 1 1 1 1 1 1"},
		{"red", gray, "2x2", 256, "255 255 76 76|255 255 255 255"},
		{"grey", pictures.Shape{Levels: 2}, "2x2", 2, "0 0 0 1"},
		{"grey", pictures.Shape{Levels: 4}, "2x2", 4, "0 1 1 2"},
		{"grey", pictures.Shape{}, "2x2", 256, "0 100 127 128"},
		{"jpeg", pictures.Shape{}, "2x2", 2, "1 1 1 1"},
		{"a.zip", pictures.Shape{}, "2x2", 2, "a: 0 0 0 0|b: 1 1 1 1"},
		{"one.zip", pictures.Shape{}, "2x2", 2, "1 1 1 1"},
		{"a.tar", pictures.Shape{}, "2x2", 2, "b: 1 1 1 1|a: 0 0 0 0"},
		{"a.tar.gz", pictures.Shape{}, "2x2", 2, "b: 1 1 1 1|a: 0 0 0 0"},
		{"t-images-idx3-ubyte", pictures.Shape{}, "2x2", 256, "10: 0 1 2 255|9: 9 8 7 6"},
		{"t-*", pictures.Shape{}, "2x2", 256, "10: 0 1 2 255|9: 9 8 7 6"},
		{"codes.idx", pictures.Shape{}, "2x2", 3, "3: 0 1 2 1"},
		{"codes.idx", pictures.Shape{Levels: 8}, "2x2", 8, "3: 0 1 2 1"},
		{"bits.idx", pictures.Shape{}, "2x2", 2, "0 1 0 1"},
		{"rgb.idx", pictures.Shape{}, "2x1x3", 5, "1 2 3 4 4 4"},
	} {
		for _, workers := range []int{1, 3} {
			tab, _, err := Read(par.WithWorkers(t.Context(), workers), strings.Fields(c.patterns), Options{Shape: c.shape})
			if err != nil {
				t.Errorf("%s: %v", c.patterns, err)
				continue
			}
			m := tab.Schema().Image
			if got := strings.Join(rowsOf(tab), "|"); m == nil || m.Size() != c.size || m.Levels != c.levels || got != c.rows {
				t.Errorf("%s, %+v: %v, %s; want %s, %d levels, %s", c.patterns, c.shape, m, got, c.size, c.levels, c.rows)
			}
		}
	}
	tab, rep, err := Read(context.Background(), []string{"two"}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if f := tab.Schema().Fields[0]; f.Name != "label" || f.Kind != space.Category || strings.Join(f.Levels, "") != "ab" {
		t.Errorf("label %+v", f)
	}
	if rep.Files != 4 || rep.Rows != 4 || len(rep.Notes) != 1 || rep.Notes[0] != "left out notes.txt, which is no picture" {
		t.Errorf("report %+v", rep)
	}
}

// TestPicturesOfASchema: pictures become what a sample space says, and the report
// says so.
func TestPicturesOfASchema(t *testing.T) {
	folder(t, map[string]string{
		"new/7/1.png": pngOf(dots(2, 0, 0, 200, 200)), "new/9/2.png": pngOf(dots(1, 255)), "odd/5/1.png": pngOf(dots(1, 0)), "none/1.png": pngOf(dots(1, 0)),
	})
	o := &space.Overrides{}
	for _, err := range []error{o.SetImage("1x1"), o.SetKind("label=ordinal")} {
		if err != nil {
			t.Fatal(err)
		}
	}
	m := &space.Image{Name: "image", First: 1, Width: 1, Height: 1, Channels: 1, Levels: 2}
	s := &space.Schema{Fields: append([]space.Field{{Name: "digit", Kind: space.Category, Levels: []string{"7", "8", "9"}}}, m.Fields()...), Image: m}
	tab, rep, err := Read(context.Background(), []string{"new"}, Options{Options: ingest.Options{Schema: s}})
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(rowsOf(tab), "|"); got != "7: 0|9: 1" || tab.Schema() != s {
		t.Errorf("rows %s", got)
	}
	if want := filepath.Join("new", "7", "1.png") + " is 2x2, and was made 1x1, as the sample space has pictures"; len(rep.Notes) != 2 || rep.Notes[0] != want || rep.Notes[1] != "pixels were rounded to 2 levels, as the sample space has them" {
		t.Errorf("notes %q, want %q", rep.Notes, want)
	}
	if _, _, err := Read(context.Background(), []string{"odd"}, Options{Options: ingest.Options{Schema: s}}); err == nil || !strings.Contains(err.Error(), `"5" is outside the sample space`) {
		t.Errorf("a label that the schema does not have: %v", err)
	}
	tab, rep, err = Read(context.Background(), []string{"odd"}, Options{Options: ingest.Options{Schema: s, AllowUnknown: true}})
	if err != nil || tab.All().Cols[0].Code[0] != table.Unknown || len(rep.Unknown) != 1 {
		t.Errorf("%v, %+v", err, rep)
	}
	if _, _, err := Read(context.Background(), []string{"none"}, Options{Options: ingest.Options{Schema: s}}); err == nil || !strings.Contains(err.Error(), `no "digit"`) {
		t.Errorf("no label: %v", err)
	}
	tab, rep, err = Read(context.Background(), []string{"none"}, Options{Options: ingest.Options{Schema: s, AllowAbsent: true}})
	if err != nil || tab.All().Cols[0].Code != nil || len(rep.Absent) != 1 {
		t.Errorf("%v, %+v", err, rep)
	}
	// A single picture that lies in a folder of any name has no label of that.
	if _, _, err := Read(context.Background(), []string{"odd/5/1.png"}, Options{Options: ingest.Options{Schema: s}}); err == nil || !strings.Contains(err.Error(), `no "digit"`) {
		t.Errorf("no label: %v", err)
	}
	plain := &space.Schema{Fields: m.Fields(), Image: &space.Image{Name: "image", Width: 1, Height: 1, Channels: 1, Levels: 2}}
	tab, rep, err = Read(context.Background(), []string{"new"}, Options{Options: ingest.Options{Schema: plain}})
	if err != nil || strings.Join(rowsOf(tab), "|") != "0|1" || len(rep.Ignored) != 1 {
		t.Errorf("%v, %+v", err, rep)
	}
	// What a person says of the sample space.
	tab, _, err = Read(context.Background(), []string{"new"}, Options{Options: ingest.Options{Overrides: o}})
	if err != nil || strings.Join(rowsOf(tab), "|") != "7: 100|9: 255" || tab.Schema().Fields[0].Kind != space.Ordinal {
		t.Errorf("%v, %v", err, rowsOf(tab))
	}
	_, _, err = Read(context.Background(), []string{"none"}, Options{Options: ingest.Options{Drop: []string{"label"}}})
	if err == nil || !strings.Contains(err.Error(), "no labels") {
		t.Errorf("dropped what is not there: %v", err)
	}
	tab, _, err = Read(context.Background(), []string{"new"}, Options{Options: ingest.Options{Drop: []string{"label"}}, Shape: pictures.Shape{Width: 1, Height: 1}})
	if err != nil || len(tab.Schema().Fields) != 1 {
		t.Errorf("%v", err)
	}
}

func TestPictureErrors(t *testing.T) {
	small, wide := pngOf(dots(2, 0, 255, 0, 255)), pngOf(dots(4, 0, 255, 0, 255))
	bomb := []byte(small)
	binary.BigEndian.PutUint32(bomb[16:], 1<<27) // the width, of a file of 70 bytes
	binary.BigEndian.PutUint32(bomb[29:], crc32.ChecksumIEEE(bomb[12:29]))
	folder(t, map[string]string{
		"ragged/1.png": small, "ragged/2.png": small, "ragged/3.png": wide, "cut/1.png": small, "cut/2.png": small[:40],
		"bomb/1.png": string(bomb), "text/1.png": "text", "webp/1.webp": "RIFF....WEBP", "none/x.txt": "x", "void/1.gif": "",
		"big/1.png": pngOf(image.NewGray(image.Rect(0, 0, 600, 600))),
		"a.csv":     "n\n1\n", "labels.idx": idxOf([]byte{1}, 1), "pictures.idx": idxOf([]byte{1}, 1, 1, 1), "pictures-labels.idx": idxOf([]byte{1, 2}, 2),
		"short.idx": idxOf([]byte{1}, 2, 1, 1), "long.idx": idxOf([]byte{1, 2}, 1, 1, 1), "none.idx": idxOf(nil, 0, 1, 1), "flat.idx": idxOf(nil, 7, 0, 1),
		"five.idx": idxOf([]byte("12345"), 1, 1, 1, 5), "huge.idx": idxOf([]byte{1}, 1<<31-1, 1<<20, 1<<20), "odd.idx": idxOf([]byte{1}, 1, 1, 1), "odd-labels.idx": "a,b\n",
		"cut.tar": tarOf("1.png", small)[:540], "cut.zip": zipOf("1.png", small)[:90], "bad.zip": zipOf("1.png", small[:50], "2.png", small),
	})
	in := func(parts ...string) string { return filepath.Join(parts...) }
	for _, c := range []struct {
		patterns, want string
		shape          pictures.Shape
	}{
		{"ragged", in("ragged", "3.png") + ": it is 4x1, and " + in("ragged", "1.png") + " is 2x2: all pictures have one size; --resize 2x2 makes them so", pictures.Shape{}},
		{"cut", in("cut", "2.png") + ": it is cut off", pictures.Shape{}},
		{"bomb", in("bomb", "1.png") + ": it is 134217728x2: pictures of up to", pictures.Shape{Width: 2, Height: 2}},
		{"text", in("text", "1.png") + ": it is neither PNG, JPEG nor GIF", pictures.Shape{}},
		{"webp", in("webp", "1.webp") + ": it is a WebP picture: save it as PNG", pictures.Shape{}},
		{"webp/1.webp", "1.webp is a WebP picture: save it as PNG", pictures.Shape{}},
		{"void", in("void", "1.gif") + ": it is empty", pictures.Shape{}},
		{"big", in("big", "1.png") + ": it is 600x600, and each dot would be a field: make the pictures smaller, with --resize", pictures.Shape{}},
		{"none", "none is a folder without pictures", pictures.Shape{}},
		{"ragged a.csv", "ragged is pictures and a.csv is CSV", pictures.Shape{}},
		{"a.csv", "a.csv is CSV: to resize pictures", pictures.Shape{Levels: 2}},
		{"labels.idx", "labels.idx is an IDX file of one dimension, labels, and the pictures that it belongs to are not there", pictures.Shape{}},
		{"pictures.idx", "pictures-labels.idx has 2 labels, and pictures.idx has 1 pictures", pictures.Shape{}},
		{"short.idx", "short.idx: at picture 2 of 2: it is cut off", pictures.Shape{}},
		{"long.idx", "long.idx has more bytes than its 1 pictures", pictures.Shape{}},
		{"none.idx", "none.idx: there are no pictures", pictures.Shape{}},
		{"flat.idx", "flat.idx: its pictures are 1x0: 1 to", pictures.Shape{}},
		{"huge.idx", "huge.idx: its pictures are 1048576x1048576: 1 to", pictures.Shape{}},
		{"five.idx", "five.idx: its pictures have 5 channels", pictures.Shape{}},
		{"odd.idx", "odd-labels.idx should be the labels of odd.idx, and is no IDX file", pictures.Shape{}},
		{"cut.tar", "cut.tar is a damaged tar archive", pictures.Shape{}},
		{"cut.zip", "cut.zip is a damaged zip archive", pictures.Shape{}},
		{"bad.zip", "bad.zip:1.png: it is", pictures.Shape{}},
		{"big", "a picture of 1000000x1000000 has more than", pictures.Shape{Width: 1e6, Height: 1e6}},
		{"big", "pixels of 257 levels", pictures.Shape{Levels: 257}},
	} {
		_, _, err := Read(context.Background(), strings.Fields(c.patterns), Options{Shape: c.shape})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v, want %q", c.patterns, err, c.want)
		}
	}
	// All but the bad ones.
	for _, c := range []struct {
		patterns string
		rows     int64
		bad      string
	}{
		{"ragged", 2, in("ragged", "3.png") + ": it is 4x1"},
		{"cut", 1, in("cut", "2.png") + ": it is cut off"},
		{"bad.zip", 1, "bad.zip:1.png: it is"},
	} {
		tab, rep, err := Read(context.Background(), []string{c.patterns}, Options{SkipBadRows: true})
		if err != nil || tab.Rows() != c.rows || rep.Skipped != 1 || len(rep.Bad) != 1 || !strings.HasPrefix(rep.Bad[0].Err.Error(), c.bad) {
			t.Errorf("%s: %v, %+v", c.patterns, err, rep)
		}
	}
	if _, _, err := Read(context.Background(), []string{"void"}, Options{SkipBadRows: true}); err == nil || !strings.Contains(err.Error(), "no picture is left") {
		t.Error(err)
	}
	if err := os.Remove("odd.idx"); err != nil { // no file is left open
		t.Error(err)
	}
}

// TestPicturesRoundTrip: what is written of pictures reads back as it was.
func TestPicturesRoundTrip(t *testing.T) {
	for _, c := range []struct {
		name             string
		channels, levels int
		labels           []string
	}{
		{"bits", 1, 2, []string{"0", "1", "10"}},
		{"grey", 1, 256, nil},
		{"four", 1, 4, []string{"a cat", "a/b:dog?", ".hidden", ""}},
		{"colour", 3, 256, []string{"x"}},
		{"some", 3, 6, []string{"2", "3"}},
	} {
		m := &space.Image{Name: "image", Width: 5, Height: 3, Channels: c.channels, Levels: c.levels}
		s := &space.Schema{Image: m}
		if c.labels != nil {
			s.Fields = []space.Field{{Name: "label", Kind: space.Category, Levels: c.labels}}
			m.First = 1
		}
		s.Fields = append(s.Fields, m.Fields()...)
		b := table.NewBatch(s, 0, 50)
		for j := range s.Fields {
			for i := range b.N {
				b.Cols[j].Code[i] = int32((i*i + 7*j*j + i*j) % len(s.Fields[j].Levels))
			}
		}
		folder(t, nil)
		for path, sameOrder := range map[string]bool{
			"new.idx": true, "new-images-idx3-ubyte.gz": true, "new.idx.zst": true, "new.csv": true, "new.parquet": true, "new.jsonl.gz": true,
			"new/": c.labels == nil, "empty": c.labels == nil,
		} {
			if path == "empty" {
				if err := os.Mkdir(path, 0o777); err != nil {
					t.Fatal(err)
				}
			}
			w, err := Create(path, s)
			if err != nil {
				t.Fatal(err)
			}
			for lo := 0; lo < b.N; lo += 20 {
				if err := w.Write(b.Slice(lo, min(lo+20, b.N))); err != nil {
					t.Fatal(err)
				}
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			w.Abort()
			isTable := strings.HasPrefix(path, "new.csv") || strings.HasPrefix(path, "new.p") || strings.HasPrefix(path, "new.j")
			if numbered := c.name == "bits" || c.name == "some"; strings.Contains(path, "i") && !isTable && c.labels != nil && !numbered {
				continue // labels that are no numbers are numbered in IDX
			}
			opt := Options{}
			if isTable || c.name == "colour" {
				opt.Schema = s
			}
			back, _, err := Read(context.Background(), []string{path}, opt)
			if err != nil {
				t.Errorf("%s: %s: %v", c.name, path, err)
				continue
			}
			got, want := rowsOf(back), rowsOf(table.New(b))
			for i := range want {
				if label, rest, ok := strings.Cut(want[i], ": "); ok && !isTable {
					want[i] = strings.NewReplacer("/", "%2F", ":", "%3A", "?", "%3F", ".", "%2E").Replace(label) + ": " + rest
					if label == "" {
						want[i] = "-1 " + rest // without a folder: missing
					}
				}
			}
			if !sameOrder {
				slices.Sort(got)
				slices.Sort(want)
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s: %s\n%s\n%s", c.name, path, strings.Join(got[:3], "\n"), strings.Join(want[:3], "\n"))
			}
		}
		left, _ := filepath.Glob(".mimic-*")
		if len(left) > 0 {
			t.Errorf("%s: left behind %v", c.name, left)
		}
	}
}

// TestPicturesAreWrittenWhole: an output that is given up leaves nothing, and no
// folder with files in it is replaced.
func TestPicturesAreWrittenWhole(t *testing.T) {
	m := &space.Image{Name: "image", Width: 2, Height: 2, Channels: 1, Levels: 2}
	s := &space.Schema{Fields: append(m.Fields(), space.Field{Name: "label", Kind: space.Bool, Levels: []string{"0", "1"}}), Image: m}
	folder(t, map[string]string{"full/x": ""})
	for _, path := range []string{"new/", "new.png", "new.idx"} {
		w, err := Create(path, s)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Write(table.NewBatch(s, 0, 3)); err != nil {
			t.Fatal(err)
		}
		w.Abort()
	}
	if left, _ := os.ReadDir("."); len(left) != 1 {
		t.Errorf("left behind %v", left)
	}
	plain := &space.Schema{Fields: []space.Field{{Name: "n", Kind: space.Integer, Max: 9}}}
	for _, c := range []struct {
		path, want string
		s          *space.Schema
	}{
		{"full", "full is a folder with files in it, which is not replaced", s},
		{"new.jpg", "new.jpg: pictures are written as PNG", s},
		{"none/new/", "no such file", s},
		{"new.png", "new.png is to be a contact sheet, and the rows have no picture", plain},
		{"new/", "new/ is to be a folder of PNG files, and the rows have no picture", plain},
		{"new.png.gz", "mimic writes", s},
	} {
		if _, err := Create(c.path, c.s); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.path, err, c.want)
		}
	}
	// What IDX has no place for.
	b := table.NewBatch(s, 0, 1)
	b.Cols[4].Code[0] = table.Missing
	w, err := Create("new.idx", s)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Abort()
	if err := w.Write(b); err == nil || !strings.Contains(err.Error(), "picture 0 has no label") {
		t.Error(err)
	}
	// A sheet of nothing.
	sheet, err := Create("new.png", s)
	if err != nil {
		t.Fatal(err)
	}
	if err := sheet.Close(); err == nil {
		t.Error("a sheet of no pictures")
	}
	if _, err := os.Stat("new.png"); err == nil {
		t.Error("a sheet of no pictures is there")
	}
}
