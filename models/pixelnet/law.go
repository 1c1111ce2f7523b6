package pixelnet

import (
	"fmt"
	"math"
	"math/bits"
	"slices"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/internal/coded"
)

// law is a distribution over rows of codes: p(y) p(x | y), given the first pixels
// of the picture, as many as are known.
type law struct {
	form
	*ensemble
	prior []float64 // [classes] log p(y | known); nil where the net has no label
	known []uint8   // tones of the first pixels
}

var _ coded.Distribution = (*law)(nil)

// scoreRows is how many pictures are unpacked at a time.
const scoreRows = 64

// LogProb implements coded.Distribution.
func (l *law) LogProb(dst []float64, codes [][]uint16) {
	a := l.artist()
	defer l.pool.Put(a)
	l.each(codes, len(dst), func(lo int, p *pictures) {
		for i := range p.n {
			dst[lo+i] = l.ofPicture(a, p, i)
		}
	})
}

// each runs body over parts of n rows, with the number of the first.
func (l *law) each(codes [][]uint16, n int, body func(lo int, p *pictures)) {
	part := make([][]uint16, len(codes))
	for lo := 0; lo < n; lo += scoreRows {
		rows := min(scoreRows, n-lo)
		for j, c := range codes {
			if c != nil {
				part[j] = c[lo : lo+rows]
			}
		}
		body(lo, l.gather(part, rows))
	}
}

// ofPicture returns the log-probability of picture i.
func (l *law) ofPicture(a *artist, p *pictures, i int) float64 {
	if !l.agrees(p, i) {
		return math.Inf(-1)
	}
	l.sketch(a, p, i, nil)
	if l.label >= 0 || l.prior == nil {
		return l.ofLabel(a, p.labelOf(i))
	}
	all := make([]float64, len(l.prior))
	for y := range all {
		all[y] = l.ofLabel(a, uint16(y))
	}
	return logSum(all)
}

// agrees reports whether a picture begins with the known pixels.
func (l *law) agrees(p *pictures, i int) bool {
	for j, tone := range l.known {
		if p.tone(i, j) != tone {
			return false
		}
	}
	return true
}

// ofLabel returns the log-probability of the picture that was sketched with a
// label.
func (l *law) ofLabel(a *artist, y uint16) float64 {
	sum := 0.0
	if l.prior != nil {
		if sum = l.prior[y]; math.IsInf(sum, -1) {
			return sum
		}
	}
	return sum + l.logProb(a, y, len(l.known))
}

// logSum returns log Σ e^x.
func logSum(x []float64) float64 {
	top := slices.Max(x)
	if math.IsInf(top, -1) {
		return top
	}
	sum := 0.0
	for _, v := range x {
		sum += math.Exp(v - top)
	}
	return top + math.Log(sum)
}

// tones is a set of tones that a pixel may have, a bit each.
type tones uint16

// free returns the set of all.
func (l *law) free() tones { return tones(1)<<l.levels - 1 }

// single reports whether there is only one tone in the set.
func (t tones) single() bool { return t&(t-1) == 0 }

// evidence returns what shares say of the pixels [pixels], and of the label: the
// logarithms of the prior times the share. possible is false where nothing has
// that much.
func (l *law) evidence(share [][]float64) (pixels []tones, prior []float64, possible bool) {
	pixels = make([]tones, l.pixels())
	for j := range pixels {
		pixels[j] = l.free()
		if j < len(l.known) {
			pixels[j] = 1 << l.known[j]
		}
		if s := share[l.first+j]; s != nil {
			var may tones
			for code, x := range s {
				if x > 0 {
					may |= 1 << l.toneOf(uint16(code))
				}
			}
			pixels[j] &= may
		}
		if pixels[j] == 0 {
			return nil, nil, false
		}
	}
	prior = slices.Clone(l.prior)
	if l.label >= 0 && share[l.label] != nil {
		for y, s := range share[l.label] {
			prior[y] += math.Log(s)
		}
		if math.IsInf(logSum(prior), -1) {
			return nil, nil, false
		}
	}
	return pixels, prior, true
}

// Condition implements coded.Distribution: it is exact where the pixels that are
// known are the first, in raster order, or none.
func (l *law) Condition(share [][]float64) (coded.Distribution, float64, error) {
	c, rest, logProb := l.begin(share)
	if c == nil {
		return nil, math.Inf(-1), nil
	}
	if i := slices.IndexFunc(rest, func(t tones) bool { return t != l.free() }); i >= 0 {
		return nil, 0, fmt.Errorf("given pixel %d, before which there are others that are not given: %w", i, mimic.ErrUnsupported)
	}
	return c, logProb, nil
}

// begin returns the law given the label and the first pixels, as many as the
// shares give in a row, what they say of the others [pixels], and the probability
// of the evidence that the law knows of, its logarithm. It returns nil where the
// evidence is impossible.
func (l *law) begin(share [][]float64) (c *law, rest []tones, logProb float64) {
	pixels, prior, possible := l.evidence(share)
	if !possible {
		return nil, nil, math.Inf(-1)
	}
	n := 0
	for n < len(pixels) && pixels[n].single() {
		n++
	}
	begun := *l
	begun.known = make([]uint8, n)
	p := newPictures(&l.form.raster, 1)
	for j := range n {
		begun.known[j] = uint8(bits.TrailingZeros16(uint16(pixels[j])))
		p.put(0, j, begun.known[j])
		pixels[j] = l.free()
	}
	if n > len(l.known) {
		a := l.artist()
		defer l.pool.Put(a)
		l.sketch(a, p, 0, func(place int, _ bool) float32 {
			if place%l.pixels() < n {
				return 1
			}
			return 0
		})
		if prior == nil {
			logProb = l.logProb(a, 0, len(l.known))
		}
		for y := range prior {
			if !math.IsInf(prior[y], -1) {
				prior[y] += l.logProb(a, uint16(y), len(l.known))
			}
		}
	}
	if begun.prior = prior; prior != nil {
		logProb = logSum(prior)
		for y := range prior {
			prior[y] -= logProb
		}
	}
	return &begun, pixels, logProb
}

// Marginal implements coded.Distribution: all fields in order, or the picture
// without its label.
func (l *law) Marginal(fields []int) (coded.Distribution, error) {
	for i, j := range fields {
		if i > 0 && j <= fields[i-1] {
			return nil, fmt.Errorf("a picture and its label in another order: %w", mimic.ErrUnsupported)
		}
	}
	has := func(j int) bool { return slices.Contains(fields, j) }
	for j := range l.pixels() {
		if !has(l.first + j) {
			return nil, fmt.Errorf("a part of the picture: %w", mimic.ErrUnsupported)
		}
	}
	m := *l
	m.first = slices.Index(fields, l.first)
	m.label = -1
	if l.label >= 0 && has(l.label) {
		m.label = slices.Index(fields, l.label)
	}
	return &m, nil
}

// Parameters implements coded.Distribution.
func (l *law) Parameters() int64 {
	sum := max(0, int64(len(l.prior))-1)
	for _, n := range l.nets {
		for _, w := range n.w {
			sum += int64(len(w))
		}
	}
	return sum
}
