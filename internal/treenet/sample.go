package treenet

import "sort"

// Sample fills the given rows of codes [fields][n rows], from parents to
// children. u holds uniform draws, [fields and then latent nodes][n rows].
func (t *Net) Sample(codes [][]uint16, rows []int, u [][]float64) {
	latent := make(map[int][]uint16, len(t.latents)) // [latent node][place in rows]
	for j := range t.Nodes {
		n := &t.Nodes[j]
		var (
			draws  []float64
			states []uint16
		)
		if n.Field == Latent {
			draws = u[len(codes)+len(latent)]
			states = make([]uint16, len(rows))
			latent[j] = states
		} else {
			draws = u[n.Field]
		}
		for i, r := range rows {
			row := 0
			switch p := n.Parent; {
			case p < 0:
			case t.Nodes[p].Field == Latent:
				row = n.row(latent[p][i])
			default:
				row = n.row(codes[t.Nodes[p].Field][r])
			}
			s := n.draw(row, draws[r])
			if n.Field == Latent {
				states[i] = s
			} else {
				codes[n.Field][r] = s
			}
		}
	}
}

// draw returns the state that u in (0, 1) falls to.
func (n *Node) draw(row int, u float64) uint16 {
	cum := n.cum[row*n.States : (row+1)*n.States]
	if len(cum) <= 8 {
		for s, c := range cum {
			if u < c {
				return uint16(s)
			}
		}
	}
	return uint16(sort.Search(len(cum)-1, func(s int) bool { return u < cum[s] }))
}
