package gaussian_test

import (
	"context"
	"math"
	"testing"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/condition"
	"github.com/seed-64d012fb/mimic/dist"
	"github.com/seed-64d012fb/mimic/fit"
	"github.com/seed-64d012fb/mimic/models/gaussian"
	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// TestRanges gives ranges of reals: of one, whose probability is known in closed form
// and which makes all draws weigh the same; and of two of correlation ρ, both above
// their mean, of probability 1/4 + asin(ρ)/2π. It fails by chance once in a million.
//
// Reference: Sheppard (1899), for the quadrant.
func TestRanges(t *testing.T) {
	s := &space.Schema{}
	for _, name := range []string{"a", "b"} {
		s.Fields = append(s.Fields, space.Field{Name: name, Kind: space.Real, Min: -100, Max: 100})
	}
	b := table.NewBatch(s, 0, 500)
	for i := range b.N {
		r := rng.New(1).Stream(int64(i))
		common := r.Float64()
		b.Cols[0].Num[i], b.Cols[1].Num[i] = common+r.Float64(), 3*common-2*r.Float64()
	}
	ctx := context.Background()
	fitted, err := fit.Run(ctx, table.New(b), gaussian.Family{}, fit.Options{})
	if err != nil {
		t.Fatal(err)
	}
	m := fitted.(*gaussian.Model)
	mean, cov := m.Mean(), m.Covariance()
	above := func(field int) space.Given {
		return space.Given{Field: field, Ranges: []space.Interval{{Min: mean[field], Max: math.Inf(1)}}}
	}
	within := space.Interval{Min: .2, Max: .3}
	sd := math.Sqrt(cov[0])
	for _, c := range []struct {
		name string
		e    space.Evidence
		want float64
	}{
		{"one", space.Evidence{{Field: 0, Ranges: []space.Interval{within}}}, dist.NormalLogMass((within.Min-mean[0])/sd, (within.Max-mean[0])/sd)},
		{"quadrant", space.Evidence{above(0), above(1)}, math.Log(.25 + math.Asin(cov[1]/math.Sqrt(cov[0]*cov[3]))/(2*math.Pi))},
	} {
		if _, err := m.Condition(c.e); err == nil {
			t.Errorf("%s: the answer to ranges claims to be exact", c.name)
		}
		given, quality, err := condition.Given(ctx, m, c.e)
		if err != nil {
			t.Fatal(err)
		}
		if off := math.Abs(quality.LogEvidence - c.want); off > 5*quality.StdErr+1e-9 {
			t.Errorf("%s: log-probability %v ± %v, want %v", c.name, quality.LogEvidence, quality.StdErr, c.want)
		}
		if c.name == "one" && quality.Candidates != 1 {
			t.Errorf("%d candidates for a range of one real, all of which weigh the same", quality.Candidates)
		}
		rows := table.NewBatch(s, 0, 100)
		if err := given.(mimic.Sampler).Sample(rows, rng.New(2)); err != nil {
			t.Fatal(err)
		}
		for i, x := range rows.Cols[0].Num {
			if c.e[0].Ranges[0].Min > x || x > c.e[0].Ranges[0].Max {
				t.Errorf("%s: row %d has %v", c.name, i, x)
			}
		}
	}
}
