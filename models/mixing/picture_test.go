package mixing

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/fit"
	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// pictures returns n pictures of a bright or a dark slope, with a label that says
// which, or without.
func pictures(n, width, height, levels int, labelled bool, seed uint64) *table.Table {
	s := &space.Schema{Image: &space.Image{Name: "p", Width: width, Height: height, Channels: 1, Levels: levels}}
	if labelled {
		s.Image.First = 1
		s.Fields = append(s.Fields, space.Field{Name: "which", Kind: space.Category, Levels: []string{"dark", "bright"}})
	}
	s.Fields = append(s.Fields, s.Image.Fields()...)
	b := table.NewBatch(s, 0, n)
	key := rng.New(seed)
	for i := range n {
		r := rand.New(key.Stream(int64(i)))
		bright := r.IntN(2)
		if labelled {
			b.Cols[0].Code[i] = int32(bright)
		}
		for y := range height {
			for x := range width {
				v := float64(levels) * (float64(bright)/2 + float64(x)/float64(2*width) + .2*r.NormFloat64())
				b.Cols[s.Image.Field(x, y, 0)].Code[i] = int32(min(max(v, 0), float64(levels-1)))
			}
		}
	}
	return table.New(b)
}

func fittedPicture(t *testing.T, ctx context.Context, rows *table.Table, o Family) (mimic.Model, *picture) {
	t.Helper()
	m, err := fit.Run(ctx, rows, o, fit.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return m, m.(*Pictures).Law().(*picture)
}

func errors2(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

// TestPixelDistribution compares the probabilities of 256 values of a pixel with
// those of each value by itself.
func TestPixelDistribution(t *testing.T) {
	_, m := fittedPicture(t, context.Background(), pictures(60, 4, 4, 256, true, 1), Family{})
	d := m.drawing()
	d.begin()
	for place := range 16 {
		x, y := place%4, place/4
		d.look(d.canvas, x, y, 1)
		p := slices.Clone(m.distribution(d))
		sum := 0.0
		for v, got := range p {
			if want := math.Exp(m.logProb(d, v)); math.Abs(got-want) > 1e-12 {
				t.Fatalf("pixel %d: p(%d) is %v in the distribution, %v by itself", place, v, got, want)
			}
			sum += got
		}
		if math.Abs(sum-1) > 1e-12 {
			t.Fatalf("pixel %d: the probabilities sum to %v", place, sum)
		}
		d.put(x, y, 37*place%256)
	}
}

// TestPicturesNormalise sums p over all pictures of 2x2 pixels and their labels,
// and compares the counts of samples with it by chi-square: a right model fails
// for one key in 10⁶, the key is fixed.
func TestPicturesNormalise(t *testing.T) {
	for _, levels := range []int{3, 5} {
		rows := pictures(200, 2, 2, levels, true, 2)
		_, m := fittedPicture(t, context.Background(), rows, Family{})
		codes := every(2, levels, levels, levels, levels)
		l := make([]float64, len(codes[0]))
		m.LogProb(l, codes)
		sum := 0.0
		for _, v := range l {
			sum += math.Exp(v)
		}
		if math.Abs(sum-1) > 1e-12 {
			t.Errorf("%d levels: p sums to %v over %d rows", levels, sum, len(l))
		}

		const n = 1 << 14
		drawn := make([][]uint16, len(codes))
		for j := range drawn {
			drawn[j] = make([]uint16, n)
		}
		m.Sample(drawn, 5, rng.New(3))
		counts := make([]float64, len(l))
		for i := range n {
			at, stride := 0, 1
			for j, k := range []int{2, levels, levels, levels, levels} {
				at += stride * int(drawn[j][i])
				stride *= k
			}
			counts[at]++
		}
		var chi, cells, restWant, restGot float64
		for i, v := range l {
			want := n * math.Exp(v)
			if want < 5 {
				restWant, restGot = restWant+want, restGot+counts[i]
				continue
			}
			chi += (counts[i] - want) * (counts[i] - want) / want
			cells++
		}
		chi += (restGot - restWant) * (restGot - restWant) / max(restWant, 1)
		// Wilson and Hilferty: the cube root of chi²/cells is about normal.
		if z := (math.Cbrt(chi/cells) - 1 + 2/(9*cells)) / math.Sqrt(2/(9*cells)); z > 4.8 {
			t.Errorf("%d levels: chi-square %.0f of %.0f cells, %.1f standard errors", levels, chi, cells, z)
		}
	}
}

// TestPictureLearns compares with what the pictures are made of: the label is a
// bit, and given it a value depends on its column alone.
func TestPictureLearns(t *testing.T) {
	_, m := fittedPicture(t, context.Background(), pictures(300, 6, 6, 16, true, 4), Family{})
	test := pictures(300, 6, 6, 16, true, 5)
	codes := make([][]uint16, 37)
	for j := range codes {
		for _, c := range test.All().Cols[j].Code {
			codes[j] = append(codes[j], uint16(c))
		}
	}
	l := make([]float64, len(codes[0]))
	m.LogProb(l, codes)
	mean := 0.0
	for _, v := range l {
		mean += v / float64(len(l))
	}
	// A normal of standard deviation 3.2 levels has 2.58 nats, less where it is
	// cut off at either end.
	if mean < -math.Ln2-36*2.58 {
		t.Errorf("%.1f nats a picture", mean)
	}
}
