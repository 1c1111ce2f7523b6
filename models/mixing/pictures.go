package mixing

import (
	"fmt"
	"math"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/internal/coded"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// Pictures is a fitted model of grey pictures.
type Pictures struct{ *coded.Chain }

var (
	_ mimic.Density     = (*Pictures)(nil)
	_ mimic.Sampler     = (*Pictures)(nil)
	_ mimic.Proposer    = (*Pictures)(nil)
	_ mimic.Conditioner = (*Pictures)(nil)
	_ mimic.Classifier  = (*Pictures)(nil)
)

// Condition implements mimic.Conditioner: it is exact where the evidence is on
// the label, on the first pixels in raster order, one value each, or on both.
func (m *Pictures) Condition(e space.Evidence) (mimic.Model, error) {
	within, share, err := m.Within(e)
	if err != nil {
		return nil, err
	}
	law, err := m.Law().(*picture).given(share)
	if err != nil {
		return nil, err
	}
	return &Pictures{within.WithLaw(law)}, nil
}

// given returns the law given that codes have a share.
func (m *picture) given(share [][]float64) (*picture, error) {
	size := m.width * m.height
	g := *m
	g.known = append([]uint8(nil), m.known...)
	begun := true // up to here all pixels are known
	for at := range size {
		s := share[m.pixels+at]
		switch {
		case at < len(m.known) && s != nil && s[m.known[at]] == 0:
			return nil, mimic.ErrImpossible
		case at < len(m.known):
		case s == nil:
			begun = false
		case !begun || single(s) < 0:
			return nil, fmt.Errorf("given pixel %d, which is not one value, or before which others are not given: %w", at, mimic.ErrUnsupported)
		default:
			g.known = append(g.known, uint8(single(s)))
		}
	}
	if m.label < 0 {
		return &g, nil
	}
	// p(label given the evidence) ∝ p(label)·share·p(new pixels given the label).
	g.labels = append([]float64(nil), m.labels...)
	total := math.Inf(-1)
	for y := range g.labels {
		if s := share[m.label]; s != nil {
			g.labels[y] += math.Log(s[y])
		}
		if !math.IsInf(g.labels[y], -1) {
			g.labels[y] += m.logBegin(g.known, uint64(y))
		}
		total = logAdd(total, g.labels[y])
	}
	if math.IsInf(total, -1) {
		return nil, mimic.ErrImpossible
	}
	for y := range g.labels {
		g.labels[y] -= total
	}
	return &g, nil
}

// logBegin returns the log-probability that pictures of a label begin with those
// values, given that they begin with what m knows.
func (m *picture) logBegin(values []uint8, label uint64) (log float64) {
	if len(values) == len(m.known) {
		return 0
	}
	d := m.drawing()
	defer drawings.Put(d)
	d.begin()
	for at, value := range values {
		x, y := at%m.width, at/m.width
		if at >= len(m.known) {
			d.look(d.canvas, x, y, label)
			log += m.logProb(d, int(value))
		}
		d.put(x, y, int(value))
	}
	return log
}

// logAdd returns log(e^a + e^b).
func logAdd(a, b float64) float64 {
	if a < b {
		a, b = b, a
	}
	if math.IsInf(b, -1) {
		return a
	}
	return a + math.Log1p(math.Exp(b-a))
}

// LogJoint implements mimic.Classifier for the label: what does not depend on it
// is looked up once a picture.
func (m *Pictures) LogJoint(dst [][]float64, b *table.Batch, field int) error {
	law, s := m.Law().(*picture), m.Schema()
	if law.label < 0 || s.Learned()[law.label] != field {
		return fmt.Errorf("field %q is not the label: %w", s.Fields[field].Name, mimic.ErrUnsupported)
	}
	d := law.drawing()
	defer drawings.Put(d)
	values, joint := make([]uint8, law.width*law.height), make([]float64, len(dst))
	for i := range b.N {
		possible := true
		for at := range values {
			code := b.Cols[s.Image.First+at].Code[i]
			possible = possible && code >= 0 && int(code) < law.levels &&
				(at >= len(law.known) || uint8(code) == law.known[at])
			values[at] = uint8(code)
		}
		for y := range joint {
			joint[y] = math.Inf(-1)
			if possible {
				joint[y] = law.labels[y]
			}
		}
		if possible {
			law.logJoint(joint, d, values)
		}
		for y, l := range joint {
			dst[y][i] = l
		}
	}
	return nil
}

// logJoint adds the log-probability of a picture given each label to joint.
func (m *picture) logJoint(joint []float64, d *drawing, values []uint8) {
	d.begin()
	for at, v := range values {
		x, y, value := at%m.width, at/m.width, int(v)
		if at >= len(m.known) {
			d.look(d.canvas, x, y, 0)
			for depth, p := range m.planes {
				prefix, yes := m.digit(value, depth)
				if depth > 0 && value == 0 {
					break
				}
				if !asks(depth, len(m.planes), m.levels, prefix) {
					continue
				}
				d.ask(d.canvas, depth, prefix)
				p.see(d.x, &d.surroundings, prefix, 0, withoutLabel)
				for label := range joint {
					d.tell(uint64(label))
					p.see(d.x, &d.surroundings, prefix, withoutLabel, withLabel)
					ifYes, ifNo := logOdds(float64(p.mixed(d.x, &d.surroundings, prefix)))
					if yes {
						joint[label] += ifYes
					} else {
						joint[label] += ifNo
					}
				}
			}
		}
		d.put(x, y, value)
	}
}
