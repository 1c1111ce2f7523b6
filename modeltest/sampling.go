package modeltest

import (
	"fmt"
	"math"
	"math/bits"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/table"
)

const (
	draws        = 1 << 17
	falseFailure = 1e-9 // probability that a right sampler fails one statistic
	fewExpected  = 16   // outcomes expected less often are counted together
)

// samplesFollowDensity compares counts of samples with p, for every field, for
// every pair of fields and for whole rows.
func samplesFollowDensity(s Subject) error {
	for _, a := range s.enumerable() {
		m, err := s.fitted(a.rows(trainingRows, 7), 1)
		if err != nil {
			return err
		}
		if err := followsDensity(m, a, draws); err != nil {
			return fmt.Errorf("%s: %w", a.name, err)
		}
	}
	return nil
}

// followsDensity draws n rows of a model over an enumerable arena.
func followsDensity(m mimic.Model, a arena, n int) error {
	all := everyRow(a.schema)
	l, err := logProb(m, all)
	if err != nil {
		return err
	}
	p := make([]float64, len(l))
	for i, v := range l {
		p[i] = math.Exp(v)
	}
	rows, err := samples(m, rng.New(8), 0, n)
	if err != nil {
		return err
	}
	var sets [][]int
	var every []int
	for j := range a.schema.Fields {
		if !a.schema.Fields[j].Kind.Learned() {
			continue
		}
		sets = append(sets, []int{j})
		for _, i := range every {
			sets = append(sets, []int{i, j})
		}
		every = append(every, j)
	}
	at := make(map[uint64]int, len(p))
	for i := range p {
		at[outcome(all, i, every)] = i
	}
	count := make([]float64, len(p))
	var strays []int // an unbounded model may leave the domain
	for i := range n {
		k, ok := at[outcome(rows, i, every)]
		if !ok {
			strays = append(strays, i)
			continue
		}
		if count[k]++; p[k] == 0 {
			return fmt.Errorf("sampled %s, which has probability zero", show(rows, i))
		}
	}
	if l, err = logProb(m, rows.Select(strays)); err != nil {
		return err
	}
	for i, v := range l {
		if math.IsInf(v, -1) {
			return fmt.Errorf("sampled %s, which has probability zero", show(rows, strays[i]))
		}
	}
	stray := float64(len(strays))
	for _, fields := range append(sets, every) {
		if err := compareCounts(all, p, count, stray, fields); err != nil {
			return err
		}
	}
	return nil
}

// compareCounts compares how often the outcomes of some fields came up with
// their probabilities, both sums over the rows of all, and stray with the
// probability of what is not among them.
func compareCounts(all *table.Table, p, count []float64, stray float64, fields []int) error {
	cell := map[uint64]int{}
	var expected, observed []float64
	n := sum(count) + stray
	for i := range p {
		o := outcome(all, i, fields)
		c, ok := cell[o]
		if !ok {
			c = len(expected)
			cell[o] = c
			expected, observed = append(expected, 0), append(observed, 0)
		}
		expected[c] += n * p[i]
		observed[c] += count[i]
	}
	if stray > 0 {
		expected = append(expected, max(0, n-sum(expected)))
		observed = append(observed, stray)
	}
	if err := chiSquare(observed, expected); err != nil {
		return fmt.Errorf("fields %s: %w", names(all, fields), err)
	}
	return nil
}

func names(t *table.Table, fields []int) (text string) {
	for i, j := range fields {
		if i > 0 {
			text += ", "
		}
		text += t.Schema().Fields[j].Name
	}
	return text
}

// outcome hashes the values of some fields of a row: two outcomes share a hash
// once in 2^64.
func outcome(t *table.Table, i int, fields []int) (hash uint64) {
	for _, j := range fields {
		value := uint64(math.Float64bits(math.Pi)) // missing
		switch c := &t.All().Cols[j]; {
		case c.Code != nil:
			value = uint64(uint32(c.Code[i]))
		case c.Num != nil && c.Num[i] == c.Num[i]:
			value = math.Float64bits(c.Num[i] + 0)
		}
		hi, lo := bits.Mul64(hash^value^0x9E3779B97F4A7C15, 0xD2E7470EE14C6C93)
		hash = hi ^ lo
	}
	return hash
}

// chiSquare reports counts that fit their expectations with a probability below
// falseFailure. Rare outcomes are pooled.
func chiSquare(observed, expected []float64) error {
	order := make([]int, len(expected))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		if expected[a] < expected[b] {
			return -1
		} else if expected[a] > expected[b] {
			return 1
		}
		return 0
	})
	var statistic, o, e float64
	cells := 0
	for at, i := range order {
		o += observed[i]
		e += expected[i]
		if e < fewExpected && at+1 < len(order) {
			continue
		}
		cells++
		if e > 0 {
			statistic += (o - e) * (o - e) / e
		} else if o > 0 {
			return fmt.Errorf("%v samples of outcomes of probability zero", o)
		}
		o, e = 0, 0
	}
	if cells < 2 {
		return nil
	}
	chance := distuv.ChiSquared{K: float64(cells - 1)}.Survival(statistic)
	if chance < falseFailure {
		return fmt.Errorf("samples disagree with the density: chi-square %.1f with %d degrees of freedom, probability %.1g", statistic, cells-1, chance)
	}
	return nil
}

func sum(x []float64) (s float64) {
	for _, v := range x {
		s += v
	}
	return s
}

// realBins is the number of bins in which a real is counted.
const realBins = 64

// samplesFollowDensityOnReals counts samples of a real, of each level of the
// first field, in bins whose probabilities are found by quadrature.
func samplesFollowDensityOnReals(s Subject) error {
	if s.Pictures > 0 {
		return nil
	}
	m, err := s.fitted(oneReal.rows(trainingRows, 9), 1)
	if err != nil {
		return err
	}
	rows, err := samples(m, rng.New(10), 0, draws)
	if err != nil {
		return err
	}
	x := oneReal.schema.Fields[1]
	levels := len(oneReal.schema.Fields[0].Levels)
	expected := make([]float64, levels*(realBins+2)) // missing, bins, beyond
	observed := make([]float64, len(expected))
	l, err := logProb(m, missingReals())
	if err != nil {
		return err
	}
	for level := range levels {
		at := level * (realBins + 2)
		expected[at] = draws * math.Exp(l[level])
		t, width := quadrature(int32(level))
		l, err := logProb(m, t)
		if err != nil {
			return err
		}
		for i, v := range l {
			expected[at+1+i*realBins/len(l)] += draws * width * math.Exp(v)
		}
	}
	cols := rows.All().Cols
	for i := range draws {
		at := int(cols[0].Code[i]) * (realBins + 2)
		switch v := cols[1].Num[i]; {
		case v != v:
		case v < x.Min || v > x.Max:
			at += realBins + 1
		default:
			at += 1 + min(realBins-1, int((v-x.Min)/(x.Max-x.Min)*realBins))
		}
		observed[at]++
	}
	return chiSquare(observed, expected)
}
