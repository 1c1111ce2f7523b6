package report

import (
	"html/template"
	"image"
	"image/color"

	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
	"github.com/seed-64d012fb/mimic/table/pictures"
)

// shown is samples beside real rows: as text, or each group as one picture.
type shown struct {
	Fields []string
	Groups []shownGroup
	Kind   string // "rows", "pictures", "lines", or "" where there are none
	Fewer  int    // fields that are not shown
}

// shownGroup is the rows of one rung, or the real ones.
type shownGroup struct {
	Name  string
	Real  bool
	Rows  [][]string
	Image template.URL
}

// Bounds of what is shown.
const (
	shownRows   = 5   // as text, of each group
	shownFields = 24  // as text
	shownLines  = 60  // of a picture of a line a row
	shownSheet  = 50  // pictures
	mostDots    = 800 // fields of such a line
)

// samplesOf shows samples as suits them: pictures as contact sheets, vectors of
// many levels as lines of dots, other rows as text.
func samplesOf(c *comparison) (s shown, err error) {
	sampled := c.Sampled()
	if len(sampled) == 0 {
		return s, nil
	}
	schema := c.Held.Schema()
	s.Kind = kindOf(schema)
	groups := []*table.Batch{some(c.Held, int(sampled[0].Samples.Rows()), s.Kind)}
	s.Groups = []shownGroup{{Name: "real rows, held out", Real: true}}
	for _, r := range sampled {
		groups = append(groups, r.Samples.All())
		s.Groups = append(s.Groups, shownGroup{Name: r.Kind})
	}
	for i, b := range groups {
		g := &s.Groups[i]
		var img image.Image
		switch s.Kind {
		case "pictures":
			img, err = pictures.Sheet(b.Slice(0, min(b.N, shownSheet)), 10)
		case "lines":
			img = lines(b.Slice(0, min(b.N, shownLines)))
		default:
			g.Rows = text(b.Slice(0, min(b.N, shownRows)))
			continue
		}
		if err == nil {
			g.Image, err = dataURI(img)
		}
		if err != nil {
			return s, err
		}
	}
	if s.Kind == "rows" {
		for _, j := range schema.Learned() {
			if len(s.Fields) < shownFields {
				s.Fields = append(s.Fields, schema.Fields[j].Name)
			} else {
				s.Fewer++
			}
		}
	}
	return s, nil
}

// some returns as many rows as are shown, at equal distances: rows of a file may
// be sorted.
func some(t *table.Table, n int, kind string) *table.Batch {
	n = min(n, int(t.Rows()), map[string]int{"pictures": shownSheet, "lines": shownLines, "rows": shownRows}[kind])
	rows := make([]int, n)
	for i := range rows {
		rows[i] = i * int(t.Rows()) / n
	}
	return t.Select(rows).All()
}

func dataURI(img image.Image) (template.URL, error) {
	uri, err := pictures.DataURI(img)
	return template.URL(uri), err // a picture of our own
}

// kindOf says how rows are best looked at.
func kindOf(s *space.Schema) string {
	learned := s.Learned()
	if s.Image != nil {
		return "pictures"
	}
	for _, j := range learned {
		if !s.Fields[j].Kind.Coded() {
			return "rows"
		}
	}
	if len(learned) > shownFields {
		return "lines"
	}
	return "rows"
}

// text writes rows as their file would.
func text(b *table.Batch) [][]string {
	rows := make([][]string, b.N)
	for i := range rows {
		for _, j := range b.Schema.Learned() {
			if len(rows[i]) < shownFields {
				rows[i] = append(rows[i], cell(&b.Schema.Fields[j], b.Cols[j], i))
			}
		}
	}
	return rows
}

func cell(f *space.Field, c table.Column, i int) string {
	switch {
	case c.Code != nil && c.Code[i] >= 0 && int(c.Code[i]) < len(f.Levels):
		return f.Levels[c.Code[i]]
	case c.Num != nil && c.Num[i] == c.Num[i]:
		return string(f.AppendNum(nil, c.Num[i]))
	}
	return "–"
}

// lines draws each row as a line of dots, one a field: white for its first
// level, darker for later ones.
func lines(b *table.Batch) image.Image {
	learned := b.Schema.Learned()
	learned = learned[:min(len(learned), mostDots)]
	dot := max(1, 600/len(learned))
	img := image.NewGray(image.Rect(0, 0, dot*len(learned), 4*b.N))
	for k, j := range learned {
		top := max(1, len(b.Schema.Fields[j].Levels)-1)
		for i := range b.N {
			shade := color.Gray{0x80}
			if code := b.Cols[j].Code[i]; code >= 0 {
				shade.Y = uint8(245 - 215*min(int(code), top)/top)
			}
			for x := range dot {
				for y := range 3 {
					img.SetGray(k*dot+x, 4*i+y, shade)
				}
				img.SetGray(k*dot+x, 4*i+3, color.Gray{255})
			}
		}
	}
	return img
}
