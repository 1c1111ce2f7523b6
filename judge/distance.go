package judge

import (
	"context"
	"math"
	"slices"

	"github.com/seed-64d012fb/mimic/internal/near"
	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/table"
)

// ruler measures how far apart rows are: over the fields in use, a number
// counts its difference divided by the range of the training rows, a level
// counts 1 where it differs, a missing value 1 against any value (Gower's
// distance without its mean). A pixel counts its difference, from black to white.
//
// Reference: Gower (1971), A general coefficient of similarity and some of its
// properties.
type ruler struct{ lo, span []float64 } // [d fields], of the training rows

func newRuler(train *frame) ruler {
	r := ruler{make([]float64, len(train.cols)), make([]float64, len(train.cols))}
	for _, j := range train.use {
		lo, hi := math.Inf(1), math.Inf(-1)
		for _, x := range train.cols[j].Num {
			if x == x {
				lo, hi = min(lo, x), max(hi, x)
			}
		}
		if r.lo[j], r.span[j] = lo, hi-lo; !(r.span[j] > 0) {
			r.span[j] = 1
		}
		if math.IsInf(lo, 0) {
			r.lo[j] = 0
		}
	}
	return r
}

// rows returns the rows of fr in the ruler's units. A number is at most one
// range below or above those of the training rows: one wild value should not
// outweigh all other fields.
func (r ruler) rows(fr *frame) near.Rows {
	rows := near.Rows{N: fr.n}
	for _, j := range fr.use {
		c := fr.cols[j]
		if m := fr.schema.Image; m.Has(j) && m.Levels > 2 {
			rows.Num = append(rows.Num, greys(c.Code, m.Levels))
			continue
		}
		if c.Code != nil {
			rows.Code = append(rows.Code, c.Code)
			continue
		}
		x := make([]float64, fr.n)
		for i, v := range c.Num {
			if v != v {
				x[i] = v
				continue
			}
			x[i] = max(-1, min(2, (v-r.lo[j])/r.span[j]))
		}
		rows.Num = append(rows.Num, x)
	}
	return rows
}

// greys returns pixels as numbers from 0 to 1.
func greys(code []int32, levels int) []float64 {
	x := make([]float64, len(code))
	for i, k := range code {
		if x[i] = float64(k) / float64(levels-1); k < 0 || int(k) >= levels {
			x[i] = math.NaN()
		}
	}
	return x
}

// distanceWork bounds the terms of distances for one candidate: beyond it fewer
// of its rows are measured, drawn at random. What a row costs is found from the
// first probeRows of them.
const (
	distanceWork = 1e9
	pictureWork  = 2e8 // of pictures, where boxes of pixels exclude next to nothing
	probeRows    = 50
	leastRows    = 300 // measured in any case
)

// measured returns the rows of fr that are measured against the index.
func measured(ix *near.Index, r ruler, fr *frame, k rng.Key) []int {
	order := permutation(fr.n, k)
	probe := r.rows(fr.take(order[:min(fr.n, probeRows)]))
	work := distanceWork
	if fr.schema.Image != nil {
		work = pictureWork
	}
	most := max(leastRows, int(work/max(1, ix.Terms(probe, 2))))
	rows := order[:min(fr.n, most)]
	slices.Sort(rows)
	return rows
}

// closeness says how near the rows of a candidate are to the training rows.
type closeness struct {
	rows     []int           // of the candidate: those that were measured
	nearest  []near.Neighbor // [rows·2], the two closest training rows
	fromHeld []float64       // [rows], distance to the closest of as many held-out rows …
	fromSome []float64       // [rows], … as training rows
}

func (c *closeness) dist(i int) float64 { return c.nearest[2*i].Dist }

// ratio returns the distance to the closest training row over that to the
// second closest; 1 where both are 0: a row that several people share is
// nobody's copy.
func (c *closeness) ratio(i int) float64 {
	a, b := c.nearest[2*i].Dist, c.nearest[2*i+1].Dist
	if b == 0 || math.IsInf(b, 1) {
		return 1
	}
	return a / b
}

// measure finds the closest training and held-out rows of each candidate.
//
// To be fair, closest held-out row and closest training row are each looked for
// among equally many rows, and no held-out row is its own neighbour.
func measure(ctx context.Context, train *frame, cand [candidates]candidate, heldOut *frame, k rng.Key) (c [candidates]*closeness, err error) {
	r := newRuler(train)
	m := min(train.n, heldOut.n)
	all := near.New(r.rows(train), near.Manhattan)
	some := all
	if m < train.n {
		some = near.New(r.rows(train.take(subset(train.n, m, k.Child(0)))), near.Manhattan)
	}
	heldRows := subset(heldOut.n, m, k.Child(1))
	reference := heldOut.take(heldRows)
	fromHeld := near.New(r.rows(reference), near.Manhattan)

	for i := range cand {
		rows := measured(all, r, cand[i].frame, k.Child(2+uint64(i)))
		q := r.rows(cand[i].take(rows))
		c[i] = &closeness{rows: rows}
		if c[i].nearest, err = all.Query(ctx, q, 2, nil); err != nil {
			return c, err
		}
		if some != all {
			if c[i].fromSome, err = distances(ctx, some, q, nil); err != nil {
				return c, err
			}
		} else {
			c[i].fromSome = make([]float64, len(rows))
			for r := range rows {
				c[i].fromSome[r] = c[i].dist(r)
			}
		}
		// The held-out yardstick asks for held-out rows: its own row is left out.
		var own []int32
		if i == held {
			own = places(heldRows, at(cand[i].origin, rows))
		}
		if c[i].fromHeld, err = distances(ctx, fromHeld, q, own); err != nil {
			return c, err
		}
	}
	return c, nil
}

// places returns the place of each row in list, which rises, or -1.
func places(list, rows []int) []int32 {
	at := make([]int32, len(rows))
	for i, r := range rows {
		at[i] = -1
		if p, ok := slices.BinarySearch(list, r); ok {
			at[i] = int32(p)
		}
	}
	return at
}

// distances returns the distance of each row of q to the closest row of the
// index other than own[i].
func distances(ctx context.Context, ix *near.Index, q near.Rows, own []int32) ([]float64, error) {
	found, err := ix.Query(ctx, q, 1, own)
	if err != nil {
		return nil, err
	}
	d := make([]float64, len(found))
	for i, n := range found {
		d[i] = n.Dist
	}
	return d, nil
}

// share of the measured rows that are nearer to the training rows than to the
// held-out rows, ties counting one half.
func (c *closeness) nearer(k rng.Key) Estimate {
	score := make([]float64, len(c.rows))
	for i := range score {
		switch a, b := c.fromSome[i], c.fromHeld[i]; {
		case a < b:
			score[i] = 1
		case a == b:
			score[i] = 0.5
		}
	}
	return meanOf(score, 0, 1, k)
}

// meanOf estimates the mean of a score that each row has.
func meanOf(score []float64, low, high float64, k rng.Key) Estimate {
	replicate := make([]float64, replicates)
	for r, w := range bootstrap(len(score), k) {
		s := 0.0
		for i, x := range score {
			s += float64(w[i]) * x
		}
		replicate[r] = s / float64(len(score))
	}
	return withError(mean(score), replicate, low, high)
}

// quantileOf estimates a quantile of a score that each row has.
func quantileOf(score []float64, q float64, k rng.Key) Estimate {
	if len(score) == 0 {
		return none()
	}
	order := make([]int, len(score))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case score[a] < score[b]:
			return -1
		case score[a] > score[b]:
			return 1
		}
		return 0
	})
	replicate := make([]float64, replicates)
	for r, w := range bootstrap(len(score), k) {
		below := q * float64(len(score))
		for _, i := range order {
			replicate[r] = score[i]
			if below -= float64(w[i]); below < 0 {
				break
			}
		}
	}
	sorted := at(score, order)
	return withError(quantile(sorted, q), replicate, 0, math.Inf(1))
}

// quantile returns a quantile of sorted numbers, interpolated linearly as
// numpy's default does.
func quantile(sorted []float64, q float64) float64 {
	if len(sorted) == 0 {
		return math.NaN()
	}
	at := q * float64(len(sorted)-1)
	i := min(int(at), len(sorted)-1)
	a, b, t := sorted[i], sorted[min(i+1, len(sorted)-1)], at-float64(i)
	if t >= 0.5 {
		return b - float64((b-a)*(1-t))
	}
	return a + float64((b-a)*t)
}

// copies returns the share of the candidate's rows that are identical to a
// training row, over the fields in use.
func copies(fr *frame, known map[string]struct{}) (is []bool, e Estimate) {
	is = make([]bool, fr.n)
	n := 0
	var key []byte
	for i := range is {
		key = fr.key(key[:0], i)
		if _, is[i] = known[string(key)]; is[i] {
			n++
		}
	}
	return is, share(n, fr.n)
}

// key appends the values of row i, so that equal rows have equal keys.
func (fr *frame) key(key []byte, i int) []byte {
	for _, j := range fr.use {
		if c := fr.cols[j].Code; c != nil {
			key = appendWord(key, uint64(uint32(c[i])))
			continue
		}
		x := fr.cols[j].Num[i]
		switch {
		case x != x:
			x = math.NaN() // any NaN is missing
		case x == 0:
			x = 0 // and so is -0
		}
		key = appendWord(key, math.Float64bits(x))
	}
	return key
}

func appendWord(key []byte, w uint64) []byte {
	for ; w >= 0x80; w >>= 7 {
		key = append(key, byte(w)|0x80)
	}
	return append(key, byte(w))
}

// keys returns the set of the rows of fr.
func (fr *frame) keys() map[string]struct{} {
	set := make(map[string]struct{}, fr.n)
	var key []byte
	for i := range fr.n {
		key = fr.key(key[:0], i)
		set[string(key)] = struct{}{}
	}
	return set
}

// numbered returns a frame's columns in use as numbers between the least and
// the greatest of the training rows, levels by the place of their text in
// sorted order: the encoding in which α-precision is published. A missing
// number is the training rows' mean, a missing level comes after all others.
func (r ruler) numbered(fr *frame, train *frame) near.Rows {
	rows := near.Rows{N: fr.n}
	for _, j := range fr.use {
		x := make([]float64, fr.n)
		if code := fr.cols[j].Code; code != nil {
			rank := ranks(fr.levels[j])
			lo, hi := math.Inf(1), math.Inf(-1)
			for _, k := range train.cols[j].Code {
				v := rankOf(rank, k)
				lo, hi = min(lo, v), max(hi, v)
			}
			if !(hi > lo) {
				hi = lo + 1
			}
			for i, k := range code {
				x[i] = (rankOf(rank, k) - lo) / (hi - lo)
			}
		} else {
			middle := mean(train.cols[j].Num)
			if middle != middle {
				middle = 0
			}
			for i, v := range fr.cols[j].Num {
				if v != v {
					v = middle
				}
				x[i] = (v - r.lo[j]) / r.span[j]
			}
		}
		rows.Num = append(rows.Num, x)
	}
	return rows
}

func rankOf(rank []float64, k int32) float64 {
	if k == table.Missing {
		return float64(len(rank))
	}
	return rank[k]
}

// ranks returns the place of each level in sorted order: by number where all
// are numbers, else by text.
func ranks(levels []string) []float64 {
	order := make([]int, len(levels))
	for i := range order {
		order[i] = i
	}
	numbers, numeric := asNumbers(levels)
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case numeric && numbers[a] < numbers[b], !numeric && levels[a] < levels[b]:
			return -1
		case numeric && numbers[a] > numbers[b], !numeric && levels[a] > levels[b]:
			return 1
		}
		return 0
	})
	rank := make([]float64, len(levels))
	for place, i := range order {
		rank[i] = float64(place)
	}
	return rank
}
