package simd

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// risingEdges returns n edges that rise from zero, the first few close together.
func risingEdges(r *rand.Rand, n int) []uint32 {
	e := make([]uint32, n)
	for k := 1; k < n; k++ {
		e[k] = e[k-1] + 1
		if k > n/4 {
			e[k] += r.Uint32N(uint32(1<<32/n) - 1)
		}
	}
	return e
}

// TestDraw compares with the definition, by points at and beside all edges.
func TestDraw(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for n := 1; n < 300; n++ {
		edges := risingEdges(r, n)
		points := []uint32{0, 1<<32 - 1}
		for _, e := range edges {
			points = append(points, e-1, e, e+1, r.Uint32())
		}
		var rows []uint16
		codes := make([]uint16, len(points)+5)
		want := slices.Clone(codes)
		for i, w := range points {
			if i%3 == n%3 {
				continue
			}
			rows = append(rows, uint16(i))
			for k, e := range edges {
				if e <= w {
					want[i] = uint16(k)
				}
			}
		}
		r.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
		Draw(codes, edges, points, rows)
		if !slices.Equal(codes, want) {
			t.Fatalf("codes by %d edges are not the last that are at most the points", n)
		}
	}
}

func TestRowWithoutPointPanics(t *testing.T) {
	for _, n := range []int{1, 20, 300} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("row 3 of 3, %d edges: no panic", n)
				}
			}()
			Draw(make([]uint16, 4), risingEdges(rand.New(rand.NewPCG(1, 2)), n), make([]uint32, 3), []uint16{2, 3})
		}()
	}
}

func BenchmarkDraw(b *testing.B) {
	defer func(p int) { path = p }(path)
	best := path
	r := rand.New(rand.NewPCG(1, 2))
	codes, points, rows := make([]uint16, 1<<15), make([]uint32, 1<<15), make([]uint16, 1<<15)
	for i := range rows {
		rows[i], points[i] = uint16(r.IntN(len(rows))), r.Uint32()
	}
	const n = 20 // rows of a leaf
	for _, k := range []int{2, 16, 40, 256} {
		edges := risingEdges(r, k)
		for _, p := range []int{inGo, inAVX512} {
			if p > best {
				continue
			}
			b.Run(fmt.Sprintf("%d/%s", k, []string{"go", "", "avx512"}[p]), func(b *testing.B) {
				path = p
				for b.Loop() {
					for lo := 0; lo+n <= len(rows); lo += n {
						Draw(codes, edges, points, rows[lo:lo+n])
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(rows)), "ns/row")
			})
		}
	}
}
