package forest

import (
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/internal/importance"
	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// evidences on dependent tables: on the first column of the chain, on the last,
// on several, with ranges, sets and missing values.
var evidences = map[string]space.Evidence{
	"first":        {{Field: 0, Codes: []int32{1}}},
	"first set":    {{Field: 0, Codes: []int32{0, 2}}},
	"second":       {{Field: 2, Codes: []int32{3}, Missing: true}},
	"last range":   {{Field: 3, Ranges: []space.Interval{{Min: 3, Max: 11}, {Min: 30, Max: 33}}}},
	"last missing": {{Field: 3, Missing: true}},
	"rare":         {{Field: 0, Codes: []int32{2}}, {Field: 3, Ranges: []space.Interval{{Min: 0, Max: 2}}}},
	"all": {{Field: 0, Codes: []int32{0}}, {Field: 2, Codes: []int32{0, 1}}, {Field: 1, Ranges: []space.Interval{{Min: 1, Max: 2}}},
		{Field: 3, Ranges: []space.Interval{{Min: 5, Max: 25}}, Missing: true}},
}

// brute returns the conditional of every row by enumeration, and the
// log-probability of the evidence.
func brute(t *testing.T, m *Model, every *table.Batch, e space.Evidence) (p []float64, evidence float64) {
	t.Helper()
	p = logProb(t, m, every)
	reject(p, e, every)
	total := 0.0
	for i := range p {
		p[i] = math.Exp(p[i])
		total += p[i]
	}
	for i := range p {
		p[i] /= total
	}
	return p, math.Log(total)
}

func TestConditionIsExact(t *testing.T) {
	m := mustFit(t, dependent(2000, 1), Family{})
	every := everyRow(m.Schema())
	for name, e := range evidences {
		want, evidence := brute(t, m, every, e)
		c, err := m.Condition(e)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := c.(*given).evidence; math.Abs(got-evidence) > 1e-9 {
			t.Errorf("%s: the evidence has log-probability %v, by enumeration %v", name, got, evidence)
		}
		got := make([]float64, every.N)
		if err := c.(mimic.Density).LogProb(got, every); err != nil {
			t.Fatal(err)
		}
		for i := range got {
			if math.Abs(math.Exp(got[i])-want[i]) > 1e-9 {
				t.Fatalf("%s: row %d has probability %v, by enumeration %v", name, i, math.Exp(got[i]), want[i])
			}
		}
		agree(t, name, every, want, draws(t, c.(mimic.Sampler), m.Schema(), table.Range{Hi: 15000}, 2), nil)
	}
}

// Weighed proposals have the conditional's expectations, and their mean weight
// is the probability of the evidence. The weights are bounded by 1, so that the
// tolerances, 4.9 standard errors, fail falsely once in 10⁶.
func TestProposalsWeighToTheConditional(t *testing.T) {
	m := mustFit(t, dependent(2000, 1), Family{})
	every := everyRow(m.Schema())
	for name, e := range evidences {
		want, evidence := brute(t, m, every, e)
		q, err := m.Propose(e)
		if err != nil {
			t.Fatal(err)
		}
		const n = 15000
		b := table.NewBatch(m.Schema(), 0, n)
		logw := make([]float64, n)
		if err := q.Draw(b, logw, rng.New(3)); err != nil {
			t.Fatal(err)
		}
		w := make([]float64, n)
		var sum, squares float64
		for i, l := range logw {
			w[i] = math.Exp(l)
			sum += w[i]
			squares += w[i] * w[i]
		}
		p := math.Exp(evidence)
		if sd := math.Sqrt((squares/n - sum/n*sum/n) / n); math.Abs(sum/n-p) > 4.9*sd+1e-12 {
			t.Errorf("%s: the mean weight is %v, the evidence has probability %v", name, sum/n, p)
		}
		agree(t, name, every, want, b, w)
	}
}

// agree compares the weighted frequency of each row with its probability.
func agree(t *testing.T, name string, every *table.Batch, p []float64, b *table.Batch, w []float64) {
	t.Helper()
	at := map[string]int{}
	for i := range every.N {
		at[rowName(every, i)] = i
	}
	got := make([]float64, every.N)
	total, squares := 0.0, 0.0
	for i := range b.N {
		weight := 1.0
		if w != nil {
			weight = w[i]
		}
		got[at[rowName(b, i)]] += weight
		total += weight
		squares += weight * weight
	}
	effective := total * total / squares
	for i := range got {
		// 5.5 standard errors (the weight of one row may be the largest there
		// is): 1 in 10⁴ for all rows of all tests together.
		if g := got[i] / total; math.Abs(g-p[i]) > 5.5*math.Sqrt(2*p[i]/effective)+10/effective {
			t.Errorf("%s: row %s has frequency %v and probability %v", name, rowName(every, i), g, p[i])
		}
	}
}

func TestImpossibleEvidence(t *testing.T) {
	m := mustFit(t, dependent(300, 1), Family{})
	for name, e := range map[string]space.Evidence{
		"nothing":         {{Field: 0}},
		"beyond domain":   {{Field: 3, Ranges: []space.Interval{{Min: 50, Max: 60}}}},
		"never missing":   {{Field: 0, Missing: true}},
		"between grid":    {{Field: 1, Ranges: []space.Interval{{Min: 1.2, Max: 1.8}}}},
		"possible, not":   {{Field: 0, Codes: []int32{1}}, {Field: 2}},
		"no such a level": {{Field: 0, Codes: []int32{7}}},
	} {
		if _, err := m.Condition(e); !errors.Is(err, mimic.ErrImpossible) {
			t.Errorf("%s: Condition says %v", name, err)
		}
		if _, err := m.Propose(e); !errors.Is(err, mimic.ErrImpossible) {
			t.Errorf("%s: Propose says %v", name, err)
		}
	}
}

// A row whose cells x are missing is filled as often with each value as the
// joint distribution says.
func TestImputeFollowsTheConditional(t *testing.T) {
	m := mustFit(t, dependent(2000, 1), Family{})
	every := everyRow(m.Schema())
	for name, gaps := range map[string][]int{"one": {2}, "last": {3}, "two": {2, 3}} {
		tried := 0
		for source := 0; tried < 2; source += 7 {
			row := dependent(300, 9).Select([]int{source}).All()
			if isMissing(row.Cols[2]) || isMissing(row.Cols[3]) {
				continue
			}
			tried++
			var e space.Evidence
			for j := range row.Cols {
				g := space.Given{Field: j}
				switch cell := row.Cols[j]; {
				case slices.Contains(gaps, j):
					g.Codes = []int32{0, 1, 2, 3}
					g.Ranges = []space.Interval{{Min: 0, Max: 40}}
				case cell.Num != nil:
					g.Ranges = []space.Interval{{Min: cell.Num[0], Max: cell.Num[0]}}
				default:
					g.Codes = cell.Code
				}
				e = append(e, g)
			}
			want, _ := brute(t, m, every, e)
			const n = 1000
			b := table.New(row).Select(make([]int, n)).All()
			for _, j := range gaps {
				for i := range n {
					if b.Cols[j].Num != nil {
						b.Cols[j].Num[i] = table.NoNumber
					} else {
						b.Cols[j].Code[i] = table.Missing
					}
				}
			}
			effective := make([]float64, n)
			if err := m.Impute(b, effective, rng.New(4)); err != nil {
				t.Fatal(err)
			}
			if exact := math.IsInf(effective[0], 1); exact != (len(gaps) == 1) || effective[0] < enoughEffective {
				t.Errorf("%s: %v effective candidates", name, effective[0])
			}
			agree(t, name, every, want, b, nil)
		}
	}
}

func TestImputeLeavesKnownCellsAlone(t *testing.T) {
	src := dependent(1000, 1)
	m := mustFit(t, src, Family{})
	b := src.Select(upTo(1000)).All()
	effective := make([]float64, b.N)
	if err := m.Impute(b, effective, rng.New(1)); err != nil {
		t.Fatal(err)
	}
	filled := 0
	for j, c := range src.All().Cols {
		for i := range b.N {
			was, is := rowOf(c, i), rowOf(b.Cols[j], i)
			if isMissing(was) {
				filled++
				if isMissing(is) {
					t.Fatalf("row %d, field %d is still missing", i, j)
				}
			} else if c.Num != nil && was.Num[0] != is.Num[0] || c.Code != nil && was.Code[0] != is.Code[0] {
				t.Fatalf("row %d, field %d was known and is changed", i, j)
			}
		}
	}
	if filled < 100 {
		t.Fatalf("only %d gaps", filled)
	}
	parts := src.Select(upTo(1000)).All()
	for lo := 0; lo < 1000; lo += 300 {
		hi := min(lo+300, 1000)
		if err := m.Impute(parts.Slice(lo, hi), effective[lo:hi], rng.New(1)); err != nil {
			t.Fatal(err)
		}
	}
	if !sameRows(b, parts) {
		t.Error("rows are filled otherwise in other batches")
	}
}

func TestImputeDates(t *testing.T) {
	src := dated(2000)
	m := mustFit(t, src, Family{})
	b := src.Select(upTo(2000)).All()
	effective := make([]float64, b.N)
	if err := m.Impute(b, effective, rng.New(1)); err != nil {
		t.Fatal(err)
	}
	wrong, filled := 0, 0
	for i, was := range src.All().Cols[0].Num {
		at := b.Cols[0].Num[i]
		if at != at {
			t.Fatalf("row %d is still missing", i)
		}
		if was == was {
			continue
		}
		filled++
		c := clock{1440, 60}
		if weekend := c.digitOf(at, weekday) >= 5; weekend != (b.Cols[1].Code[i] == 1) {
			wrong++
		}
	}
	if filled < 50 || wrong > 5 {
		t.Errorf("%d of %d dates are filled against the kind of their row", wrong, filled)
	}
	e := space.Evidence{{Field: 0, Ranges: []space.Interval{{Min: m.Schema().Fields[0].Min, Max: m.Schema().Fields[0].Min + 14400}}}}
	if _, err := m.Condition(e); !errors.Is(err, mimic.ErrUnsupported) {
		t.Errorf("an exact conditional of a date: %v", err)
	}
	q, err := m.Propose(e)
	if err != nil {
		t.Fatal(err)
	}
	logw := make([]float64, 1000)
	if err := q.Draw(table.NewBatch(m.Schema(), 0, 1000), logw, rng.New(1)); err != nil {
		t.Fatal(err)
	}
	if size := importance.Effective(logw); size < 300 {
		t.Errorf("1000 proposals of the first ten days are worth %v", size)
	}
}

func TestCellOutsideTheSampleSpaceIsNoEvidence(t *testing.T) {
	src := dependent(300, 1)
	m := mustFit(t, src, Family{})
	b := src.Select([]int{0}).All()
	b.Cols[0].Code[0], b.Cols[2].Code[0] = table.Unknown, table.Missing
	if err := m.Impute(b, make([]float64, 1), rng.New(1)); err == nil {
		t.Error("a level that the schema does not list: no error")
	}
}

// A date known to be missing has no digits to restrict.
func TestEvidenceOfAMissingDate(t *testing.T) {
	m := mustFit(t, dated(2000), Family{})
	e := space.Evidence{{Field: 0, Missing: true}}
	if _, err := m.Condition(e); !errors.Is(err, mimic.ErrUnsupported) {
		t.Errorf("an exact conditional of a date: %v", err)
	}
	q, err := m.Propose(e)
	if err != nil {
		t.Fatal(err)
	}
	b := table.NewBatch(m.Schema(), 0, 500)
	logw := make([]float64, b.N)
	if err := q.Draw(b, logw, rng.New(1)); err != nil {
		t.Fatal(err)
	}
	for i, at := range b.Cols[0].Num {
		if at == at || math.IsInf(logw[i], -1) {
			t.Fatalf("row %d: a date of %v, of log-weight %v", i, at, logw[i])
		}
	}
}
