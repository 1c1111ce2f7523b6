package forest

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/seed-64d012fb/mimic/dist"
	"github.com/seed-64d012fb/mimic/internal/par"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

const (
	mostLevels = 256 // that are told apart by trees; beyond, levels are grouped
	ownLevels  = 128 // most frequent levels with a group of their own
	mostGroups = 250
)

// groups codes a field of many levels: a code is a group of levels, and a level
// has a probability within its group that nothing else depends on. Frequent
// levels have a group of their own; the others are put with those that occur
// with the same values of another field.
type groups struct {
	levels  *dist.Codebook
	group   []uint16  // [levels]
	rows    []float64 // [levels] training rows
	missing bool
	members [][]int32   // [groups] levels, in order
	cum     [][]float64 // [groups] running sum of their probabilities
	logp    []float64   // [levels] log p(level | group); -Inf where excluded
}

// halfRow is the weight of a level that has no training row.
const halfRow = .5

// newGroups returns the book of a grouping; every group has a level.
func newGroups(levels *dist.Codebook, group []uint16, rows []float64) *groups {
	g := &groups{levels: levels, group: group, rows: rows}
	_, g.missing = levels.Missing()
	g.index(func(int) bool { return true })
	return g
}

// index computes the distribution within groups of the levels that are admitted.
func (g *groups) index(admitted func(level int) bool) (mass []float64) {
	n := int(slices.Max(g.group)) + 1
	total, mass := make([]float64, n), make([]float64, n)
	g.members, g.cum = make([][]int32, n), make([][]float64, n)
	g.logp = make([]float64, len(g.group))
	for level, k := range g.group {
		total[k] += g.rows[level] + halfRow
		if admitted(level) {
			mass[k] += g.rows[level] + halfRow
		}
	}
	for level, k := range g.group {
		g.logp[level] = math.Inf(-1)
		if !admitted(level) {
			continue
		}
		p := (g.rows[level] + halfRow) / mass[k]
		g.logp[level] = math.Log(p)
		if m := len(g.cum[k]); m > 0 {
			p += g.cum[k][m-1]
		}
		g.members[k] = append(g.members[k], int32(level))
		g.cum[k] = append(g.cum[k], p)
	}
	for k := range mass {
		mass[k] /= total[k]
	}
	return mass
}

// restrict conditions the book, see dist.Codebook.Restrict.
func (g *groups) restrict(given space.Given) (book, []float64) {
	in := make([]bool, len(g.group))
	for _, level := range given.Codes {
		if level >= 0 && int(level) < len(in) {
			in[level] = true
		}
	}
	r := *g
	share := r.index(func(level int) bool { return in[level] })
	if g.missing {
		share = append(share, 0)
		if given.Missing {
			share[len(share)-1] = 1
		}
	}
	return &r, share
}

func (g *groups) Codes() int {
	if g.missing {
		return len(g.members) + 1
	}
	return len(g.members)
}

func (g *groups) Missing() (uint16, bool) { return uint16(len(g.members)), g.missing }

func (g *groups) Encode(dst []uint16, col table.Column) {
	g.levels.Encode(dst, col)
	for i, level := range dst {
		switch {
		case int(level) < len(g.group):
			dst[i] = g.group[level]
		case level != dist.Outside:
			dst[i] = uint16(len(g.members))
		}
	}
}

func (g *groups) LogDetail(dst []float64, codes []uint16, col table.Column) {
	for i, k := range codes {
		switch {
		case k == dist.Outside:
			dst[i] = math.Inf(-1)
		case int(k) < len(g.members):
			dst[i] += g.logp[col.Code[i]]
		}
	}
}

func (g *groups) Decode(col *table.Column, codes []uint16, u []float64) {
	for i, k := range codes {
		if int(k) >= len(g.members) || len(g.cum[k]) == 0 {
			col.Code[i] = table.Missing
			continue
		}
		at, _ := slices.BinarySearch(g.cum[k], u[i])
		col.Code[i] = g.members[k][min(at, len(g.members[k])-1)]
	}
}

// Wire is empty, as that of levels: columnWire has the groups.
func (g *groups) Wire() dist.BookWire { return dist.BookWire{} }

// group groups the levels of columns that have too many of them, and recodes
// their rows.
func (m *Model) group(ctx context.Context, codes [][]uint16) error {
	var wide []int
	for p := range m.columns {
		if c := &m.columns[p]; !c.of.Kind.Numeric() && c.values() > mostLevels {
			wide = append(wide, p)
		}
	}
	if len(wide) == 0 {
		return nil
	}
	coarse := make([][]uint8, len(m.columns))
	err := par.Do(ctx, len(coarse), func(p int) error {
		bin := make([]uint8, len(m.columns[p].rows)+1)
		if bins := len(m.columns[p].rows); bins <= maxViewBins-1 {
			for k := range bin {
				bin[k] = uint8(k)
			}
		} else {
			bin[m.columns[p].absent()] = uint8(equalBins(bin[:bins], m.columns[p].rows))
		}
		coarse[p] = make([]uint8, len(codes[p]))
		fillBins(coarse[p], codes[p], bin)
		return nil
	})
	if err != nil {
		return err
	}
	return par.Do(ctx, len(wide), func(i int) error {
		p := wide[i]
		c := &m.columns[p]
		b := newGroups(c.book.(*dist.Codebook), c.groupBy(codes[p], coarse, p), c.rows[:c.values()])
		rows := make([]float64, b.Codes())
		for level, k := range b.group {
			rows[k] += c.rows[level]
		}
		if b.missing {
			rows[len(rows)-1] = c.rows[len(c.rows)-1]
		}
		for i, level := range codes[p] {
			if int(level) < len(b.group) {
				codes[p][i] = b.group[level]
			} else {
				codes[p][i] = uint16(len(b.members))
			}
		}
		c.book, c.rows = b, rows
		return nil
	})
}

// groupBy returns the group of each level: levels are ordered by reciprocal
// averaging with the column that tells the most about them, and cut into groups
// of equal mass.
func (c *column) groupBy(level []uint16, coarse [][]uint8, own int) []uint16 {
	n := c.values()
	order := make([]int, n)
	for k := range order {
		order[k] = k
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(c.rows[b], c.rows[a]) })
	group := make([]uint16, n)
	// A level is frequent if it has twice the mass of a group.
	heavy, total := 0, 0.0
	for _, r := range c.rows[:n] {
		total += r
	}
	for heavy < ownLevels && c.rows[order[heavy]] >= 2*total/mostGroups {
		group[order[heavy]] = uint16(heavy)
		total -= c.rows[order[heavy]]
		heavy++
	}
	rest := order[heavy:]
	if partner := c.partner(level, coarse, own); partner >= 0 {
		score := averages(level, coarse[partner], n)
		slices.SortStableFunc(rest, func(a, b int) int { return cmp.Compare(score[a], score[b]) })
	} else {
		slices.Sort(rest)
	}
	at, sum := heavy, 0.0
	for i, k := range rest {
		group[k] = uint16(at)
		sum += c.rows[k] + halfRow
		if left := len(rest) - 1 - i; left > 0 && sum >= (total+halfRow*float64(len(rest)))/float64(mostGroups-heavy) {
			at++
			sum = 0
		}
	}
	return group
}

// partner returns the column that shares the most information with the levels
// of a column, or -1: in 16 bins, by all rows, less the bias of so many levels.
func (c *column) partner(level []uint16, coarse [][]uint8, own int) int {
	best, most := -1, 0.0
	joint := make([]int32, len(c.rows)*chooseBins)
	stride := 1 + len(coarse)/maxAsk // in a wide table not every column is tried
	for q := 0; q < len(coarse); q += stride {
		if q == own {
			continue
		}
		clear(joint)
		var right [chooseBins]int32
		for i, k := range level {
			b := hashBin(coarse[q][i])
			joint[int(k)*chooseBins+b]++
			right[b]++
		}
		sum, cells, bins := 0.0, 0.0, 0.0
		for k := range len(c.rows) {
			own := int32(0)
			for _, n := range joint[k*chooseBins : (k+1)*chooseBins] {
				own += n
				sum += entropyTerm(n)
				if n > 0 {
					cells++
				}
			}
			sum -= entropyTerm(own)
			if own > 0 {
				cells--
			}
		}
		for _, n := range right {
			sum -= entropyTerm(n)
			if n > 0 {
				bins++
			}
		}
		rows := int32(len(level))
		if information := sum + entropyTerm(rows) - (cells-bins+1)/2; information > most {
			best, most = q, information
		}
	}
	return best
}

// hashBin puts 256 bins into 16, neighbours apart, for levels have no order.
func hashBin(b uint8) int { return int(b*0x9D>>4) & (chooseBins - 1) }

// averages returns a score of each level [levels] by reciprocal averaging of
// levels and bins.
func averages(level []uint16, bin []uint8, levels int) []float64 {
	score, rows := make([]float64, levels), make([]float64, levels)
	var other, count [maxViewBins]float64
	for b := range other {
		_, other[b] = math.Modf(float64(b+1) * math.Phi)
	}
	for i, k := range level {
		if int(k) < levels {
			rows[k]++
			count[bin[i]]++
		}
	}
	for turn := range 3 {
		if turn > 0 {
			clear(other[:])
			for i, k := range level {
				if int(k) < levels {
					other[bin[i]] += score[k]
				}
			}
			var mean, n, variance float64
			for b := range other {
				mean += other[b]
				n += count[b]
				other[b] /= max(count[b], 1)
			}
			mean /= n
			for b := range other {
				other[b] -= mean
				variance += count[b] * other[b] * other[b]
			}
			scale := 1 / (math.Sqrt(variance/n) + 1e-12)
			for b := range other {
				other[b] *= scale
			}
		}
		clear(score)
		for i, k := range level {
			if int(k) < levels {
				score[k] += other[bin[i]]
			}
		}
		for k := range score {
			score[k] /= max(rows[k], 1)
		}
	}
	return score
}

// checkGroups reports what is wrong with a grouping that was read.
func checkGroups(group []uint16, rows []float64, levels int) error {
	if len(group) != levels || len(rows) != levels {
		return fmt.Errorf("%d groups and %d counts of %d levels", len(group), len(rows), levels)
	}
	seen := make([]bool, mostGroups+1)
	most := 0
	for i, k := range group {
		if int(k) >= len(seen) || !(rows[i] >= 0 && rows[i] <= math.MaxUint32) {
			return fmt.Errorf("level %d of group %d has %v rows", i, k, rows[i])
		}
		seen[k] = true
		most = max(most, int(k))
	}
	if slices.Contains(seen[:most+1], false) {
		return fmt.Errorf("a group has no level")
	}
	return nil
}
