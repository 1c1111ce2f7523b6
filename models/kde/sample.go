package kde

import (
	"math"
	"sort"

	"github.com/seed-64d012fb/mimic/dist"
	"github.com/seed-64d012fb/mimic/internal/logsum"
	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/table"
)

// chunk is the number of rows that are drawn at a time.
const chunk = 512

// Sample draws the training row near which row r lies from word r of the child of
// the key behind all fields, and field j from word r of child j.
func (m *Model) Sample(dst *table.Batch, key rng.Key) error {
	var u [chunk]float64
	var from [chunk]int
	for lo := 0; lo < dst.N; lo += chunk {
		n := min(chunk, dst.N-lo)
		first := dst.First + int64(lo)
		key.Child(uint64(len(m.schema.Fields))).Float64s(u[:n], first)
		total := m.cumulative[len(m.cumulative)-1]
		for i, v := range u[:n] {
			from[i] = sort.Search(len(m.cumulative)-1, func(r int) bool { return m.cumulative[r] > v*total })
		}
		for e, j := range m.fields.Coded {
			key.Child(uint64(j)).Float64s(u[:n], first)
			col := dst.Cols[j].Slice(lo, lo+n)
			var codes [chunk]uint16
			for i, v := range u[:n] {
				codes[i] = m.drawCode(e, m.rows.codes[e][from[i]], v)
			}
			m.books[e].Decode(&col, codes[:n], u[:n])
		}
		for k, j := range m.fields.Numeric {
			key.Child(uint64(j)).Float64s(u[:n], first)
			col := dst.Cols[j].Num[lo : lo+n]
			for i, v := range u[:n] {
				p := m.drawNumber(k, m.rows.x[k][from[i]], v)
				col[i] = m.numbers[k].grid.Value(p) + 0 // a NaN stays one, -0 does not
			}
		}
	}
	return nil
}

// drawCode draws the code of coded field e near a row whose own is given.
func (m *Model) drawCode(e int, own uint16, u float64) uint16 {
	codes, in := m.books[e].Codes(), m.admitted[e]
	if in == nil {
		if u < 1-m.lambda[e] || codes == 1 {
			return own
		}
		other := min(int((u-(1-m.lambda[e]))/m.lambda[e]*float64(codes-1)), codes-2)
		if other >= int(own) {
			other++
		}
		return uint16(other)
	}
	var total float64
	for code, ok := range in {
		if ok {
			total += m.share(e, own, code)
		}
	}
	u *= total
	last := own
	for code, ok := range in {
		if p := m.share(e, own, code); ok && p > 0 {
			if last = uint16(code); u < p {
				break
			}
			u -= p
		}
	}
	return last
}

// drawNumber draws the position of number k near a row where it is x.
func (m *Model) drawNumber(k int, x, u float64) float64 {
	n := &m.numbers[k]
	gone, there := m.parts(k, x)
	missing := math.Exp(gone - logsum.Add(gone, there))
	if u < missing {
		return table.NoNumber
	}
	u = min(max((u-missing)/(1-missing), 1e-300), 1-1.0/(1<<53))
	mean, sd := n.center(x)
	if m.known[k].Any() {
		p, _ := m.known[k].Draw(u, n.grid, mean, sd)
		return p
	}
	p := mean + sd*dist.NormalQuantile(u)
	if !n.grid.Real() {
		p = math.Round(p)
	}
	return p
}
