package mixture

import (
	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/table"
)

// Sample draws the component of row r from word r of the child of the key behind
// all fields, and field j from word r of child j: whether a number is missing,
// then where it lies.
func (m *Model) Sample(dst *table.Batch, key rng.Key) error {
	m.draw(dst, key, nil)
	return nil
}

// draw is Sample. If weights is not nil, it is told of the draws.
func (m *Model) draw(dst *table.Batch, key rng.Key, weights *weights) {
	var u [rowsAtOnce]float64
	var codes, own [rowsAtOnce]uint16
	w := newWorkspace(m, dst.N)
	for lo := 0; lo < dst.N; lo += rowsAtOnce {
		n := min(rowsAtOnce, dst.N-lo)
		first := dst.First + int64(lo)
		key.Child(uint64(len(m.schema.Fields))).Float64s(u[:n], first)
		members := make([][]int, len(m.mean))
		for i, v := range u[:n] {
			c, _ := m.weight.Draw(v)
			own[i] = uint16(c)
			members[c] = append(members[c], i)
		}
		for e, j := range m.fields.Coded {
			key.Child(uint64(j)).Float64s(u[:n], first)
			for i, v := range u[:n] {
				code, rest := m.levels[e].given[own[i]].Draw(v)
				codes[i], u[i] = uint16(code), rest
			}
			col := dst.Cols[j].Slice(lo, lo+n)
			m.levels[e].book.Decode(&col, codes[:n], u[:n])
		}
		if weights != nil {
			weights.components(lo, own[:n])
		}
		m.drawNumbers(dst, key, lo, n, own[:n], members, w, weights)
	}
}

func (m *Model) drawNumbers(dst *table.Batch, key rng.Key, lo, n int, own []uint16, members [][]int, w *workspace, weights *weights) {
	if len(m.known) == 0 {
		return
	}
	for k, j := range m.fields.Numeric {
		x := w.x[k][:n]
		key.Child(uint64(j)).Float64s(x, dst.First+int64(lo))
		for i, u := range x {
			if missing := m.missing[own[i]][k]; u < missing {
				x[i] = table.NoNumber
			} else {
				x[i] = min(max((u-missing)/(1-missing), 1e-300), 1-1.0/(1<<53))
			}
		}
	}
	w.patterns.Group(w.x, n, func(pattern int, rows []int) {
		in := make([]bool, n)
		for _, i := range rows {
			in[i] = true
		}
		for c, all := range members {
			var rows []int
			for _, i := range all {
				if in[i] {
					rows = append(rows, i)
				}
			}
			if len(rows) == 0 {
				continue
			}
			chain := w.chainOf(c, pattern, rows[0])
			if weights == nil {
				m.law(c).Draw(w.x, chain, rows, &w.scratch, nil)
			} else {
				weights.numbers(w, c, pattern, chain, rows, lo)
			}
		}
	})
	for k, j := range m.fields.Numeric {
		g := m.fields.Grids[k]
		col := dst.Cols[j].Num[lo : lo+n]
		for i, p := range w.x[k][:n] {
			col[i] = g.Value(p) + 0 // a NaN stays one, -0 does not
		}
	}
}
