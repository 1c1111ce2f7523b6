package near

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"sort"
	"testing"

	"github.com/seed-64d012fb/mimic/internal/par"
)

// made returns n rows whose columns depend on each other and hold what real
// tables do: ties, skew, missing values, codes above 64, constant columns.
func made(r *rand.Rand, n, p, c int) Rows {
	rows := Rows{N: n, Num: make([][]float64, p), Code: make([][]int32, c)}
	latent := make([]float64, n)
	for i := range latent {
		latent[i] = r.NormFloat64()
	}
	for j := range rows.Num {
		rows.Num[j] = make([]float64, n)
		for i := range n {
			x := 0.2*latent[i] + 0.1*r.NormFloat64()
			switch {
			case j%4 == 1:
				x = math.Round(x*10) / 10
			case j%4 == 2 && r.IntN(10) > 0:
				x = 0
			case j%4 == 3 && r.IntN(5) == 0:
				x = math.NaN()
			}
			rows.Num[j][i] = x
		}
	}
	for j := range rows.Code {
		rows.Code[j] = make([]int32, n)
		levels := []int{2, 5, 1, 300}[j%4]
		for i := range n {
			rows.Code[j][i] = int32(min(math.Abs(latent[i])*0.4+0.3*r.Float64(), 0.999)*float64(levels)) - 1
		}
	}
	return rows
}

// scan is the oracle: every distance, in the order of its terms that the index
// documents.
func scan(rows, q Rows, at, skip, k int, m Metric) []float64 {
	var all []float64
	for i := range rows.N {
		if i == skip {
			continue
		}
		sum := 0.0
		for j := range rows.Code {
			if rows.Code[j][i] != q.Code[j][at] {
				sum++
			}
		}
		for j := range rows.Num {
			a, b := rows.Num[j][i], q.Num[j][at]
			d := math.Abs(b - a)
			switch {
			case math.IsNaN(a) && math.IsNaN(b):
				d = 0
			case math.IsNaN(d):
				d = 1
			}
			if m == Euclid {
				d *= d
			}
			sum += d
		}
		if m == Euclid {
			sum = math.Sqrt(sum)
		}
		all = append(all, sum)
	}
	sort.Float64s(all)
	for len(all) < k {
		all = append(all, math.Inf(1))
	}
	return all[:k]
}

func TestQueryEqualsScan(t *testing.T) {
	for seed, c := range []struct{ n, q, p, c, k int }{
		{800, 200, 4, 4, 1}, {800, 200, 9, 0, 2}, {800, 200, 0, 6, 2}, {300, 100, 30, 3, 1},
		{1, 5, 2, 2, 2}, {0, 5, 2, 2, 1}, {500, 0, 2, 1, 1}, {40, 40, 0, 0, 1},
	} {
		for _, m := range []Metric{Manhattan, Euclid} {
			for _, self := range []bool{false, true} {
				t.Run(fmt.Sprintf("%+v metric %d self %v", c, m, self), func(t *testing.T) {
					r := rand.New(rand.NewPCG(uint64(seed), 1))
					rows := made(r, c.n, c.p, c.c)
					q := made(r, c.q, c.p, c.c)
					var own []int32
					if self {
						q, own = rows, Itself(c.n)
					}
					got, err := New(rows, m).Query(context.Background(), q, c.k, own)
					if err != nil {
						t.Fatal(err)
					}
					for i := range q.N {
						skip := -1
						if self {
							skip = i
						}
						want := scan(rows, q, i, skip, c.k, m)
						for j, w := range want {
							g := got[i*c.k+j]
							if g.Dist != w {
								t.Fatalf("query %d neighbour %d: distance %v, a scan finds %v", i, j, g.Dist, w)
							}
							if (g.Row < 0) != math.IsInf(w, 1) {
								t.Fatalf("query %d neighbour %d: row %d at distance %v", i, j, g.Row, w)
							}
							if g.Row >= 0 {
								one := Rows{N: 1, Num: pick(rows.Num, int(g.Row)), Code: pick(rows.Code, int(g.Row))}
								if d := scan(one, q, i, -1, 1, m)[0]; d != g.Dist {
									t.Fatalf("query %d: row %d is named at %v but is at %v", i, g.Row, g.Dist, d)
								}
							}
						}
					}
				})
			}
		}
	}
}

func pick[T any](cols [][]T, row int) [][]T {
	one := make([][]T, len(cols))
	for j, c := range cols {
		one[j] = c[row : row+1]
	}
	return one
}

func TestQueryForAnyWorkers(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	rows, q := made(r, 3000, 3, 3), made(r, 2000, 3, 3)
	ix := New(rows, Manhattan)
	var first []Neighbor
	for _, w := range []int{1, 3, 8} {
		got, err := ix.Query(par.WithWorkers(context.Background(), w), q, 2, nil)
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = got
		}
		for i := range got {
			if got[i] != first[i] {
				t.Fatalf("%d workers: neighbour %d is %v, one worker finds %v", w, i, got[i], first[i])
			}
		}
	}
}

// A query of near rows costs far less than a scan; where nothing can be pruned,
// it costs little more.
func TestTerms(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 3))
	rows := made(r, 4000, 2, 2)
	if got, scan := New(rows, Manhattan).Terms(rows, 1), 4000.0*4; got > scan/10 {
		t.Errorf("%v terms a query; a scan has %v", got, scan)
	}
	noise := Rows{N: 2000, Num: make([][]float64, 60)}
	for j := range noise.Num {
		for range noise.N {
			noise.Num[j] = append(noise.Num[j], r.Float64())
		}
	}
	if got, scan := New(noise, Manhattan).Terms(noise, 2), 2000.0*60; got < scan/2 || got > 1.5*scan {
		t.Errorf("%v terms a query of noise; a scan has %v", got, scan)
	}
}

func BenchmarkQuery(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	rows, q := made(r, 24000, 6, 9), made(r, 24000, 6, 9)
	for b.Loop() {
		ix := New(rows, Manhattan)
		if _, err := ix.Query(context.Background(), q, 1, nil); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(q.N)*float64(b.N)/b.Elapsed().Seconds(), "queries/s")
}
