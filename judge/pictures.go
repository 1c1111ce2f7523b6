package judge

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/seed-64d012fb/mimic/internal/par"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
	"github.com/seed-64d012fb/mimic/table/pictures"
)

// A picture has too many fields for a judgement field by field, and pair by pair,
// and no person would read it. Copies, distances and likelihood are of the
// pixels themselves. Everything else sees a picture as patches, the mean of each,
// and by how much neighbours differ, across and down: a model whose pixels know
// nothing of each other has patches of the right mean, grainy where real ones are
// smooth, and pairs of patches that do not go together.

const (
	patchesMost  = 64 // of a picture, all channels together
	galleryShown = 24 // samples beside their closest training picture
)

// picture returns the picture of the rows, if all its pixels are judged.
func (w *work) picture() *space.Image {
	m := w.schema.Image
	if m == nil {
		return nil
	}
	pixels := 0
	for _, j := range w.use {
		if m.Has(j) {
			pixels++
		}
	}
	if pixels < m.Pixels() {
		return nil
	}
	return m
}

// seeAsPatches puts all rows on a ground of patches in the place of pixels.
func (w *work) seeAsPatches(ctx context.Context) error {
	m := w.picture()
	if m == nil {
		return nil
	}
	p := newPatches(w.ground, m)
	for _, fr := range []**frame{&w.train, &w.heldOut.frame, &w.cand[samples].frame, &w.cand[held].frame, &w.cand[copied].frame, &w.cand[independent].frame} {
		var err error
		if *fr, err = p.see(ctx, *fr); err != nil {
			return err
		}
	}
	w.ground = p.ground
	w.edges = make([][]float64, len(w.schema.Fields))
	for _, j := range w.use {
		if x := w.train.cols[j].Num; x != nil {
			w.edges[j] = fixedEdges(x)
		}
	}
	w.note("A picture is compared as %dx%d patches, the mean grey of each, and by how much neighbouring pixels differ; copies, distances and likelihood are of all %d pixels.",
		p.across, p.down, m.Pixels())
	return nil
}

// patches turn rows with a picture into rows that say what is seen of it.
type patches struct {
	*ground
	of           *space.Image
	across, down int
	kept         []int // fields of the rows that are no pixels
}

func newPatches(g *ground, m *space.Image) *patches {
	side := int(math.Sqrt(patchesMost / float64(m.Channels)))
	p := &patches{of: m, across: min(side, m.Width), down: min(side, m.Height)}
	s := &space.Schema{}
	for j := range g.schema.Fields {
		if !m.Has(j) {
			p.kept = append(p.kept, j)
			s.Fields = append(s.Fields, g.schema.Fields[j])
		}
	}
	add := func(format string, args ...any) {
		s.Fields = append(s.Fields, space.Field{Name: m.Name + " " + fmt.Sprintf(format, args...), Kind: space.Real, Max: 1})
	}
	for y := range p.down {
		for x := range p.across {
			for c := range m.Channels {
				channel := ""
				if m.Channels == 3 {
					channel = " " + []string{"red", "green", "blue"}[c]
				}
				add("%d_%d%s", y, x, channel)
			}
		}
	}
	add("grain across")
	add("grain down")
	p.ground = newGround(s)
	for i, j := range p.kept { // what is not judged of the rows, and levels that only samples have
		p.levels[i], p.extra[i] = g.levels[j], g.extra[j]
	}
	p.use = nil
	for i, j := range p.kept {
		if slices.Contains(g.use, j) {
			p.use = append(p.use, i)
		}
	}
	for j := len(p.kept); j < len(s.Fields); j++ {
		p.use = append(p.use, j)
	}
	return p
}

// see returns what is seen of rows.
func (p *patches) see(ctx context.Context, fr *frame) (*frame, error) {
	m := p.of
	s := &frame{ground: p.ground, n: fr.n, cols: make([]table.Column, len(p.schema.Fields)),
		outside: make([]int32, fr.n), example: make([]string, len(p.schema.Fields)), absent: make([]bool, len(p.schema.Fields))}
	for i, j := range p.kept {
		s.cols[i], s.example[i], s.absent[i] = fr.cols[j], fr.example[j], fr.absent[j]
	}
	for i := range s.outside {
		s.outside[i] = -1
	}
	for j := len(p.kept); j < len(s.cols); j++ {
		s.cols[j].Num = make([]float64, fr.n)
	}
	value := func(x, y, c, row int) float64 {
		code := fr.cols[m.Field(x, y, c)].Code[row]
		return float64(max(0, min(int(code), m.Levels-1))) / float64(m.Levels-1)
	}
	// Line by line of a picture, in blocks of rows: neighbours in memory are the
	// rows of a pixel.
	err := par.Do(ctx, (fr.n+table.BlockRows-1)/table.BlockRows, func(block int) error {
		lo, hi := block*table.BlockRows, min((block+1)*table.BlockRows, fr.n)
		grain := s.cols[len(s.cols)-2:]
		for y := range m.Height {
			for x := range m.Width {
				for c := range m.Channels {
					at := (y*p.down/m.Height*p.across+x*p.across/m.Width)*m.Channels + c
					to := s.cols[len(p.kept)+at].Num
					for r := lo; r < hi; r++ {
						v := value(x, y, c, r)
						to[r] += v
						if x > 0 {
							grain[0].Num[r] += math.Abs(v - value(x-1, y, c, r))
						}
						if y > 0 {
							grain[1].Num[r] += math.Abs(v - value(x, y-1, c, r))
						}
					}
				}
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	size := make([]float64, p.across*p.down*m.Channels)
	for y := range m.Height {
		for x := range m.Width {
			for c := range m.Channels {
				size[(y*p.down/m.Height*p.across+x*p.across/m.Width)*m.Channels+c]++
			}
		}
	}
	size = append(size, float64(max(1, (m.Width-1)*m.Height*m.Channels)), float64(max(1, m.Width*(m.Height-1)*m.Channels)))
	for a, n := range size {
		num := s.cols[len(p.kept)+a].Num
		for r := range num {
			num[r] /= n
		}
	}
	return s, nil
}

// describeGallery records samples, as they come, beside their closest training
// pictures.
func (w *work) describeGallery(c *closeness) error {
	if w.picture() == nil {
		return nil
	}
	for i := range c.rows[:min(len(c.rows), galleryShown)] {
		if c.nearest[2*i].Row < 0 {
			continue
		}
		pair, err := w.beside(c, i)
		if err != nil {
			return err
		}
		w.j.Gallery = append(w.j.Gallery, pair)
	}
	return nil
}

// beside returns measured sample i with the training row that is closest.
func (w *work) beside(c *closeness, i int) (Closest, error) {
	made, n := w.cand[samples].frame, c.nearest[2*i]
	pair := Closest{Row: c.rows[i], Train: int(n.Row), Distance: Number(n.Dist), Ratio: Number(c.ratio(i)), Pairs: []Twin{}}
	m := w.picture()
	for _, j := range w.use {
		if !m.Has(j) {
			pair.Pairs = append(pair.Pairs, Twin{w.schema.Fields[j].Name, made.text(j, c.rows[i]), w.train.text(j, int(n.Row))})
		}
	}
	if m == nil {
		return pair, nil
	}
	var err error
	if pair.Picture, err = made.uri(c.rows[i]); err == nil {
		pair.TrainPicture, err = w.train.uri(int(n.Row))
	}
	return pair, err
}

// uri returns the picture of a row as the address of an image in a page.
func (fr *frame) uri(row int) (string, error) {
	img, err := pictures.Of(&table.Batch{Schema: fr.schema, N: fr.n, Cols: fr.cols}, row)
	if err != nil {
		return "", err
	}
	return pictures.DataURI(img)
}
