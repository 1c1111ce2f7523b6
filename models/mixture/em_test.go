package mixture

import (
	"context"
	"math"
	"slices"
	"testing"

	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// mixed returns rows of levels, reals and whole numbers in three clusters, of
// which a fifth of the values are missing.
func mixed(n int) *table.Table {
	s := &space.Schema{Fields: []space.Field{
		{Name: "who", Kind: space.Category, Levels: []string{"a", "b", "c"}, Missing: []string{"?"}},
		{Name: "x", Kind: space.Real, Min: -20, Max: 20, Missing: []string{"?"}},
		{Name: "y", Kind: space.Real, Min: -20, Max: 20},
		{Name: "n", Kind: space.Integer, Min: -20, Max: 20, Missing: []string{"?"}},
	}}
	b := table.NewBatch(s, 0, n)
	for i := range n {
		r := rng.New(3).Stream(int64(i))
		c := math.Floor(3 * r.Float64())
		common := r.Float64() + r.Float64() - 1
		b.Cols[0].Code[i] = int32(math.Floor((c + 3*r.Float64()) / 2))
		b.Cols[1].Num[i] = 3*c + common + r.Float64()
		b.Cols[2].Num[i] = 4*c*c - 2*common + 2*r.Float64()
		b.Cols[3].Num[i] = math.Round(c + 3*common*r.Float64())
		if r.Float64() < .2 {
			b.Cols[0].Code[i] = table.Missing
		}
		for _, j := range []int{1, 3} {
			if r.Float64() < .2 {
				b.Cols[j].Num[i] = table.NoNumber
			}
		}
	}
	return table.New(b)
}

// TestEMNeverLowersTheLikelihood follows the likelihood times prior, and without
// a prior the likelihood alone, from a start that has nothing to do with the rows.
func TestEMNeverLowersTheLikelihood(t *testing.T) {
	_, rows, b := prepared(t, mixed(600))
	data := newDataset(*b, rows, nil)
	for _, shape := range []Shape{Full, Tied, Diag, Spherical} {
		for _, prior := range []float64{0, 0.01, 1, 30} {
			mean := make([]float64, 4*rows.d)
			rng.New(5).Float64s(mean, 0)
			m := newTheta(b, shape, mean, 4)
			m.prior = prior
			if prior == 0 {
				clear(m.own)
			}
			last, first := math.Inf(-1), 0.0
			for step := range 60 {
				s, err := m.expect(context.Background(), data)
				if err != nil {
					t.Fatal(err)
				}
				f := s.logProb + m.logPrior()
				if step == 0 {
					first = f
				}
				if !(f >= last-1e-9*math.Abs(last)) {
					t.Errorf("%s, a prior of %v rows, step %d: from %v to %v", shape, prior, step, last, f)
				}
				last = f
				m = m.maximise(s)
			}
			if !(last > first+100) {
				t.Errorf("%s: EM has gained %v nats", shape, last-first)
			}
		}
	}
}

// TestEmptyComponents starts one component out of the reach of all rows.
func TestEmptyComponents(t *testing.T) {
	_, rows, b := prepared(t, mixed(200))
	data := newDataset(*b, rows, nil)
	for _, shape := range []Shape{Full, Tied, Diag, Spherical} {
		m := newTheta(b, shape, []float64{0, 0, 0, 1e4, 1e4, 1e4}, 2)
		m, err := m.run(context.Background(), data, 1e-4)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range append(append(m.weight, m.mean...), m.cov[1]...) {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				t.Errorf("%s: %v in θ of an empty component", shape, v)
			}
		}
		if w := m.weight[1]; !(w > 0 && w < 0.01) {
			t.Errorf("%s: an empty component weighs %v", shape, w)
		}
	}
}

// TestKernels compares the loops with the formulas that they stand for.
func TestKernels(t *testing.T) {
	const n, m = 11, 5
	words := rng.New(9).Stream(0)
	draws := func(n int) []float64 {
		x := make([]float64, n)
		for i := range x {
			x[i] = words.Float64() - .5
		}
		return x
	}
	x, mean, r := draws(n*m), draws(m), draws(n)
	for _, diagonal := range []bool{false, true} {
		a := &triangle{m, diagonal, draws(m * (m + 1) / 2)}
		g := &gauss{mean: mean, a: a}
		dev := make([][4]float64, m)
		q := make([]float64, n)
		limit := make([]float64, n)
		for i := range limit {
			limit[i] = math.Inf(1)
		}
		distances(q, x, limit, g, dev)
		first, second := make([]float64, m), make([]float64, m*(m+1)/2)
		rows := []int32{0, 1, 3, 4, 7, 10}
		moments(first, second, x, r, rows, g, dev)
		wantFirst, wantSecond := make([]float64, m), make([]float64, m*(m+1)/2)
		for i := range n {
			var want float64
			for k := range m {
				var z float64
				for j, v := range a.row(k) {
					if diagonal {
						j = k
					}
					z += v * (x[i*m+j] - mean[j])
				}
				want += z * z
			}
			if one := distance(x[i*m:(i+1)*m], g, dev); math.Abs(one-want) > 1e-12 {
				t.Errorf("distance of row %d alone is %v, want %v", i, one, want)
			}
			if math.Abs(q[i]-want) > 1e-12 {
				t.Errorf("distance of row %d is %v, want %v", i, q[i], want)
			}
		}
		for _, i := range rows {
			row := x[int(i)*m : int(i+1)*m]
			for k := range m {
				v := r[i] * (row[k] - mean[k])
				wantFirst[k] += v
				if diagonal {
					wantSecond[k] += v * (row[k] - mean[k])
					continue
				}
				for j := range k + 1 {
					wantSecond[k*(k+1)/2+j] += v * (row[j] - mean[j])
				}
			}
		}
		for i, want := range append(wantFirst, wantSecond...) {
			if got := append(first, second...)[i]; math.Abs(got-want) > 1e-12 {
				t.Errorf("moment %d is %v, want %v", i, got, want)
			}
		}
	}
}

// TestHintsChangeNothing takes an E-step with hints of all kinds: what is left out
// for them is what would have been negligible.
func TestHintsChangeNothing(t *testing.T) {
	_, rows, b := prepared(t, mixed(2000))
	words := rng.New(8).Stream(0)
	mean := make([]float64, 12*rows.d)
	for i := range mean {
		mean[i] = 4*words.Float64() - 2
	}
	m := newTheta(b, Full, mean, 12)
	for _, cov := range m.cov {
		for i := range cov {
			cov[i] /= 50
		}
	}
	var want *sums
	for hint := range int32(12) {
		data := newDataset(*b, rows, nil)
		for _, blk := range data.blocks {
			for i := range blk.best {
				blk.best[i] = hint
			}
		}
		got, err := m.expect(context.Background(), data)
		if err != nil {
			t.Fatal(err)
		}
		if want == nil {
			want = got
			continue
		}
		if got.logProb != want.logProb || !slices.Equal(got.n, want.n) || !slices.Equal(got.first, want.first) {
			t.Errorf("hint %d: log p is %v, with others %v", hint, got.logProb, want.logProb)
		}
	}
}
