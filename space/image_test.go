package space

import (
	"fmt"
	"strings"
	"testing"
)

// labelled returns a schema of a label and a picture.
func labelled(m Image) *Schema {
	s := &Schema{Fields: []Field{{Name: "label", Kind: Category, Levels: []string{"0", "1"}}}}
	m.First = 1
	s.Fields = append(s.Fields, m.Fields()...)
	s.Fields = append(s.Fields, Field{Name: "pen", Kind: Bool, Levels: []string{"no", "yes"}})
	s.Image = &m
	return s
}

func TestImageInSchemaFile(t *testing.T) {
	for _, test := range []struct {
		image Image
		names func(i int) string // nil: the usual ones
		want  []string           // lines of the file
	}{
		{Image{Name: "image", Width: 28, Height: 28, Channels: 1, Levels: 256}, nil,
			[]string{"  - name: image", "    kind: image", "    size: 28x28", "    levels: 256"}},
		{Image{Name: "my photo", Width: 5, Height: 3, Channels: 3, Levels: 2}, nil,
			[]string{"  - name: my photo", "    kind: image", "    size: 5x3x3", "    levels: 2"}},
		{Image{Name: "image", Width: 2, Height: 2, Channels: 1, Levels: 16}, func(i int) string { return fmt.Sprintf("p%02d", i+8) },
			[]string{"  - name: image", "    kind: image", "    size: 2x2", "    levels: 16", "    columns: p08..p11"}},
		{Image{Name: "image", Width: 2, Height: 1, Channels: 1, Levels: 16}, func(i int) string { return fmt.Sprintf("1x%d", i+1) },
			[]string{"  - name: image", "    kind: image", "    size: 2x1", "    levels: 16", `    columns: "1x1..1x2"`}},
		{Image{Name: "image", Width: 1, Height: 2, Channels: 1, Levels: 16}, func(i int) string { return []string{"up", "down"}[i] },
			[]string{"  - name: image", "    kind: image", "    size: 1x2", "    levels: 16", "    columns: [up, down]"}},
	} {
		s := labelled(test.image)
		for i := range test.image.Pixels() {
			f := &s.Fields[1+i]
			f.Storage = "uint8"
			if test.names != nil {
				f.Name = test.names(i)
			}
		}
		if err := s.Validate(); err != nil {
			t.Fatal(err)
		}
		text, err := Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		if want := strings.Join(test.want, "\n") + "\n    storage: uint8\n  - name: pen\n"; !strings.Contains(string(text), want) {
			t.Errorf("the file\n%s\nhas not\n%s", text, want)
		}
		back, err := Unmarshal(text)
		if err != nil {
			t.Fatalf("%v in\n%s", err, text)
		}
		if !back.Equal(s) || *back.Image != *s.Image || len(back.Fields) != len(s.Fields) {
			t.Errorf("the file\n%s\nreads as another schema", text)
		}
		for j := range s.Fields {
			if f, g := s.Fields[j], back.Fields[j]; f.Name != g.Name || f.Kind != g.Kind || len(f.Levels) != len(g.Levels) || f.Storage != g.Storage {
				t.Fatalf("field %d is %+v, and %+v when read back", j, f, g)
			}
		}
	}
}

func TestEqualSeesPixels(t *testing.T) {
	m := Image{Name: "image", Width: 4, Height: 4, Channels: 1, Levels: 4}
	for name, change := range map[string]func(s *Schema){
		"name":    func(s *Schema) { s.Fields[7].Name = "other" },
		"storage": func(s *Schema) { s.Fields[7].Storage = "uint8" },
		"levels":  func(s *Schema) { s.Fields[7].Levels = []string{"0", "1", "2", "x"} },
		"size":    func(s *Schema) { s.Image.Width, s.Image.Height = 8, 2 },
		"none":    func(s *Schema) { s.Image = nil },
		"label":   func(s *Schema) { s.Fields[0].Levels = []string{"0", "2"} },
	} {
		s := labelled(m)
		if change(s); s.Equal(labelled(m)) || labelled(m).Equal(s) {
			t.Errorf("another %s is not seen", name)
		}
	}
	if !labelled(m).Equal(labelled(m)) {
		t.Error("two equal schemas differ")
	}
}

func TestHostileImages(t *testing.T) {
	good := Image{Name: "image", Width: 4, Height: 4, Channels: 1, Levels: 4}
	for want, change := range map[string]func(s *Schema){
		"no pixels":            func(s *Schema) { s.Image.Width = 0 },
		"more than 262144":     func(s *Schema) { s.Image.Width, s.Image.Height = 1<<62, 4 },
		"2 channels":           func(s *Schema) { s.Image.Channels = 2 },
		"1 levels":             func(s *Schema) { s.Image.Levels = 1 },
		"257 levels":           func(s *Schema) { s.Image.Levels = 257 },
		"from field -1 on":     func(s *Schema) { s.Image.First = -1 },
		"from field 3 on":      func(s *Schema) { s.Image.First = 3 },
		"without a name":       func(s *Schema) { s.Image.Name = "" },
		`"image_2_2" is no`:    func(s *Schema) { s.Fields[11].Missing = []string{""} },
		`"image_0_0" is no`:    func(s *Schema) { s.Fields[1].Kind = Category },
		`"image_3_3" is no`:    func(s *Schema) { s.Fields[16].Levels = nil },
		`"pen" is no pixel`:    func(s *Schema) { s.Image.First = 2 },
		`both called "label"`:  func(s *Schema) { s.Fields[5].Name = "label" },
		`"image_1_0" is no pi`: func(s *Schema) { s.Fields[5].Storage = "int8" },
	} {
		s := labelled(good)
		if change(s); s.Validate() == nil || !strings.Contains(s.Validate().Error(), want) {
			t.Errorf("want an error with %q, got %v", want, s.Validate())
		}
	}
	entry := "fields:\n  - name: image\n    kind: image\n"
	for text, want := range map[string]string{
		"image: 28":                    `line 1: "28" is no size`,
		"image: 0x4":                   "line 1: a picture of 0x4 has no pixels",
		"image: 1000000000x1000000000": "more than 262144",
		"image: 2x2\nimage: 2x2":       "already defined",
		"image: 2x2\n" + entry:         "line 3: image \"image\": its size is missing",
		entry + "    size: 2x2x4":      "line 4: a picture of 4 channels",
		entry + "    size: 2x2\n" + entry[8:] + "    size: 2x2": "line 5: a second image",
		entry + "    sise: 2x2":                                 `did you mean "size"`,
		entry + "    levels: 300":                               "line 4: pixels of 300 levels",
		entry + "    levels: many":                              `line 4: "many" is no number`,
		entry + "    size: 2x2\n    columns: a":                 "write the first and the last",
		"fields:\n  - kind: image\n    size: 2x2":               "without a name",
	} {
		if _, err := UnmarshalOverrides([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: want an error with %q, got %v", text, want, err)
		}
	}
	for text, want := range map[string]string{
		entry + "    size: 2x2": "its levels",
		entry + "    size: 2x2\n    levels: 4\n    columns: p1..p5":   "not 4 columns",
		entry + "    size: 2x2\n    levels: 4\n    columns: [a, b]":   "2 columns for a picture of 2x2, which has 4",
		entry + "    size: 2x1\n    levels: 4\n    columns: [a, a]":   `both called "a"`,
		entry + "    size: 512x512\n    levels: 4\n    columns: a..b": "not 262144 columns",
	} {
		if _, err := Unmarshal([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: want an error with %q, got %v", text, want, err)
		}
	}
}

func TestProjectKeepsWholeImages(t *testing.T) {
	s := labelled(Image{Name: "image", Width: 2, Height: 2, Channels: 1, Levels: 4})
	for _, test := range []struct {
		fields []int
		first  int // -1: no picture
	}{
		{[]int{0, 1, 2, 3, 4, 5}, 1}, {[]int{5, 0, 1, 2, 3, 4}, 2}, {[]int{1, 2, 3, 4}, 0},
		{[]int{1, 2, 3}, -1}, {[]int{0, 5}, -1}, {[]int{2, 1, 3, 4}, -1}, {[]int{1, 2, 5, 3, 4}, -1},
	} {
		p := s.Project(test.fields)
		if err := p.Validate(); err != nil {
			t.Error(err)
		}
		switch {
		case test.first < 0 && p.Image != nil:
			t.Errorf("fields %v have a picture", test.fields)
		case test.first >= 0 && (p.Image == nil || p.Image.First != test.first):
			t.Errorf("fields %v: the picture is %+v, not at %d", test.fields, p.Image, test.first)
		}
	}
}

// columns returns fields as inference makes them of whole numbers up to most,
// and the others of other kinds.
func columns(most float64, names ...string) []Field {
	fields := make([]Field, len(names))
	for j, n := range names {
		fields[j] = Field{Name: n, Kind: Integer, Max: most}
	}
	return fields
}

func TestColumnsBecomePixels(t *testing.T) {
	text := Field{Name: "label", Kind: Category, Levels: []string{"a"}}
	bit := Field{Name: "bit", Kind: Bool, Levels: []string{"0", "1"}}
	gap := Field{Name: "gap", Kind: Integer, Max: 3, Missing: []string{""}}
	for _, test := range []struct {
		file   string
		fields []Field
		first  int
		levels int
		name   string
		err    string
	}{
		{file: "image: 2x2", fields: append(columns(255, "p1", "p2", "p3", "p4"), text), first: 0, levels: 256, name: "image"},
		{file: "image: 2x2", fields: append([]Field{text}, columns(16, "pixel_0_0", "pixel_0_1", "pixel_1_0", "pixel_1_1")...), first: 1, levels: 17, name: "pixel"},
		{file: "image: 2x2", fields: columns(9, "label", "1x1", "1x2", "2x1", "2x2"), first: 1, levels: 10, name: "image"},
		{file: "image: 2x2", fields: columns(200, "c1", "c2", "c3", "c4", "c5"), err: `"c1" to "c4", or "c2" to "c5"`},
		{file: "image: 2x1", fields: []Field{text, bit, columns(0, "zero")[0]}, first: 1, levels: 2, name: "image"},
		{file: "image: 2x2", fields: append(columns(255, "p1", "p2"), gap), err: `only 2 in a row: "p1" to "p2"`},
		{file: "image: 2x2", fields: columns(256, "p1", "p2", "p3", "p4"), err: "no column can be a pixel"},
		{file: "fields:\n  - {name: x, kind: image, size: 2x1, columns: c2..c3}", fields: columns(200, "c1", "c2", "c3"), first: 1, levels: 256, name: "x"},
		{file: "fields:\n  - {name: x, kind: image, size: 2x1, columns: [c2, c3], levels: 201}", fields: columns(200, "c1", "c2", "c3"), first: 1, levels: 201, name: "x"},
		{file: "fields:\n  - {name: x, kind: image, size: 2x1, levels: 16}", fields: columns(16, "c1", "c2"), err: "the value 16, and 16 levels end at 15"},
		{file: "fields:\n  - {name: x, kind: image, size: 2x1, columns: c3..c2}", fields: columns(200, "c1", "c2", "c3"), err: "0 columns for a picture of 2x1"},
		{file: "fields:\n  - {name: x, kind: image, size: 2x1, columns: c1..d2}", fields: columns(200, "c1", "c2", "c3"), err: `did you mean "c2"`},
		{file: "fields:\n  - {name: x, kind: image, size: 2x1, columns: [c1, c3]}", fields: columns(200, "c1", "c3", "c2")[:2], first: 0, levels: 256, name: "x"},
		{file: "fields:\n  - {name: x, kind: image, size: 3x1, columns: [c1, c3, c2]}", fields: columns(200, "c1", "c2", "c3"), err: "2 columns"},
		{file: "fields:\n  - {name: x, kind: image, size: 2x1, columns: p1..gap}", fields: append(columns(255, "p1"), gap), err: `"gap" is no pixel`},
	} {
		o, err := UnmarshalOverrides([]byte(test.file))
		if err != nil {
			t.Fatal(err)
		}
		s := &Schema{Fields: test.fields}
		s.Image, err = o.Image.apply(s.Fields)
		if test.err != "" {
			if err == nil || !strings.Contains(err.Error(), test.err) {
				t.Errorf("%s: want an error with %q, got %v", test.file, test.err, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", test.file, err)
			continue
		}
		if m := s.Image; m.First != test.first || m.Levels != test.levels || m.Name != test.name {
			t.Errorf("%s: %+v, want %q from %d on with %d levels", test.file, m, test.name, test.first, test.levels)
		}
		if err := s.Validate(); err != nil {
			t.Errorf("%s: %v", test.file, err)
		}
	}
}
