package forest

import (
	"fmt"
	"math"
	"slices"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/internal/importance"
	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/table"
)

// Candidates for the missing cells of a row: as many are drawn as make 16
// equally likely ones, as far as 8192 go.
const (
	fewCandidates   = 256
	mostCandidates  = 1 << 13
	enoughEffective = 16
)

var _ mimic.Imputer = (*Model)(nil)

// Impute fills gaps. Where one field is missing, and is no date, all its codes
// are weighed: the draw is exact. Else candidates are drawn along the chain,
// weighed by the probability of the known cells after them, and one is taken.
func (m *Model) Impute(b *table.Batch, effective []float64, k rng.Key) error {
	s := m.scratch.Get().(*scratch)
	defer m.scratch.Put(s)
	wants := make([]want, len(m.columns))
	candidates := table.NewBatch(m.schema, 0, mostCandidates)
	logw := make([]float64, mostCandidates)
	for i := range b.N {
		effective[i] = math.Inf(1)
		gaps := m.gaps(wants, b, i)
		if gaps == 0 {
			continue
		}
		key := k.Child(uint64(b.First + int64(i)))
		n := fewCandidates
		if exact := m.onlyGap(wants); gaps == 1 && exact >= 0 {
			c := &m.columns[exact]
			wants[exact] = want{each: true}
			n = c.values()
			m.propose(candidates.Slice(0, n), logw[:n], wants, key, s)
		} else {
			for lo := 0; ; n *= 2 {
				for ; lo < n; lo = min(lo+blockRows, n) {
					hi := min(lo+blockRows, n)
					m.propose(candidates.Slice(lo, hi), logw[lo:hi], wants, key, s)
				}
				effective[i] = importance.Effective(logw[:n])
				if effective[i] >= enoughEffective || n == mostCandidates {
					break
				}
				m.guide(wants, candidates.Slice(0, n), logw[:n], s)
			}
		}
		taken := importance.Choose(logw[:n], key.Child(math.MaxUint64).Float64(0))
		if taken < 0 {
			return fmt.Errorf("row %d: its known cells have probability zero: a value outside the sample space", b.First+int64(i))
		}
		m.fillGaps(b, i, candidates, taken, wants)
	}
	return nil
}

// guide has the next candidates of the gaps look where those so far weigh the
// most, which the columns behind a gap tell and the chain does not know yet: a
// date by another that follows it.
//
// Reference: Cappé, Guillin, Marin & Robert (2004), Population Monte Carlo.
func (m *Model) guide(wants []want, candidates *table.Batch, logw []float64, s *scratch) {
	top := slices.Max(logw)
	if math.IsInf(top, -1) {
		return
	}
	total := 0.0
	for _, l := range logw {
		total += math.Exp(l - top)
	}
	for p := range m.columns {
		c := &m.columns[p]
		if wants[p].known {
			continue
		}
		codes := s.codes[:candidates.N]
		c.encode(codes, candidates.Cols[c.field], &s.column)
		reach := 0
		if c.ordered {
			reach = 1 + len(c.rows)/64
		}
		g := make([]float64, len(c.rows))
		for i, k := range codes {
			w := math.Exp(logw[i]-top) / total
			if w < 1e-6 || int(k) >= len(g) {
				continue
			}
			lo, hi := max(0, int(k)-reach), min(len(g)-1, int(k)+reach)
			for j := lo; j <= hi; j++ {
				g[j] += w / float64(hi-lo+1)
			}
		}
		wants[p].guide = g
	}
}

// values returns the number of codes that are not missing.
func (c *column) values() int {
	n := len(c.rows)
	if _, optional := c.book.Missing(); optional {
		n--
	}
	return n
}

// gaps sets wants to what row i of b says of each column, and returns how many
// fields are to be filled.
func (m *Model) gaps(wants []want, b *table.Batch, i int) int {
	gaps := 0
	for p := range m.columns {
		c := &m.columns[p]
		cell := rowOf(b.Cols[c.field], i)
		wants[p] = want{known: true, value: cell}
		if !isMissing(cell) || !m.fillable(c) {
			continue
		}
		wants[p] = want{limit: c.present()}
		if !c.later() {
			gaps++
		}
	}
	return gaps
}

func isMissing(cell table.Column) bool {
	if cell.Num != nil {
		return cell.Num[0] != cell.Num[0]
	}
	return cell.Code[0] == table.Missing
}

// fillable reports whether the column's field ever had a value.
func (m *Model) fillable(c *column) bool {
	for k := range c.values() {
		if c.rows[k] > 0 {
			return true
		}
	}
	return false
}

// present is the limit that admits all values but the missing one.
func (c *column) present() *limit {
	share := make([]float64, len(c.rows))
	for k := range c.values() {
		share[k] = 1
	}
	return &limit{share, c.book}
}

// onlyGap returns the only column to be filled, if it is one whose codes can be
// tried one by one, else -1.
func (m *Model) onlyGap(wants []want) int {
	at := -1
	for p, w := range wants {
		if !w.known {
			if at >= 0 || m.columns[p].digit != whole || m.columns[p].values() > blockRows {
				return -1
			}
			at = p
		}
	}
	return at
}

// fillGaps copies the filled fields of a candidate into row i of b.
func (m *Model) fillGaps(b *table.Batch, i int, candidates *table.Batch, from int, wants []want) {
	for p := range m.columns {
		if wants[p].known {
			continue
		}
		j := m.columns[p].field
		if b.Cols[j].Num != nil {
			b.Cols[j].Num[i] = candidates.Cols[j].Num[from]
		} else {
			b.Cols[j].Code[i] = candidates.Cols[j].Code[from]
		}
	}
}
