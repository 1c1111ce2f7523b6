package treenet

import (
	"context"
	"slices"

	"github.com/seed-64d012fb/mimic/internal/coded"
	"github.com/seed-64d012fb/mimic/internal/par"
)

// items are the rows of a dataset as lists of what is unusual in them. The
// codes of a field fall into a few groups; the most frequent group is the
// field's usual one, and each other group of a field is an item. Counts of
// pairs of items are enough to know those of all pairs of groups, and cost the
// square of what a row has that is unusual: little where data are sparse.
type items struct {
	groups [][]uint16 // [fields][codes], the group of a code
	count  []int      // [fields], number of groups
	usual  []int      // [fields], the group that is no item
	first  []int      // [fields], the item of group 0, as if the usual group were none
	of     [][]int32  // [fields][groups], the item, or -1
	total  int        // number of items

	start []int32 // [rows+1]
	item  []int32 // the items of the rows, ascending within a row
}

// maxItems bounds the matrix of pair counts: 8 bytes a pair.
const maxItems = 4096

// newItems groups the codes of each field and lists the items of the rows.
func newItems(d *coded.Data) *items {
	fields := len(d.Codes)
	most := min(max(maxItems/max(fields, 1), 4), 32)
	it := &items{
		groups: make([][]uint16, fields), count: make([]int, fields),
		usual: make([]int, fields), first: make([]int, fields), of: make([][]int32, fields),
	}
	for j := range fields {
		it.groups[j], it.count[j] = group(d, j, most)
		rows := make([]float64, it.count[j])
		for c, g := range it.groups[j] {
			rows[g] += d.Rows[j][c]
		}
		for g, r := range rows {
			if r > rows[it.usual[j]] {
				it.usual[j] = g
			}
		}
		it.first[j] = it.total
		it.of[j] = make([]int32, it.count[j])
		for g := range it.of[j] {
			it.of[j][g] = -1
			if g != it.usual[j] {
				it.of[j][g] = int32(it.total)
				it.total++
			}
		}
	}
	it.start = make([]int32, d.N+1)
	for i := range d.N {
		for j := range fields {
			if x := it.of[j][it.groups[j][d.Codes[j][i]]]; x >= 0 {
				it.item = append(it.item, x)
			}
		}
		it.start[i+1] = int32(len(it.item))
	}
	return it
}

// group puts the codes of field j into at most so many groups. Numbers are put
// with their neighbours, into groups of about the same number of rows; of
// levels, the most frequent have a group of their own and the others share one.
// Missing is a group of its own.
func group(d *coded.Data, j, most int) ([]uint16, int) {
	book, rows := d.Books[j], d.Rows[j]
	of := make([]uint16, book.Codes())
	values := book.Values()
	groups := 0
	switch {
	case values <= most:
		for c := range values {
			of[c] = uint16(c)
		}
		groups = values
	case book.Numeric():
		left := 0.0
		for _, r := range rows[:values] {
			left += r
		}
		own := 0.0
		for c, r := range rows[:values] {
			// A group ends where it is nearest to its share of what is left.
			if share := left / float64(most-groups); own > 0 && own+r/2 > share && groups < most-1 {
				left -= own
				own = 0
				groups++
			}
			own += r
			of[c] = uint16(groups)
		}
		groups++
	default:
		order := make([]int, values)
		for c := range order {
			order[c] = c
		}
		slices.SortStableFunc(order, func(a, b int) int {
			switch {
			case rows[a] > rows[b]:
				return -1
			case rows[a] < rows[b]:
				return 1
			}
			return 0
		})
		for rank, c := range order {
			of[c] = uint16(min(rank, most-1))
		}
		groups = most
	}
	if missing, ok := book.Missing(); ok {
		of[missing] = uint16(groups)
		groups++
	}
	return of, groups
}

// counts are weighted counts of items and of their pairs.
type counts struct {
	total  float64
	single []float64 // [items]
	pair   []float64 // [items × items], the part with row < column
}

// parts is the number of stretches of items whose pairs are counted in
// parallel. It is fixed, though the sums do not depend on it.
const parts = 8

// countPairs counts rows of the given weights [rows] into the counts, whose
// memory it reuses. Each task counts the pairs whose first item lies in its
// stretch, over all rows in order, so that sums are the same bits for any number
// of tasks and workers.
func (it *items) countPairs(ctx context.Context, into *counts, weight []float64, parts int) error {
	into.total = 0
	into.single = zeroed(into.single, it.total)
	into.pair = zeroed(into.pair, it.total*it.total)
	for i, w := range weight {
		into.total += w
		if w == 0 {
			continue
		}
		for _, a := range it.item[it.start[i]:it.start[i+1]] {
			into.single[a] += w
		}
	}
	return par.Do(ctx, parts, func(part int) error {
		lo, hi := int32(it.total*part/parts), int32(it.total*(part+1)/parts)
		for i, w := range weight {
			if w == 0 {
				continue
			}
			own := it.item[it.start[i]:it.start[i+1]]
			at, _ := slices.BinarySearch(own, lo)
			for ; at < len(own) && own[at] < hi; at++ {
				row := into.pair[int(own[at])*it.total:][:it.total]
				for _, b := range own[at+1:] {
					row[b] += w
				}
			}
		}
		return nil
	})
}

func zeroed(v []float64, n int) []float64 {
	if cap(v) < n {
		return make([]float64, n)
	}
	v = v[:n]
	clear(v)
	return v
}

// add adds other counts to c.
func (c *counts) add(other *counts) {
	c.total += other.total
	for i, n := range other.single {
		c.single[i] += n
	}
	for i, n := range other.pair {
		c.pair[i] += n
	}
}

// singles sets dst [groups of j] to the counts of groups.
func (it *items) singles(dst []float64, c *counts, j int) {
	rest := c.total
	for g, x := range it.of[j] {
		if x >= 0 {
			dst[g] = c.single[x]
			rest -= c.single[x]
		}
	}
	dst[it.usual[j]] = max(rest, 0)
}

// joint sets dst [groups of i × groups of j] to the counts of pairs of groups.
func (it *items) joint(dst []float64, c *counts, i, j int) {
	gi, gj := it.count[i], it.count[j]
	ui, uj := it.usual[i], it.usual[j]
	clear(dst[:gi*gj])
	rest := c.total
	for a, x := 0, it.first[i]; a < gi; a++ {
		if a == ui {
			continue
		}
		left := c.single[x]
		for b, y := 0, it.first[j]; b < gj; b++ {
			if b == uj {
				continue
			}
			n := c.pair[min(x, y)*it.total+max(x, y)]
			dst[a*gj+b] = n
			dst[ui*gj+b] -= n
			left -= n
			y++
		}
		dst[a*gj+uj] = max(left, 0)
		rest -= c.single[x]
		x++
	}
	for b, y := 0, it.first[j]; b < gj; b++ {
		if b == uj {
			continue
		}
		n := max(dst[ui*gj+b]+c.single[y], 0)
		dst[ui*gj+b] = n
		rest -= n
		y++
	}
	dst[ui*gj+uj] = max(rest, 0)
}
