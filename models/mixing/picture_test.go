package mixing

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/fit"
	"github.com/seed-64d012fb/mimic/internal/pace"
	"github.com/seed-64d012fb/mimic/internal/par"
	"github.com/seed-64d012fb/mimic/internal/wire"
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

// TestValueCode tells values by planes that answer at random: whatever they say,
// the probabilities of all values sum to one, and none is told in two ways.
func TestValueCode(t *testing.T) {
	for levels := 2; levels <= space.MaxLevels; levels++ {
		g := newGeometry(&space.Image{Width: 1, Height: 1, Channels: 1, Levels: levels})
		planes := planesOf(levels)
		r := rand.New(rand.NewPCG(uint64(levels), 1))
		answers := map[[2]int]float64{}
		sum := 0.0
		told := map[string]bool{}
		for v := range levels {
			p, code := 1.0, ""
			for depth := range planes {
				prefix, yes := g.digit(v, depth)
				if depth > 0 && v == 0 || !asks(depth, planes, levels, prefix) {
					continue
				}
				question := [2]int{depth, prefix}
				if _, met := answers[question]; !met {
					answers[question] = r.Float64()
				}
				if yes {
					p, code = p*answers[question], code+"1"
				} else {
					p, code = p*(1-answers[question]), code+"0"
				}
			}
			if told[code] {
				t.Fatalf("%d levels: %d has the code %s of another value", levels, v, code)
			}
			told[code] = true
			sum += p
		}
		if math.Abs(sum-1) > 1e-12 {
			t.Fatalf("%d levels: the probabilities of all values sum to %v", levels, sum)
		}
		if want := levels - 1; len(answers) != want {
			t.Fatalf("%d levels: %d questions, of which %d are enough", levels, len(answers), want)
		}
	}
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

func TestPictureBits(t *testing.T) {
	rows := pictures(150, 5, 4, 9, true, 6)
	var blobs [][]byte
	for _, workers := range []int{1, 2, 3, 8} {
		m, _ := fittedPicture(t, par.WithWorkers(context.Background(), workers), rows, Family{Seed: 7})
		blob, err := m.AppendBinary(nil)
		if err != nil {
			t.Fatal(err)
		}
		blobs = append(blobs, blob)
		if !slices.Equal(blob, blobs[0]) {
			t.Fatalf("%d workers give another model", workers)
		}
	}
	m, law := fittedPicture(t, context.Background(), rows, Family{Seed: 7})
	again, err := Decode(rows.Schema(), blobs[0])
	if err != nil {
		t.Fatal(err)
	}
	a, b := make([]float64, 150), make([]float64, 150)
	if err := errors2(m.(mimic.Density).LogProb(a, rows.All()), again.(mimic.Density).LogProb(b, rows.All())); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(a, b) {
		t.Error("read again, the model gives other probabilities")
	}
	// Any part of the sequence of samples can be had by itself.
	whole, part := table.NewBatch(rows.Schema(), 10, 40), table.NewBatch(rows.Schema(), 33, 5)
	if err := errors2(m.(mimic.Sampler).Sample(whole, rng.New(1)), again.(mimic.Sampler).Sample(part, rng.New(1))); err != nil {
		t.Fatal(err)
	}
	for j := range whole.Cols {
		if !slices.Equal(whole.Cols[j].Code[23:28], part.Cols[j].Code) {
			t.Fatalf("field %d: rows 33 to 37 by themselves are others", j)
		}
	}
	if law.Parameters() == 0 {
		t.Error("no parameters")
	}
}

func errors2(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

// TestTop gives the upper half of a picture: all weights are then the same, and
// their logarithm is the evidence's log-probability.
func TestTop(t *testing.T) {
	rows := pictures(200, 3, 4, 5, false, 8)
	_, m := fittedPicture(t, context.Background(), rows, Family{})
	share := make([][]float64, 12)
	codes := make([][]uint16, 12)
	for j := range 12 {
		codes[j] = make([]uint16, 50)
		if j < 6 {
			share[j] = make([]float64, 5)
			share[j][j%5] = 1
		}
	}
	logw := make([]float64, 50)
	m.SampleWithin(codes, logw, share, 0, rng.New(9))
	for i, l := range logw {
		if l != logw[0] {
			t.Fatalf("rows of weights %v and %v", l, logw[0])
		}
		for j := range 6 {
			if int(codes[j][i]) != j%5 {
				t.Fatalf("row %d: pixel %d is %d", i, j, codes[j][i])
			}
		}
	}
	all := every(1, 1, 1, 1, 1, 1, 5, 5, 5, 5, 5, 5)
	for j := range 6 {
		for i := range all[j] {
			all[j][i] = uint16(j % 5)
		}
	}
	l := make([]float64, len(all[0]))
	m.LogProb(l, all)
	sum := 0.0
	for _, v := range l {
		sum += math.Exp(v)
	}
	if math.Abs(math.Log(sum)-logw[0]) > 1e-9 {
		t.Errorf("the evidence has log-probability %v by the weights, %v by summing", logw[0], math.Log(sum))
	}

	share[2] = []float64{.5, 0, 1, 0, 0} // and something that is not certain
	m.SampleWithin(codes, logw, share, 0, rng.New(9))
	if slices.Max(logw) == slices.Min(logw) {
		t.Error("weights do not look at what was drawn")
	}
}

// TestPictureGiven compares exact conditionals, on a label, on the first pixels, on
// both, one after the other and read again, with the joint over the evidence.
func TestPictureGiven(t *testing.T) {
	rows := pictures(200, 2, 2, 3, true, 14)
	m, law := fittedPicture(t, context.Background(), rows, Family{})
	all := every(2, 3, 3, 3, 3)
	joint := make([]float64, len(all[0]))
	law.LogProb(joint, all)
	level := func(field int, codes ...int32) space.Given { return space.Given{Field: field, Codes: codes} }
	for _, e := range []space.Evidence{
		{level(0, 1)},
		{level(1, 2)},
		{level(0, 0), level(1, 0), level(2, 1)},
		{level(1, 1), level(2, 1), level(0, 0, 1)},
		{level(1, 0), level(2, 1), level(3, 2), level(4, 0)},
	} {
		given, err := m.(mimic.Conditioner).Condition(e)
		if err != nil {
			t.Fatal(err)
		}
		byOne := m
		for _, g := range e {
			if byOne, err = byOne.(mimic.Conditioner).Condition(space.Evidence{g}); err != nil {
				t.Fatal(err)
			}
		}
		blob, err := given.AppendBinary(nil)
		if err != nil {
			t.Fatal(err)
		}
		again, err := Decode(rows.Schema(), blob)
		if err != nil {
			t.Fatal(err)
		}
		in := func(i int) bool {
			for _, g := range e {
				if !slices.Contains(g.Codes, int32(all[g.Field][i])) {
					return false
				}
			}
			return true
		}
		mass := 0.0
		for i, l := range joint {
			if in(i) {
				mass += math.Exp(l)
			}
		}
		for _, c := range []mimic.Model{given, byOne, again} {
			law := c.(*Pictures).Law()
			l := make([]float64, len(joint))
			law.LogProb(l, all)
			for i := range l {
				want := math.Inf(-1)
				if in(i) {
					want = joint[i] - math.Log(mass)
				}
				if l[i] != want && math.Abs(l[i]-want) > 1e-9 {
					t.Fatalf("given %v: log p is %v, joint over evidence %v", e, l[i], want)
				}
			}
			drawn := make([][]uint16, len(all))
			for j := range drawn {
				drawn[j] = make([]uint16, 200)
			}
			law.Sample(drawn, 0, rng.New(1))
			for _, g := range e {
				for _, code := range drawn[g.Field] {
					if !slices.Contains(g.Codes, int32(code)) {
						t.Fatalf("given %v: sampled code %d of field %d", e, code, g.Field)
					}
				}
			}
		}
	}
	for _, e := range []space.Evidence{{level(2, 1)}, {level(1, 0, 1)}, {level(1, 1), level(3, 1)}} {
		if _, err := m.(mimic.Conditioner).Condition(e); !errors.Is(err, mimic.ErrUnsupported) {
			t.Errorf("given %v: error %v", e, err)
		}
	}
	first, err := m.(mimic.Conditioner).Condition(space.Evidence{level(1, 1)})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := first.(mimic.Conditioner).Condition(space.Evidence{level(1, 0)}); !errors.Is(err, mimic.ErrImpossible) {
		t.Errorf("given two values of a pixel: error %v", err)
	}
}

// TestLogJoint compares the probabilities of a picture with each label with those of
// the rows.
func TestLogJoint(t *testing.T) {
	rows := pictures(150, 3, 3, 9, true, 15)
	m, _ := fittedPicture(t, context.Background(), rows, Family{})
	first := space.Evidence{{Field: 1, Codes: []int32{4}}}
	given, err := m.(mimic.Conditioner).Condition(first)
	if err != nil {
		t.Fatal(err)
	}
	b := rows.All()
	strange := table.NewBatch(rows.Schema(), 0, b.N)
	for j := range b.Cols {
		copy(strange.Cols[j].Code, b.Cols[j].Code)
	}
	strange.Cols[3].Code[7] = 9
	for _, m := range []mimic.Model{m, given} {
		joint := [][]float64{make([]float64, b.N), make([]float64, b.N)}
		if err := m.(mimic.Classifier).LogJoint(joint, strange, 0); err != nil {
			t.Fatal(err)
		}
		for y := range joint {
			for i := range b.N {
				strange.Cols[0].Code[i] = int32(y)
			}
			want := make([]float64, b.N)
			if err := m.(mimic.Density).LogProb(want, strange); err != nil {
				t.Fatal(err)
			}
			for i, l := range joint[y] {
				if l != want[i] && math.Abs(l-want[i]) > 1e-9 {
					t.Fatalf("row %d with label %d: %v, by itself %v", i, y, l, want[i])
				}
			}
		}
	}
	if err := m.(mimic.Classifier).LogJoint(nil, b, 2); !errors.Is(err, mimic.ErrUnsupported) {
		t.Errorf("of a pixel: %v", err)
	}
}

func TestPictureBudgetAndValidation(t *testing.T) {
	rows := pictures(200, 3, 3, 4, true, 10)
	ctx := pace.WithUntil(context.Background(), time.Now())
	m, _ := fittedPicture(t, ctx, rows, Family{})
	l := make([]float64, 200)
	if err := m.(mimic.Density).LogProb(l, rows.All()); err != nil || slices.Min(l) < -1e3 {
		t.Errorf("without time log p is %v (%v)", slices.Min(l), err)
	}
	// Validation rows in another order leave no trace, and other rows do.
	b := rows.All()
	turned := table.NewBatch(rows.Schema(), 0, 200)
	for j := range b.Cols {
		copy(turned.Cols[j].Code, b.Cols[j].Code)
		slices.Reverse(turned.Cols[j].Code[150:])
	}
	var blobs [][]byte
	for _, r := range []*table.Table{rows, table.New(turned)} {
		for _, validation := range []int64{50, 0} {
			m, _ := fittedPicture(t, context.Background(), r, Family{Validation: validation})
			blob, err := m.AppendBinary(nil)
			if err != nil {
				t.Fatal(err)
			}
			blobs = append(blobs, blob)
		}
	}
	if !slices.Equal(blobs[0], blobs[2]) || slices.Equal(blobs[1], blobs[3]) {
		t.Error("validation rows are learned from")
	}
}

// TestPictureProgress fits with somebody listening: what is done rises to all there
// is to do.
func TestPictureProgress(t *testing.T) {
	var last, all int64
	progress := func(stage string, done, total int64) {
		if stage != "planes" {
			return
		}
		if done < last || done > total {
			t.Errorf("%d of %d after %d", done, total, last)
		}
		last, all = done, total
	}
	if _, err := fit.Run(context.Background(), pictures(150, 3, 3, 4, false, 13), Family{}, fit.Options{Progress: progress}); err != nil {
		t.Fatal(err)
	}
	if last < all-1 || all == 0 {
		t.Errorf("ends at %d of %d", last, all)
	}
}

// TestFewPictures fits none, one, and pictures of one value.
func TestFewPictures(t *testing.T) {
	for _, n := range []int{0, 1, 2, 30} {
		rows := pictures(30, 3, 3, 256, n == 2, 11)
		if n < 30 {
			rows = table.New(rows.All().Slice(0, n))
		} else {
			for j := range rows.All().Cols {
				clear(rows.All().Cols[j].Code)
			}
		}
		m, _ := fittedPicture(t, context.Background(), rows, Family{})
		some := table.NewBatch(rows.Schema(), 0, 20)
		l := make([]float64, 20)
		if err := errors2(m.(mimic.Sampler).Sample(some, rng.New(1)), m.(mimic.Density).LogProb(l, some)); err != nil {
			t.Fatal(err)
		}
		for i, v := range l {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				t.Errorf("%d pictures: sample %d has log p %v", n, i, v)
			}
		}
	}
}

func TestUnsuitedPictures(t *testing.T) {
	colour := &space.Schema{Image: &space.Image{Name: "c", Width: 2, Height: 2, Channels: 3, Levels: 4}}
	colour.Fields = colour.Image.Fields()
	beside := pictures(1, 2, 2, 4, true, 1).Schema()
	beside.Fields = append(beside.Fields, space.Field{Name: "age", Kind: space.Integer, Max: 9})
	for _, s := range []*space.Schema{colour, beside} {
		if _, err := (Family{}).NewFit(s, 10); err == nil {
			t.Errorf("%d fields are taken", len(s.Fields))
		}
	}
}

// TestHostilePictures changes what a blob says, one thing at a time.
func TestHostilePictures(t *testing.T) {
	rows := pictures(40, 2, 2, 4, true, 12)
	_, m := fittedPicture(t, context.Background(), rows, Family{})
	for name, change := range map[string]func(b *pictureBlob){
		"a plane less":         func(b *pictureBlob) { b.Planes = b.Planes[1:] },
		"a context less":       func(b *pictureBlob) { b.Planes[0].Slots = b.Planes[0].Slots[1:] },
		"no slots":             func(b *pictureBlob) { b.Planes[0].Slots = make([][]byte, withLabel) },
		"three slots":          func(b *pictureBlob) { b.Planes[1].Slots[0] = make([]byte, 6) },
		"slots of two lengths": func(b *pictureBlob) { b.Planes[1].Slots[3] = make([]byte, 2) },
		"a state less":         func(b *pictureBlob) { b.Planes[1].Logits = b.Planes[1].Logits[2:] },
		"a weight less":        func(b *pictureBlob) { b.Planes[2].Weights = b.Planes[2].Weights[2:] },
		"a weight more":        func(b *pictureBlob) { b.Planes[2].Weights = append(b.Planes[2].Weights, 0, 0) },
		"a label more":         func(b *pictureBlob) { b.Labels = append(b.Labels, -9) },
		"labels of nothing":    func(b *pictureBlob) { b.Labels = []float64{-9, math.Inf(-1)} },
		"labels that are none": func(b *pictureBlob) { b.Labels = []float64{math.NaN(), 0} },
		"a label too probable": func(b *pictureBlob) { b.Labels = []float64{1, 0} },
	} {
		data, err := m.AppendBinary(nil)
		if err != nil {
			t.Fatal(err)
		}
		var b blob
		if err := wire.Decode(data, &b); err != nil {
			t.Fatal(err)
		}
		if _, err := b.Picture.picture(rows.Schema(), []int{2, 4, 4, 4, 4}); err != nil {
			t.Fatal(err)
		}
		if err := wire.Decode(data, &b); err != nil {
			t.Fatal(err)
		}
		change(b.Picture)
		if _, err := b.Picture.picture(rows.Schema(), []int{2, 4, 4, 4, 4}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// TestFrozen compares what a plane that learns would predict next with what it
// answers once it is frozen, whose weights are rounded.
func TestFrozen(t *testing.T) {
	g := newGeometry(&space.Image{Width: 6, Height: 6, Channels: 1, Levels: 8})
	a := newApprentice(&g, 1, withoutLabel, 12)
	c := newCanvas(g)
	var s surroundings
	r := rand.New(rand.NewPCG(1, 1))
	draw := func(learn func(x, y, value int)) {
		c.begin()
		for y := range 6 {
			for x := range 6 {
				value := min(r.IntN(3)+x, 7)
				if value > 0 {
					s.look(c, x, y, 0)
					learn(x, y, value)
				}
				c.put(x, y, value)
			}
		}
	}
	for range 200 {
		draw(func(x, y, value int) {
			prefix, yes := g.digit(value, 1)
			a.learn(c, &s, prefix, yes, .002)
		})
	}
	x := make([]float32, a.inputs)
	draw(func(_, _, value int) {
		prefix, _ := g.digit(value, 1)
		copied := *a.plane
		frozen := (&apprentice{plane: &copied, counts: a.counts}).freeze()
		if got, want := frozen.answer(c, &s, prefix, x), a.learn(c, &s, prefix, true, 0); math.Abs(float64(got-want)) > .01 {
			t.Fatalf("frozen, the plane answers %v, and %v before", got, want)
		}
	})
}

// FuzzDecodePicture asks Decode for an error or a model that works.
func FuzzDecodePicture(f *testing.F) {
	rows := pictures(40, 2, 2, 4, true, 12)
	m, err := fit.Run(context.Background(), rows, Family{}, fit.Options{})
	if err != nil {
		f.Fatal(err)
	}
	blob, err := m.AppendBinary(nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(blob)
	f.Add(blob[:len(blob)/2])
	for i := 0; i < len(blob); i += 1 + len(blob)/200 {
		mutant := slices.Clone(blob)
		mutant[i] ^= 0x11
		f.Add(mutant)
	}
	f.Fuzz(func(t *testing.T, blob []byte) {
		m, err := Decode(rows.Schema(), blob)
		if err != nil {
			return
		}
		some := table.NewBatch(rows.Schema(), 0, 5)
		l := make([]float64, 5)
		if err := errors2(m.(mimic.Sampler).Sample(some, rng.New(1)), m.(mimic.Density).LogProb(l, some)); err != nil {
			t.Fatal(err)
		}
		for _, v := range l {
			if math.IsNaN(v) || math.IsInf(v, 1) {
				t.Fatalf("log p is %v", v)
			}
		}
	})
}
