package judge

import (
	"math"
	"strings"
	"testing"

	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// bars returns pictures of 10x9 that show one bar, upright or not as the label
// says, with a little noise; with apart, each pixel comes from a picture of its
// own.
func bars(n int, seed uint64, levels int, apart bool) *table.Table {
	m := &space.Image{Name: "image", First: 1, Width: 10, Height: 9, Channels: 1, Levels: levels}
	s := &space.Schema{Image: m, Fields: append([]space.Field{{Name: "label", Kind: space.Category, Levels: []string{"flat", "up"}}}, m.Fields()...)}
	b := table.NewBatch(s, 0, n)
	pixel := func(r *rng.Stream, up bool, at, x, y int) int32 {
		lit := y == at || y == at+1
		if up {
			lit = x == at || x == at+1
		}
		if lit != (r.Float64() < .05) {
			return int32(levels - 1)
		}
		return 0
	}
	for i := range n {
		r := rng.New(seed).Stream(int64(i))
		up, at := r.Float64() < .5, int(8*r.Float64())
		if up {
			b.Cols[0].Code[i] = 1
		}
		for y := range m.Height {
			for x := range m.Width {
				if apart {
					up, at = r.Float64() < .5, int(8*r.Float64())
				}
				b.Cols[m.Field(x, y, 0)].Code[i] = pixel(r, up, at, x, y)
			}
		}
	}
	return table.New(b)
}

// TestPictures: pictures as good as real ones are like real in every figure but
// those that fail by chance, one in two thousand; pixels without pictures are told
// at once; copies are found.
func TestPictures(t *testing.T) {
	for _, levels := range []int{2, 256} {
		train, held := bars(150, 1, levels, false), bars(150, 2, levels, false)
		judged := func(samples *table.Table) *Judgement {
			t.Helper()
			j, err := Run(t.Context(), Input{Train: train, Held: held, Samples: samples}, Options{})
			if err != nil {
				t.Fatal(err)
			}
			return j
		}
		figure := func(j *Judgement, key string) Figure {
			for _, f := range j.Figures {
				if f.Key == key {
					return f
				}
			}
			t.Fatalf("no figure %s", key)
			return Figure{}
		}
		good := judged(bars(150, 3, levels, false))
		if f := figure(good, figTrees.Key); f.Outcome != LikeReal {
			t.Errorf("real pictures are told from real ones: %+v", f.Samples)
		}
		if v := good.Verdict.Samples.Copied.Value; v > .1 {
			t.Errorf("%v of new pictures are copies", v)
		}
		if levels > 2 {
			if v := judged(train).Verdict.Samples.Copied.Value; v != 1 {
				t.Errorf("%v of copies are copies", v)
			}
		} else if f := figure(judged(bars(150, 3, levels, true)), figTrees.Key); f.Outcome != Worse || f.Samples.Value < .95 {
			t.Errorf("noise is not told from pictures: %+v", f.Samples)
		}
		// Patches, not pixels; and pictures to look at.
		if n := len(good.Fields); n != 1+8*8+2 {
			t.Errorf("%d fields", n)
		}
		if len(good.Gallery) != galleryShown || len(good.Closest) == 0 {
			t.Fatalf("%d pictures, %d closest", len(good.Gallery), len(good.Closest))
		}
		for _, c := range append(good.Gallery, good.Closest...) {
			if !strings.HasPrefix(c.Picture, "data:image/png;base64,") || !strings.HasPrefix(c.TrainPicture, "data:image/png;base64,") || len(c.Pairs) != 1 {
				t.Fatalf("%+v", c)
			}
		}
	}
}

// TestPatches holds what is seen of a picture against a plain sum.
func TestPatches(t *testing.T) {
	m := &space.Image{Name: "i", First: 1, Width: 11, Height: 3, Channels: 3, Levels: 4}
	s := &space.Schema{Image: m, Fields: append([]space.Field{{Name: "n", Kind: space.Integer, Max: 9}}, m.Fields()...)}
	b := table.NewBatch(s, 0, 7)
	for j := range m.Pixels() {
		for r := range b.N {
			b.Cols[1+j].Code[r] = int32((j*j + 3*r*j + r) % 4)
		}
	}
	g := newGround(s)
	fr, _, err := g.frame(table.New(b), "the rows")
	if err != nil {
		t.Fatal(err)
	}
	p := newPatches(g, m)
	seen, err := p.see(t.Context(), fr)
	if err != nil {
		t.Fatal(err)
	}
	if p.across != 4 || p.down != 3 || len(seen.cols) != 1+4*3*3+2 {
		t.Fatalf("%dx%d patches, %d fields", p.across, p.down, len(seen.cols))
	}
	for r := range b.N {
		v := func(x, y, c int) float64 { return float64(b.Cols[m.Field(x, y, c)].Code[r]) / 3 }
		for py := range 3 {
			for px := range 4 {
				for c := range 3 {
					sum, n := 0.0, 0.0
					for x := range 11 {
						if x*4/11 == px {
							sum += v(x, py, c)
							n++
						}
					}
					if got := seen.cols[1+(py*4+px)*3+c].Num[r]; math.Abs(got-sum/n) > 1e-12 {
						t.Errorf("row %d, patch %d,%d of channel %d: %v, want %v", r, px, py, c, got, sum/n)
					}
				}
			}
		}
		across, down := 0.0, 0.0
		for y := range 3 {
			for x := range 11 {
				for c := range 3 {
					if x > 0 {
						across += math.Abs(v(x, y, c)-v(x-1, y, c)) / (10 * 3 * 3)
					}
					if y > 0 {
						down += math.Abs(v(x, y, c)-v(x, y-1, c)) / (11 * 2 * 3)
					}
				}
			}
		}
		if a, d := seen.cols[37].Num[r], seen.cols[38].Num[r]; math.Abs(a-across) > 1e-12 || math.Abs(d-down) > 1e-12 {
			t.Errorf("row %d: grain %v and %v, want %v and %v", r, a, d, across, down)
		}
	}
}
