package mixing

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/internal/coded"
	"github.com/seed-64d012fb/mimic/internal/par"
	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/space"
)

// How pictures are learned.
const (
	fewSlots    = 6    // bits of the number of slots that a context has at least
	manySlots   = 18   // and at most
	enough      = 6000 // pictures that are learned from: few of them several times
	mostPasses  = 3
	labelRows   = .5 // of a label that was not seen
	mostRepeats = 4  // of a picture, by its weight
	lookEach    = 64 // pictures after which a lesson looks at the clock
)

// suits reports what is wrong with a picture, and what lies beside it, for a
// model of pictures. It returns the position of the label, -1 for none.
func suits(s *space.Schema) (label int, err error) {
	label = -1
	if s.Image.Channels != 1 {
		return label, fmt.Errorf("pictures of %d channels: mixing takes grey ones: %w", s.Image.Channels, mimic.ErrUnsuited)
	}
	for _, j := range s.Learned() {
		if s.Image.Has(j) {
			continue
		}
		f := &s.Fields[j]
		if label >= 0 || !f.Kind.Coded() {
			return label, fmt.Errorf("field %q beside a picture: mixing takes a picture and one field of levels, its label: %w", f.Name, mimic.ErrUnsuited)
		}
		label = j
	}
	return label, nil
}

// fitPicture learns the planes of pictures, each by itself.
func fitPicture(ctx context.Context, d *coded.Data, o Family) (*picture, error) {
	image := d.Schema.Image
	m := &picture{geometry: newGeometry(image), label: -1}
	label, err := suits(d.Schema)
	if err != nil {
		return nil, err
	}
	for i, j := range d.Fields {
		switch j {
		case image.First:
			m.pixels = i
		case label:
			m.label = i
		}
	}
	if o.Validation > 0 {
		d, _ = d.SplitLast(int(min(o.Validation, math.MaxInt32)))
	}
	if m.label >= 0 {
		m.labels = labelsOf(d.Rows[m.label])
	}
	g := newGallery(m, d, rng.New(o.Seed))
	contexts := withoutLabel
	if m.label >= 0 {
		contexts = withLabel
	}
	m.planes = make([]*plane, planesOf(m.levels))
	work := &clock{stage: "planes", began: time.Now()}
	rows := make([]float64, len(m.planes))
	for depth := range m.planes {
		rows[depth] = g.asked(m, depth)
		work.total += rows[depth]
	}
	return m, par.Do(ctx, len(m.planes), func(depth int) error {
		bits := uint(min(max(fewSlots, math.Ilogb(rows[depth]+1)+1), manySlots))
		a := newApprentice(&m.geometry, depth, contexts, bits)
		g.teach(ctx, m, a, work, rows[depth])
		m.planes[depth] = a.freeze()
		return ctx.Err()
	})
}

// labelsOf returns the log-probabilities of labels, of which so many rows each
// are known.
func labelsOf(rows []float64) []float64 {
	total := labelRows * float64(len(rows))
	for _, r := range rows {
		total += r
	}
	log := make([]float64, len(rows))
	for c, r := range rows {
		log[c] = math.Log((r + labelRows) / total)
	}
	return log
}

// gallery is pictures in the order in which they are looked at.
type gallery struct {
	n      int
	pixels []uint8 // [n][height × width], values
	label  []uint16
	repeat []uint8 // [n] how often a picture is taken in
	passes int
}

func newGallery(m *picture, d *coded.Data, k rng.Key) *gallery {
	size := m.width * m.height
	g := &gallery{n: d.N, pixels: make([]uint8, d.N*size), label: make([]uint16, d.N), repeat: make([]uint8, d.N)}
	order := rand.New(k.Stream(0)).Perm(d.N)
	for j, codes := range d.Codes[m.pixels : m.pixels+size] {
		for i, row := range order {
			g.pixels[i*size+j] = uint8(codes[row])
		}
	}
	for i, row := range order {
		if m.label >= 0 {
			g.label[i] = d.Codes[m.label][row]
		}
		g.repeat[i] = uint8(min(max(math.Round(d.WeightOf(row)), 1), mostRepeats))
	}
	g.passes = min(max(1, enough/max(1, d.N)), mostPasses)
	return g
}

// asked returns how many pixels ask a plane, over all passes.
func (g *gallery) asked(m *picture, depth int) (n float64) {
	for _, v := range g.pixels {
		if prefix, _ := m.digit(int(v), depth); (depth == 0 || v > 0) && asks(depth, len(m.planes), m.levels, prefix) {
			n++
		}
	}
	return n * float64(g.passes)
}

// teach shows a plane all pictures, once or, where they are few, several times.
// A pass counts from nothing, so that a pixel is always predicted by counts of
// other pictures, and goes on with the weights. Where time runs out the steps
// fall faster, and it ends with what it has.
func (g *gallery) teach(ctx context.Context, m *picture, a *apprentice, work *clock, rows float64) {
	var (
		until = work.until(ctx, rows)
		told  float64
		c     = newCanvas(m.geometry)
		s     surroundings
		size  = m.width * m.height
		steps = g.n * g.passes
	)
	for step := range steps {
		if step%g.n == 0 {
			a.forget()
		}
		done := min(until(float64(step)/float64(steps)), 1)
		if step%lookEach == 0 {
			work.advance(ctx, (done-told)*rows)
			told = done
			if done >= 1 || ctx.Err() != nil {
				return
			}
		}
		rate := falling(planeFirst, planeFinal, done)
		i := step % g.n
		values := g.pixels[i*size : (i+1)*size]
		c.begin()
		for y := range m.height {
			for x := range m.width {
				value := int(values[y*m.width+x])
				prefix, yes := m.digit(value, a.depth)
				if (a.depth == 0 || value > 0) && asks(a.depth, len(m.planes), m.levels, prefix) {
					s.look(c, x, y, uint64(g.label[i]))
					for range g.repeat[i] {
						a.learn(c, &s, prefix, yes, rate)
					}
				}
				c.put(x, y, value)
			}
		}
	}
	work.advance(ctx, (1-told)*rows)
}

// forget empties the counts.
func (a *apprentice) forget() {
	for _, counts := range a.counts {
		clear(counts)
	}
}
