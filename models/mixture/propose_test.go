package mixture_test

import (
	"context"
	"math"
	"testing"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/condition"
	"github.com/seed-64d012fb/mimic/fit"
	"github.com/seed-64d012fb/mimic/models/mixture"
	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// correlated returns rows of three numbers of a kind that lean on one another.
func correlated(kind space.Kind, n int) *table.Table {
	s := &space.Schema{}
	for _, name := range []string{"a", "b", "c"} {
		s.Fields = append(s.Fields, space.Field{Name: name, Kind: kind, Min: -60, Max: 60})
	}
	b := table.NewBatch(s, 0, n)
	for i := range n {
		r := rng.New(3).Stream(int64(i))
		common := 12 * (r.Float64() - r.Float64())
		for j := range b.Cols {
			side := float64(j) - 1
			if r.Float64() < .4 {
				side *= -1
			}
			b.Cols[j].Num[i] = s.Fields[j].Snap(common*(1+side/4) + 5*side + 6*(r.Float64()-r.Float64()))
		}
	}
	return table.New(b)
}

// TestRangesOfSeveralNumbers compares weighted draws within boxes with sums of the
// density over a fine grid: p(box) and the mean of a number in it. It fails by chance
// once in a million, and sees 3 % of p(box).
func TestRangesOfSeveralNumbers(t *testing.T) {
	ctx := context.Background()
	for _, kind := range []space.Kind{space.Real, space.Integer} {
		rows := correlated(kind, 600)
		for _, shape := range []mixture.Shape{mixture.Full, mixture.Tied} {
			m, err := fit.Run(ctx, rows, mixture.Family{Components: 3, Covariance: shape}, fit.Options{})
			if err != nil {
				t.Fatal(err)
			}
			for _, box := range [][3]space.Interval{
				{{Min: -3, Max: 3}, {Min: 0, Max: 5}, {Min: -60, Max: 60}},
				{{Min: 4, Max: 9}, {Min: -10, Max: -4}, {Min: 2, Max: 8}},
			} {
				withinBox(t, m, kind, box)
			}
		}
	}
}

func withinBox(t *testing.T, m mimic.Model, kind space.Kind, box [3]space.Interval) {
	mass, mean := sumOver(t, m, kind, box)
	var e space.Evidence
	for j, r := range box {
		e = append(e, space.Given{Field: j, Ranges: []space.Interval{r}})
	}
	given, quality, err := condition.Given(context.Background(), m, e)
	if err != nil {
		t.Errorf("%v in %v: %v", kind, box, err)
		return
	}
	if quality.Exact || quality.Candidates > 64 {
		t.Errorf("%v in %v: %+v: want an approximate conditional of 64 candidates a row at most", kind, box, quality)
	}
	if off := quality.LogEvidence - math.Log(mass); math.Abs(off) > 5*quality.StdErr+.01 {
		t.Errorf("%v in %v: the log-probability is %.4f ± %.4f, the sum of the density %.4f", kind, box, quality.LogEvidence, quality.StdErr, math.Log(mass))
	}
	const n = 2048
	b := table.NewBatch(m.Schema(), 0, n)
	if err := given.(mimic.Sampler).Sample(b, rng.New(5)); err != nil {
		t.Fatal(err)
	}
	var sum, squares float64
	for i, x := range b.Cols[1].Num {
		for j, r := range box {
			if v := b.Cols[j].Num[i]; !(r.Min <= v && v <= r.Max) {
				t.Fatalf("%v in %v: drew %v of field %d", kind, box, v, j)
			}
		}
		sum += x
		squares += x * x
	}
	got := sum / n
	deviation := math.Sqrt((squares/n - got*got) / n)
	if math.Abs(got-mean) > 6*deviation+.02 {
		t.Errorf("%v in %v: the mean of b is %.3f ± %.3f, want %.3f", kind, box, got, deviation, mean)
	}
}

// sumOver returns the sum of exp(log p) over the cells of a box, and the mean of b.
func sumOver(t *testing.T, m mimic.Model, kind space.Kind, box [3]space.Interval) (mass, mean float64) {
	var at [3][]float64
	volume := 1.
	for j, r := range box {
		lo, hi := max(r.Min, -40), min(r.Max, 40) // nothing is beyond
		if kind == space.Integer {
			for x := math.Ceil(lo); x <= hi; x++ {
				at[j] = append(at[j], x)
			}
			continue
		}
		cells := min(100, 4+int(5*(hi-lo)))
		for i := range cells {
			at[j] = append(at[j], lo+(hi-lo)*(float64(i)+.5)/float64(cells))
		}
		volume *= (hi - lo) / float64(cells)
	}
	b := table.NewBatch(m.Schema(), 0, len(at[0])*len(at[1])*len(at[2]))
	i := 0
	for _, x := range at[0] {
		for _, y := range at[1] {
			for _, z := range at[2] {
				b.Cols[0].Num[i], b.Cols[1].Num[i], b.Cols[2].Num[i] = x, y, z
				i++
			}
		}
	}
	l := make([]float64, b.N)
	if err := m.(mimic.Density).LogProb(l, b); err != nil {
		t.Fatal(err)
	}
	for i, v := range l {
		p := math.Exp(v) * volume
		mass += p
		mean += p * b.Cols[1].Num[i]
	}
	return mass, mean / mass
}
