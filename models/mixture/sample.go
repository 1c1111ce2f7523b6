package mixture

import (
	"math"

	"github.com/seed-64d012fb/mimic/dist"
	"github.com/seed-64d012fb/mimic/models/internal/normal"
	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/table"
)

// Sample draws the component of row r from word r of the child of the key behind
// all fields, and field j from word r of child j: whether a number is missing,
// then where it lies.
func (m *Model) Sample(dst *table.Batch, key rng.Key) error {
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
		m.sampleNumbers(dst, key, lo, n, own[:n], members, w)
	}
	return nil
}

func (m *Model) sampleNumbers(dst *table.Batch, key rng.Key, lo, n int, own []uint16, members [][]int, w *workspace) {
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
			if len(rows) > 0 {
				m.fill(w, c, w.chainOf(c, pattern, rows[0]), rows)
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

// fill replaces the uniform draws of some rows of the workspace, which are of
// component c and have just the numbers of the chain, by positions.
func (m *Model) fill(w *workspace, c int, chain *normal.Chain, rows []int) {
	n := len(rows)
	for i, k := range chain.Order {
		mean, z, x := w.mean[:n], w.z[i][:n], w.x[k]
		chain.Means(mean, i, m.mean[c][k], w.z)
		_, s := chain.Coefficients(i)
		g := m.fields.Grids[k]
		for r, row := range rows {
			p := mean[r] + s*dist.NormalQuantile(x[row])
			switch {
			case m.known[k].Any():
				p = m.known[k].Draw(x[row], g, mean[r], s)
			case !g.Real():
				p = math.Round(p)
			}
			x[row] = p
			z[r] = (p - mean[r]) / s
		}
	}
}
