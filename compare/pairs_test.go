package compare

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// TestInformation compares with the sum over p log p/qr, with its bias taken
// off, and finds nothing in independent columns.
func TestInformation(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	const n, na, nb = 5000, 5, 3
	a, b := make([]uint8, n), make([]uint8, n)
	var p [na][nb]float64
	var pa [na]float64
	var pb [nb]float64
	for i := range n {
		a[i] = uint8(r.IntN(na))
		if b[i] = uint8(r.IntN(nb)); r.IntN(4) == 0 {
			b[i] = a[i] % nb
		}
		p[a[i]][b[i]] += 1. / n
		pa[a[i]] += 1. / n
		pb[b[i]] += 1. / n
	}
	want := -float64((na-1)*(nb-1)) / (2 * n)
	for i := range p {
		for j := range p[i] {
			want += p[i][j] * math.Log(p[i][j]/pa[i]/pb[j])
		}
	}
	counts := make([]int32, bins*bins)
	if got := information(counts, a, b, na, nb); math.Abs(got-want) > 1e-12 {
		t.Errorf("information %v, want %v", got, want)
	}
	// 200 pairs of independent columns: one in ten million seems to be dependent.
	for range 200 {
		for i := range n {
			a[i], b[i] = uint8(r.IntN(na)), uint8(r.IntN(nb))
		}
		if got := information(counts, a, b, na, nb); got > 0 {
			t.Errorf("information %v of independent columns", got)
		}
	}
	if got := information(counts, a, make([]uint8, n), na, 1); got != 0 {
		t.Errorf("information %v of a constant", got)
	}
}

// TestBinned: no bin beyond the last, missing values in one of their own, equal
// counts.
func TestBinned(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	const n = 6400
	x := make([]float64, n)
	for i := range x {
		if x[i] = r.NormFloat64(); i%4 == 0 {
			x[i] = table.NoNumber
		}
	}
	code, size := binned(&space.Field{Kind: space.Real}, table.Column{Num: x}, n)
	count := make([]int, size)
	for _, k := range code {
		count[k]++
	}
	if size != bins || count[0] != n/4 {
		t.Errorf("%d bins of %v", size, count)
	}
	for _, c := range count[1:] {
		if c < n*3/4/(bins-1)-1 || c > n*3/4/(bins-1)+1 {
			t.Errorf("bins of %v", count)
		}
	}
	levels := make([]int32, n)
	for i := range levels {
		levels[i] = int32(i%50) - 1
		if i%2 == 0 {
			levels[i] = 40
		}
	}
	code, size = binned(&space.Field{Kind: space.Category, Levels: make([]string, 49)}, table.Column{Code: levels}, n)
	for i, k := range code {
		if int(k) >= size || (levels[i] == 40) != (k == 0) {
			t.Fatalf("level %d has code %d of %d", levels[i], k, size)
		}
	}
	for _, c := range []table.Column{{Num: []float64{5, 5}}, {Num: []float64{table.NoNumber, table.NoNumber}}, {Num: []float64{}}} {
		if _, size := binned(&space.Field{Kind: space.Real}, c, len(c.Num)); size < 1 || size > 2 {
			t.Errorf("%v: %d bins", c.Num, size)
		}
	}
}

func TestNamed(t *testing.T) {
	s := &space.Schema{Fields: make([]space.Field, 13), Image: &space.Image{First: 1, Width: 4, Height: 3, Channels: 1}}
	s.Fields[0].Name = "digit"
	for j, want := range map[int]string{0: "digit", 1: "the pixel in column 1 of line 1", 12: "the pixel in column 4 of line 3", 6: "the pixel in column 2 of line 2"} {
		if got := named(s, j); got != want {
			t.Errorf("field %d: %q, want %q", j, got, want)
		}
	}
}
