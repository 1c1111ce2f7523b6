package treenet

import "github.com/seed-64d012fb/mimic/rng"

// nearest returns for each row which of n random rows differs from it in the
// fewest groups; ties are broken at random.
func (l *Learner) nearest(n int, k rng.Key) []int {
	var (
		rows  = l.data.N
		seeds = make([]int, 0, n)
		taken = make(map[int]bool, n)
		at    = make([]int, rows)
		best  = make([]uint32, rows)
		diff  = make([]uint32, rows)
	)
	n = min(n, rows)
	for draw := int64(0); len(seeds) < n; draw++ {
		if s := int(k.Float64(draw) * float64(rows)); !taken[s] {
			taken[s] = true
			seeds = append(seeds, s)
		}
	}
	for c, s := range seeds {
		clear(diff)
		for j, codes := range l.data.Codes {
			group := l.it.groups[j]
			own := group[codes[s]]
			for i, x := range codes {
				if group[x] != own {
					diff[i]++
				}
			}
		}
		ties := k.Child(uint64(c))
		for i, d := range diff {
			d = d<<4 | uint32(ties.Uint64(int64(i))&15)
			if c == 0 || d < best[i] {
				best[i], at[i] = d, c
			}
		}
	}
	return at
}
