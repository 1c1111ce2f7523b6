package dist

import (
	"math"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/seed-64d012fb/mimic/rng"
)

// TestSketchRanks compares ranks against the sorted values, beyond the cap, for
// shapes of data and for merges in a chain and in a tree.
func TestSketchRanks(t *testing.T) {
	const rows, block = 1 << 20, 1 << 14
	u := make([]float64, rows)
	rng.New(7).Float64s(u, 0)
	shapes := map[string]func(i int) float64{
		"uniform":   func(i int) float64 { return u[i] },
		"ascending": func(i int) float64 { return float64(i) },
		"heavy tail with an atom": func(i int) float64 {
			if u[i] < 0.01 {
				return 3
			}
			return math.Pow(u[i], -4)
		},
	}
	for name, value := range shapes {
		x := make([]float64, rows)
		for i := range x {
			x[i] = value(i)
		}
		var chain Sketch
		tree := make([]*Sketch, 0, rows/block)
		for at := 0; at < rows; at += block {
			chain.Add(x[at:at+block], nil)
			s := &Sketch{}
			s.Add(x[at:at+block], nil)
			tree = append(tree, s)
		}
		for len(tree) > 1 {
			for i := range len(tree) / 2 {
				tree[2*i].Merge(tree[2*i+1])
				tree[i] = tree[2*i]
			}
			tree = tree[:len(tree)/2]
		}
		sorted := slices.Clone(x)
		slices.Sort(sorted)
		for how, s := range map[string]*Sketch{"chain": &chain, "tree": tree[0]} {
			var worst, below, atom float64
			stored := 0
			for _, tier := range s.tiers {
				stored += len(tier)
			}
			for _, p := range s.Points() {
				lo, _ := slices.BinarySearch(sorted, p.Value)
				worst = max(worst, math.Abs(below-float64(lo)))
				below += p.Weight()
				if p.Value == 3 {
					atom = p.Own
				}
			}
			if below != rows {
				t.Errorf("%s, %s: weight %v of %d rows", name, how, below, rows)
			}
			if worst > s.RankError() || s.RankError() > 0.001*rows {
				t.Errorf("%s, %s: rank off by %v rows; promised %v", name, how, worst, s.RankError())
			}
			if stored > 8*SketchCap {
				t.Errorf("%s, %s: %d points kept", name, how, stored)
			}
			if name == "heavy tail with an atom" {
				n := 0.0
				for _, v := range x {
					if v == 3 {
						n++
					}
				}
				if atom != n {
					t.Errorf("%s: the atom has %v rows of %v", how, atom, n)
				}
			}
			t.Logf("%s, %s: rank error %v rows of %d, promised %v, %d points", name, how, worst, rows, s.RankError(), stored)
		}
	}
}

// TestTally compares with sorting, for few and for many distinct values, negative
// and positive, tiny and huge.
func TestTally(t *testing.T) {
	for _, distinct := range []int{1, 2, 255, 256, 1000, tallyRows} {
		r := rng.New(uint64(distinct)).Stream(0)
		x, w := make([]float64, tallyRows), make([]float64, tallyRows)
		want := map[float64]float64{}
		for i := range x {
			k := int(r.Float64() * float64(distinct))
			x[i] = math.Exp(float64(k%700)-350) * float64(1-2*(k%2)) * float64(1+k/700)
			w[i] = float64(i % 3)
			if i%7 == 0 {
				x[i] = math.NaN()
			}
			if x[i] == x[i] && w[i] > 0 {
				want[x[i]] += w[i]
			}
		}
		points := new(tally).points(x, w)
		if len(points) != len(want) {
			t.Errorf("%d points, want %d", len(points), len(want))
		}
		for i, p := range points {
			if i > 0 && p.Value <= points[i-1].Value {
				t.Fatalf("%v after %v", p.Value, points[i-1].Value)
			}
			if p.Own != want[p.Value] {
				t.Fatalf("weight %v of %v, want %v", p.Own, p.Value, want[p.Value])
			}
		}
	}
}

func TestSketchLaws(t *testing.T) {
	value := rapid.SampledFrom([]float64{math.NaN(), math.Copysign(0, -1), 0, 1, 2.5, -3, 1e300})
	weight := rapid.SampledFrom([]float64{0, 1, 2, 5})
	rapid.Check(t, func(t *rapid.T) {
		var parts [3]Sketch
		var all []float64 // each value as often as its weight
		for k := range parts {
			n := rapid.IntRange(0, 20).Draw(t, "rows")
			x, w := make([]float64, n), make([]float64, n)
			for i := range x {
				x[i], w[i] = value.Draw(t, "value"), weight.Draw(t, "weight")
				for range int(w[i]) {
					all = append(all, x[i])
				}
			}
			parts[k].Add(x, w)
		}
		var once Sketch
		once.Add(all, nil)
		left, right, tail := parts[0].clone(), parts[0].clone(), parts[1].clone()
		left.Merge(&parts[1])
		left.Merge(&parts[2])
		tail.Merge(&parts[2])
		right.Merge(tail)
		if !reflect.DeepEqual(left.Points(), right.Points()) || !reflect.DeepEqual(left.Points(), once.Points()) {
			t.Fatalf("(a b) c = %v\na (b c) = %v\nrow by row %v", left.Points(), right.Points(), once.Points())
		}
	})
}

func (s *Sketch) clone() *Sketch {
	c := &Sketch{moved: s.moved}
	for _, tier := range s.tiers {
		c.tiers = append(c.tiers, slices.Clone(tier))
	}
	return c
}
