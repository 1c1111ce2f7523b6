package mixing

import (
	"math"
	"math/bits"
	"math/rand/v2"
	"slices"

	"github.com/seed-64d012fb/mimic/internal/coded"
)

// A feature is a small code that is known of a prefix of a row: that of a field,
// or, after the fields, one that sums the prefix up.
const (
	likelyClass = iota // most probable class, see classes
	tally              // how many codes of the prefix are unusual, in steps
	summaries          // number of such features
)

// tallySteps are the numbers of unusual codes from which on tally has its next
// code.
var tallySteps = [...]int{1, 2, 3, 4, 6, 9, 14, 22, 35, 56}

func tallyCode(unusual int) uint16 {
	c := 0
	for c < len(tallySteps) && unusual >= tallySteps[c] {
		c++
	}
	return uint16(c)
}

// backed is a context: the features that a count looks at. Where it has few
// rows it falls back on an earlier context, whose features it begins with.
type backed struct {
	features []int
	back     int // -1 for none
	first    int // its first cell among the predictor's
	cells    int // product of the features' codes
}

// What a predictor looks at; docs/rungs/mixing.md has what each is worth.
const (
	candidates  = 32      // fields with the most information, of which contexts are made
	chainMost   = 6       // fields of the longest context of the chain
	singles     = 10      // contexts of one field
	ferns       = 6       // contexts of fields drawn at random
	fernMost    = 5       // fields of a fern
	contextMost = 8       // features of any context
	inputMost   = 24      // fields that are inputs themselves
	gateMost    = 2       // fields of the gate
	looked      = 1 << 14 // rows that contexts are chosen by, at most
	novelty     = .7      // nats that a cell more has to gain
)

// A context has no more cells, and a unit no more sets of weights, than the rows
// that ask the question can fill.
const (
	cellsMost = 1 << 12
	cellRows  = 4  // rows of a cell
	setRows   = 16 // rows of a set of weights
)

// survey is what contexts are chosen by: which of some rows have which group.
type survey struct {
	rows   int
	fields []field
	codes  [][]uint16   // [fields][rows]
	groups [][]uint16   // [fields][rows]
	sets   [][][]uint64 // [fields][groups] a bit for each row
	nlogn  []float64    // [rows+1] n·log n
}

// newSurvey looks at rows of d, in which order does not matter.
func newSurvey(d *coded.Data, fields []field) *survey {
	s := &survey{rows: d.N, fields: fields, codes: d.Codes}
	words := (s.rows + 63) / 64
	for j, codes := range d.Codes {
		groups, sets := make([]uint16, s.rows), make([][]uint64, fields[j].groups)
		for g := range sets {
			sets[g] = make([]uint64, words)
		}
		for i, c := range codes {
			groups[i] = fields[j].group[c]
			sets[groups[i]][i>>6] |= 1 << (i & 63)
		}
		s.groups, s.sets = append(s.groups, groups), append(s.sets, sets)
	}
	s.nlogn = make([]float64, s.rows+1)
	for n := 2; n <= s.rows; n++ {
		s.nlogn[n] = float64(n) * math.Log(float64(n))
	}
	return s
}

// asked returns the rows that a question is asked about and those that answer
// yes.
func (s *survey) asked(field int, q question) (asked, yes []uint64) {
	asked, yes = make([]uint64, (s.rows+63)/64), make([]uint64, (s.rows+63)/64)
	for i, c := range s.codes[field] {
		if q.asks(c) {
			asked[i>>6] |= 1 << (i & 63)
			if c >= q.cut {
				yes[i>>6] |= 1 << (i & 63)
			}
		}
	}
	return asked, yes
}

// gain returns Σ_codes n·H without the code less Σ_codes n·H with it: the part
// of n times the mutual information that one cell of two answers adds.
func (s *survey) gain(no, yes int) float64 {
	return s.nlogn[no] + s.nlogn[yes] - s.nlogn[no+yes]
}

// ranked returns the fields among earlier that say most about a question, the
// best first, at most as many as candidates.
func (s *survey) ranked(asked, yes []uint64, earlier []int) []int {
	type scored struct {
		field int
		nats  float64
	}
	all, allYes := count(asked, nil), count(yes, nil)
	list := make([]scored, len(earlier))
	for k, j := range earlier {
		nats, restAsked, restYes := 0.0, all, allYes
		usual := s.fields[j].usualGroup()
		for c, set := range s.sets[j] {
			if c == int(usual) {
				continue
			}
			n, y := count(asked, set), count(yes, set)
			nats += s.gain(n-y, y)
			restAsked -= n
			restYes -= y
		}
		list[k] = scored{j, nats + s.gain(restAsked-restYes, restYes)}
	}
	slices.SortStableFunc(list, func(a, b scored) int {
		switch {
		case a.nats > b.nats:
			return -1
		case a.nats < b.nats:
			return 1
		}
		return 0
	})
	var fields []int
	for _, l := range list[:min(len(list), candidates)] {
		fields = append(fields, l.field)
	}
	return fields
}

// count returns the number of bits that are set in both.
func count(a, b []uint64) (n int) {
	if b == nil {
		for _, w := range a {
			n += bits.OnesCount64(w)
		}
		return n
	}
	for i, w := range a {
		n += bits.OnesCount64(w & b[i])
	}
	return n
}

// chain returns fields of which each adds most information about a question to
// those before it, at most so many cells in all.
func (s *survey) chain(asked, yes []uint64, from []int, most int) []int {
	var (
		rows  []int32  // asked
		cell  []uint16 // [asked rows] of the chain so far
		bit   []uint8  // [asked rows] answer
		cells = 1
		chain []int
		n     = make([]int32, 2*most)
	)
	for i := range s.rows {
		if asked[i>>6]>>(i&63)&1 != 0 {
			rows = append(rows, int32(i))
			bit = append(bit, uint8(yes[i>>6]>>(i&63)&1))
		}
	}
	cell = make([]uint16, len(rows))
	for len(chain) < chainMost {
		best, next := math.Inf(-1), -1
		for _, j := range from {
			groups := s.fields[j].groups
			if slices.Contains(chain, j) || cells*groups > most {
				continue
			}
			for i, r := range rows {
				n[(int(cell[i])+cells*int(s.groups[j][r]))*2+int(bit[i])]++
			}
			if nats := s.conditional(n[:2*cells*groups], cells); nats > best {
				best, next = nats, j
			}
			clear(n[:2*cells*groups])
		}
		if next < 0 {
			return chain
		}
		for i, r := range rows {
			cell[i] += uint16(cells) * s.groups[next][r]
		}
		cells *= s.fields[next].groups
		chain = append(chain, next)
	}
	return chain
}

// conditional returns the nats that a field adds about the answers to cells, less
// what its own cells cost, up to a constant. n [groups][cells][2] are the rows.
func (s *survey) conditional(n []int32, cells int) float64 {
	nats := 0.0
	for c := range cells {
		used := 0
		for k := c; 2*k < len(n); k += cells {
			no, yes := int(n[2*k]), int(n[2*k+1])
			nats += s.gain(no, yes)
			if no+yes > 0 {
				used++
			}
		}
		nats -= novelty * float64(max(used-1, 0))
	}
	return nats
}

// contextsOf returns the contexts of a question, given the chain and the ranked
// fields, of at most so many cells each. codes [features] are the codes of each.
func contextsOf(chain, ranked []int, codes []int, most int, r *rand.Rand) (list []backed) {
	fields, cells := len(codes)-summaries, 0
	add := func(back int, features ...int) int {
		size := 1
		for _, f := range features {
			size *= codes[f]
			if size > most {
				return back
			}
		}
		list = append(list, backed{slices.Clone(features), back, cells, size})
		cells += size
		return len(list) - 1
	}
	root := add(-1)
	last := root
	for k := range chain {
		last = add(last, chain[:k+1]...)
	}
	for k := range min(len(ranked), singles) {
		if len(chain) == 0 || ranked[k] != chain[0] {
			add(root, ranked[k])
		}
	}
	for range ferns {
		var fern []int
		for _, k := range r.Perm(len(ranked)) {
			if r.Float64() < 1/(1+.1*float64(k)) {
				fern = append(fern, ranked[k])
			}
			if len(fern) == fernMost {
				break
			}
		}
		last := root
		for _, n := range []int{2, 3, 5} {
			if len(fern) >= n {
				last = add(last, fern[:n]...)
			}
		}
	}
	class := add(root, fields+likelyClass)
	sum := add(root, fields+tally)
	if len(chain) > 0 {
		class = add(class, fields+likelyClass, chain[0])
		add(sum, fields+tally, chain[0])
	}
	if len(chain) > 2 {
		add(class, fields+likelyClass, chain[0], chain[1], chain[2])
	}
	return list
}
