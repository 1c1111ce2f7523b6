package forest

import (
	"cmp"
	"context"
	"math"
	"slices"

	"github.com/seed-64d012fb/mimic/internal/par"
	"github.com/seed-64d012fb/mimic/table"
)

// guard keeps samples from repeating training rows that are unlikely to occur
// twice: those that occur once and whose probability under the model is below a
// twentieth of 1/n, so that chance alone would bring them back in less than one
// of twenty samples of the training's size. What is likely to recur, in a small
// table of few levels above all, may recur.
//
// Samples therefore follow the model's law given that no guarded row is hit: a
// difference of less than a twentieth of the probability in all, and as a rule
// of less than a ten-thousandth. LogProb leaves it out. This is no differential
// privacy: rows near to a training row are not held back, and the guard itself
// tells that a row was there.
type guard struct {
	prints []uint32 // fingerprints of the guarded rows, ascending
	starts []int32  // [2^16 + 1] where prints of each upper half start
}

const guardShare = .05

// hashRows sets dst [n rows] to a hash of the learned values of each row.
func hashRows(dst []uint64, b *table.Batch) {
	for i := range dst {
		dst[i] = 0x9E3779B97F4A7C15
	}
	for j := range b.Cols {
		switch c := b.Cols[j]; {
		case c.Num != nil:
			for i, x := range c.Num[:len(dst)] {
				v := math.Float64bits(x + 0) // -0 is 0
				if x != x {
					v = 1
				}
				dst[i] = mix(dst[i], v)
			}
		case c.Code != nil:
			for i, k := range c.Code[:len(dst)] {
				dst[i] = mix(dst[i], uint64(uint32(k)))
			}
		}
	}
}

// mix is one round of a multiplicative hash.
func mix(h, v uint64) uint64 {
	h = (h ^ v) * 0x9FB21C651E98DF25
	return h ^ h>>29
}

// protect makes the guard of the training rows.
func (m *Model) protect(ctx context.Context, g *gathered, codes [][]uint16, bins [][]uint8) error {
	hashes, logp := make([]uint64, 0, m.rows), make([]float64, 0, m.rows)
	for _, c := range g.chunks {
		hashes, logp = append(hashes, c.hashes...), append(logp, c.detail...)
	}
	likely, err := m.likely(ctx, logp, codes, bins, math.Log(guardShare/float64(m.rows)))
	if err != nil {
		return err
	}
	sorted := slices.Clone(hashes)
	slices.Sort(sorted)
	var prints []uint32
	for i, h := range hashes {
		if at, _ := slices.BinarySearch(sorted, h); !likely[i] && (at+1 == len(sorted) || sorted[at+1] != h) {
			prints = append(prints, uint32(h>>32))
		}
	}
	m.guard = newGuard(prints)
	return nil
}

// likely reports which training rows have a log-probability of at least least;
// detail [rows] is that of their values given the codes. Most rows are told by the
// first few columns, those that are the hardest to guess.
func (m *Model) likely(ctx context.Context, detail []float64, codes [][]uint16, bins [][]uint8, least float64) ([]bool, error) {
	n := int(m.rows)
	likely := make([]bool, n)
	const block = 1 << 11
	order := m.hardest()
	err := par.Do(ctx, (n+block-1)/block, func(b int) error {
		for i := b * block; i < min((b+1)*block, n); i++ {
			logp := detail[i]
			for _, p := range order {
				if logp < least {
					break
				}
				c := &m.columns[p]
				k := codes[p][i]
				if k == c.absent() {
					continue
				}
				if c.tilt != nil {
					logp += math.Log(c.tiltedShare(bins, i, k))
					continue
				}
				var sum uint64
				for _, t := range c.turns {
					at := int(t.leaf(bins, i)) * len(c.rows)
					sum += width(t.edges[at:at+len(c.rows)], int(k))
				}
				logp += math.Log(float64(sum) / (words * float64(len(c.turns))))
			}
			likely[i] = logp >= least
		}
		return nil
	})
	return likely, err
}

// tiltedShare returns the probability of row i's code under a tilted column.
func (c *column) tiltedShare(bins [][]uint8, i int, k uint16) float64 {
	var w perClass
	c.tilt.weightsOf(&w, bins, i)
	class, p := c.tilt.classOf(k), 0.0
	for _, t := range c.turns {
		edges, masses := c.leafOf(t, int(t.leaf(bins, i)))
		p += w.share(k, class, edges, masses)
	}
	return p / float64(len(c.turns))
}

// hardest returns the positions of the columns, those of the largest entropy
// first.
func (m *Model) hardest() []int {
	entropy := make([]float64, len(m.columns))
	for p := range m.columns {
		rows := m.columns[p].rows
		total := sum(rows)
		for _, n := range rows {
			if n > 0 {
				entropy[p] -= n / total * math.Log(n/total)
			}
		}
	}
	order := upTo(len(m.columns))
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(entropy[b], entropy[a]) })
	return order
}

// newGuard returns a guard of the rows with the given fingerprints.
func newGuard(prints []uint32) *guard {
	slices.Sort(prints)
	g := &guard{prints: slices.Compact(prints), starts: make([]int32, 1<<16+1)}
	for _, p := range g.prints {
		g.starts[p>>16+1]++
	}
	for i := range 1 << 16 {
		g.starts[i+1] += g.starts[i]
	}
	return g
}

// holds reports whether a row of this hash is guarded. A row that is not has a
// chance of len(prints)/2³² to be held back for nothing.
func (g *guard) holds(hash uint64) bool {
	p := uint32(hash >> 32)
	return slices.Contains(g.prints[g.starts[p>>16]:g.starts[p>>16+1]], p)
}

const redraws = 8 // of a row before it is left as it is

// Children of a key beside those of the columns.
const (
	redrawKey = math.MaxUint64 / 2 // and up: the tries of a redraw
	prefixKey = math.MaxUint64/2 - 1
	orderKey  = math.MaxUint64/2 - 2
)

// redrawCopies has redraw draw the rows of dst that are guarded again, until
// they are not.
func (g *guard) redrawCopies(dst *table.Batch, redraw func(one *table.Batch, try uint64), s *scratch) {
	hashes := s.hashes[:dst.N]
	hashRows(hashes, dst)
	for i := range hashes {
		for try := uint64(0); try < redraws && g.holds(hashes[i]); try++ {
			one := dst.Slice(i, i+1)
			redraw(one, try)
			hashRows(hashes[i:i+1], one)
		}
	}
}
