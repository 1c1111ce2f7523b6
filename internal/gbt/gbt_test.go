package gbt

import (
	"context"
	"fmt"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/seed-64d012fb/mimic/internal/par"
	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// numbers returns predictors of standard uniform numbers [n rows, d columns],
// a tenth of them missing in column 0.
func numbers(n, d int, seed uint64) *table.Batch {
	s := &space.Schema{}
	b := &table.Batch{Schema: s, N: n}
	for j := range d {
		s.Fields = append(s.Fields, space.Field{Name: fmt.Sprint("x", j), Kind: space.Real, Missing: []string{""}})
		x := make([]float64, n)
		rng.New(seed).Child(uint64(j)).Float64s(x, 0)
		if j == 0 {
			for i := range x {
				if rng.New(seed).Child(99).Float64(int64(i)) < .1 {
					x[i] = math.NaN()
				}
			}
		}
		b.Cols = append(b.Cols, table.Column{Num: x})
	}
	return b
}

func bin(t *testing.T, b *table.Batch) *Binned {
	t.Helper()
	fields := make([]int, len(b.Cols))
	for j := range fields {
		fields[j] = j
	}
	binner, err := NewBinner(fields, b)
	if err != nil {
		t.Fatal(err)
	}
	return binner.Bin(b)
}

func predict(t *testing.T, ctx context.Context, x *Binned, y Target, weight []float64, opt Options) []float64 {
	t.Helper()
	m, err := Train(ctx, x, y, weight, opt)
	if err != nil {
		t.Fatal(err)
	}
	dst := make([][]float64, m.Outputs())
	for k := range dst {
		dst[k] = make([]float64, x.Rows)
	}
	m.Predict(dst, x)
	return slices.Concat(dst...)
}

func TestSameBitsForAnyWorkers(t *testing.T) {
	b := numbers(20000, 6, 1)
	x := bin(t, b)
	y := make([]int32, b.N)
	for i := range y {
		y[i] = int32(b.Cols[1].Num[i]*b.Cols[2].Num[i]*4) % 3
	}
	folds := Folds(Class(y, 3), 3, 1)
	var first *CrossFitted
	for _, workers := range []int{1, 2, 3, 8} {
		ctx := par.WithWorkers(context.Background(), workers)
		r, err := CrossFit(ctx, x, Class(y, 3), nil, folds, Options{Rounds: 5, Patience: 2})
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = r
		}
		for k := range r.Predictions {
			if !slices.Equal(r.Predictions[k], first.Predictions[k]) {
				t.Fatalf("%d workers predict other values than 1", workers)
			}
		}
	}
}

// Missing values of x0 have class 1, as have the values below 1/2: they must go
// with the low values though they are not low.
func TestMissingValuesLearnTheirDirection(t *testing.T) {
	for _, lowIsOne := range []bool{false, true} {
		b := numbers(2000, 1, 2)
		y := make([]int32, b.N)
		for i, v := range b.Cols[0].Num {
			if math.IsNaN(v) || v < .5 == lowIsOne {
				y[i] = 1
			}
		}
		p := predict(t, context.Background(), bin(t, b), Class(y, 2), nil, Options{Rounds: 1, Leaves: 2, LearningRate: 1})
		for i, v := range b.Cols[0].Num {
			if math.Abs(v-.5) < .01 {
				continue // in the bin of the threshold
			}
			if (p[i] > .5) != (y[i] == 1) {
				t.Fatalf("low is one %v: x = %v of class %d is predicted %v", lowIsOne, v, y[i], p[i])
			}
		}
	}
}

func TestCategoriesArePartedAsSets(t *testing.T) {
	n, levels := 4000, 300 // more levels than bins
	f := space.Field{Name: "c", Kind: space.Category}
	for k := range levels {
		f.Levels = append(f.Levels, fmt.Sprint(k))
	}
	b := table.NewBatch(&space.Schema{Fields: []space.Field{f}}, 0, n)
	y := make([]int32, n)
	for i := range n {
		k := i % levels
		if i >= n/2 {
			k = i % 40 // levels below 40 are frequent
		}
		b.Cols[0].Code[i] = int32(k)
		y[i] = int32(k * 7 % 11 % 2)
	}
	p := predict(t, context.Background(), bin(t, b), Class(y, 2), nil, Options{Rounds: 1, Leaves: 2, LearningRate: 1})
	for i := range n {
		if b.Cols[0].Code[i] < 40 && (p[i] > .5) != (y[i] == 1) {
			t.Fatalf("level %d of class %d is predicted %v", b.Cols[0].Code[i], y[i], p[i])
		}
	}
}

func TestWeightZeroIsAbsent(t *testing.T) {
	b := numbers(3000, 3, 3)
	y := make([]float64, b.N)
	w := make([]float64, b.N)
	var kept []int
	for i := range y {
		y[i] = b.Cols[1].Num[i]
		if i%3 == 0 {
			y[i] = 1000
			continue
		}
		w[i] = 1
		kept = append(kept, i)
	}
	x := bin(t, b)
	got := predict(t, context.Background(), x, Value(y), w, Options{Rounds: 5})
	part := &Binned{Rows: len(kept)}
	yk := make([]float64, len(kept))
	for _, c := range x.Columns {
		code := make([]uint8, len(kept))
		for i, r := range kept {
			code[i] = c.Code[r]
			yk[i] = y[r]
		}
		c.Code = code
		part.Columns = append(part.Columns, c)
	}
	want := predict(t, context.Background(), part, Value(yk), nil, Options{Rounds: 5})
	for i, r := range kept {
		if got[r] != want[i] {
			t.Fatalf("row %d: %v with rows of weight 0, %v without them", r, got[r], want[i])
		}
	}
}

func TestPatienceStopsOnNoise(t *testing.T) {
	b := numbers(4000, 3, 4)
	y := make([]int32, b.N)
	for i := range y {
		y[i] = int32(rng.New(5).Uint64(int64(i)) & 1)
	}
	m, err := Train(context.Background(), bin(t, b), Class(y, 2), nil, Options{Rounds: 200, Patience: 5})
	if err != nil {
		t.Fatal(err)
	}
	if m.Rounds() > 15 {
		t.Errorf("%d rounds are kept though there is nothing to learn", m.Rounds())
	}
}

// A rare class once had log-odds in the hundreds: the second derivative of its
// leaves all but vanishes.
func TestRareClassStaysFinite(t *testing.T) {
	b := numbers(6000, 3, 6)
	y := make([]int32, b.N)
	for i := range y {
		y[i] = int32(i % 2)
		if i%1500 == 7 {
			y[i] = 2
		}
	}
	for i, p := range predict(t, context.Background(), bin(t, b), Class(y, 3), nil, Options{}) {
		if !(p > 1e-30 && p < 1) {
			t.Fatalf("row %d is predicted %v", i, p)
		}
	}
}

func TestImportanceNamesTheCulprit(t *testing.T) {
	b := numbers(3000, 5, 7)
	y := make([]int32, b.N)
	for i := range y {
		if b.Cols[3].Num[i] > .7 {
			y[i] = 1
		}
	}
	m, err := Train(context.Background(), bin(t, b), Class(y, 2), nil, Options{Rounds: 10})
	if err != nil {
		t.Fatal(err)
	}
	if s := m.Importance(); s[3] < .9 {
		t.Errorf("shares %v: column 3 alone decides", s)
	}
}

func TestBadInputIsAnError(t *testing.T) {
	x := bin(t, numbers(10, 2, 8))
	ctx := context.Background()
	for name, train := range map[string]func() (*Model, error){
		"short target":   func() (*Model, error) { return Train(ctx, x, Value(make([]float64, 9)), nil, Options{}) },
		"class too high": func() (*Model, error) { return Train(ctx, x, Class(slices.Repeat([]int32{2}, 10), 2), nil, Options{}) },
		"NaN target": func() (*Model, error) {
			return Train(ctx, x, Value(slices.Repeat([]float64{math.NaN()}, 10)), nil, Options{})
		},
		"no rows": func() (*Model, error) {
			return Train(ctx, x, Value(make([]float64, 10)), make([]float64, 10), Options{})
		},
		"negative weight": func() (*Model, error) {
			return Train(ctx, x, Value(make([]float64, 10)), slices.Repeat([]float64{-1}, 10), Options{})
		},
		"one class": func() (*Model, error) { return Train(ctx, x, Class(make([]int32, 10), 1), nil, Options{}) },
	} {
		if _, err := train(); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestFoldsAreEven(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		classes := rapid.IntRange(2, 4).Draw(t, "classes")
		y := rapid.SliceOfN(rapid.Int32Range(0, int32(classes-1)), 1, 200).Draw(t, "y")
		k := rapid.IntRange(1, 6).Draw(t, "folds")
		count := map[[2]int32]int{}
		of := make([]int, k)
		for i, f := range Folds(Class(y, classes), k, 1) {
			count[[2]int32{y[i], f}]++
			of[f]++
		}
		for c := range int32(classes) {
			lo, hi := len(y), 0
			for f := range int32(k) {
				lo, hi = min(lo, count[[2]int32{c, f}]), max(hi, count[[2]int32{c, f}])
			}
			if hi-lo > 1 {
				t.Fatalf("class %d has %d to %d rows a fold", c, lo, hi)
			}
		}
		if slices.Max(of)-slices.Min(of) > 1 {
			t.Fatalf("folds of %v rows", of)
		}
	})
}

func TestAUCCountsPairs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 40).Draw(t, "n")
		score := make([]float64, n)
		class := make([]int32, n)
		for i := range score {
			score[i] = float64(rapid.IntRange(0, 8).Draw(t, "score"))
			class[i] = int32(rapid.IntRange(0, 1).Draw(t, "class"))
		}
		var won, pairs float64
		for i := range score {
			for j := range score {
				if class[i] == 1 && class[j] == 0 {
					pairs++
					switch {
					case score[i] > score[j]:
						won++
					case score[i] == score[j]:
						won += .5
					}
				}
			}
		}
		got := AUC(score, class)
		if pairs == 0 {
			if !math.IsNaN(got) {
				t.Fatalf("AUC of one class is %v", got)
			}
		} else if math.Abs(got-won/pairs) > 1e-12 {
			t.Fatalf("AUC is %v, by pairs %v", got, won/pairs)
		}
	})
}

func BenchmarkTrain(b *testing.B) {
	batch := numbers(50000, 15, 9)
	y := make([]int32, batch.N)
	for i := range y {
		y[i] = int32(i & 1)
	}
	binner, err := NewBinner([]int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14}, batch)
	if err != nil {
		b.Fatal(err)
	}
	x := binner.Bin(batch)
	for b.Loop() {
		if _, err := Train(context.Background(), x, Class(y, 2), nil, Options{Rounds: 20}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(20*batch.N)*float64(b.N)/b.Elapsed().Seconds(), "row-rounds/s")
}
