package judge

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/seed-64d012fb/mimic/internal/gbt"
	"github.com/seed-64d012fb/mimic/internal/near"
	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// reference reads what internal/refgen/judge made.
func reference(t *testing.T, name string, into any) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatal(err)
	}
}

// kindsOf names the kinds that the generator uses.
var kindsOf = map[string]space.Kind{"category": space.Category, "integer": space.Integer,
	"decimal": space.Decimal, "real": space.Real, "datetime": space.Datetime}

// readKinds reads a file of the generator; an empty cell is missing, a datetime
// counts seconds.
func readKinds(t *testing.T, name string, kinds map[string]string) *table.Table {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	s := &space.Schema{Fields: make([]space.Field, len(rows[0]))}
	b := table.NewBatch(s, 0, len(rows)-1)
	for j, column := range rows[0] {
		f := &s.Fields[j]
		*f = space.Field{Name: column, Kind: kindsOf[kinds[column]], Missing: []string{""},
			Min: math.Inf(-1), Max: math.Inf(1), Digits: 9, Unit: time.Second}
		b.Cols[j] = table.NewBatch(s.Project([]int{j}), 0, b.N).Cols[0]
		for i, r := range rows[1:] {
			switch {
			case f.Kind.Coded():
				b.Cols[j].Code[i] = levelOf(f, r[j])
			case r[j] == "":
				b.Cols[j].Num[i] = math.NaN()
			case f.Kind == space.Datetime:
				at, err := time.Parse(time.DateTime[:len(r[j])], r[j])
				if err != nil {
					t.Fatal(err)
				}
				b.Cols[j].Num[i] = float64(at.Unix())
			default:
				if b.Cols[j].Num[i], err = strconv.ParseFloat(r[j], 64); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	return table.New(b)
}

func levelOf(f *space.Field, cell string) int32 {
	if cell == "" {
		return table.Missing
	}
	k := slices.Index(f.Levels, cell)
	if k < 0 {
		k = len(f.Levels)
		f.Levels = append(f.Levels, cell)
	}
	return int32(k)
}

// asCandidates puts made rows in the place of all candidates.
func asCandidates(fr *frame) (c [candidates]candidate) {
	for i := range c {
		c[i] = candidate{frame: fr}
	}
	return c
}

func near9(a float64, b *float64) bool {
	if b == nil {
		return math.IsNaN(a)
	}
	return math.Abs(a-*b) < 1e-9
}

// Shape and Trend are SDMetrics 0.11.1's to 1e-9, on real against real rows,
// shuffled columns, numbers alone, levels that the real rows lack, datetimes,
// missing values, a constant column and an empty one.
func TestSDMetrics(t *testing.T) {
	var ref struct {
		Pairs []struct {
			Name         string
			Kinds        map[string]string
			Shape, Trend float64
			Shapes       map[string]*float64
			Trends       [][3]any
		}
	}
	reference(t, "sdmetrics.json", &ref)
	if len(ref.Pairs) != 5 {
		t.Fatalf("%d pairs of tables, not 5", len(ref.Pairs))
	}
	for _, p := range ref.Pairs {
		t.Run(p.Name, func(t *testing.T) {
			real, made := readKinds(t, p.Name+".real.csv", p.Kinds), readKinds(t, p.Name+".made.csv", p.Kinds)
			g := newGround(real.Schema())
			train, _, err := g.frame(real, "real")
			if err != nil {
				t.Fatal(err)
			}
			other, _, err := g.frame(made, "made")
			if err != nil {
				t.Fatal(err)
			}
			edges := make([][]float64, len(g.use))
			for _, j := range g.use {
				edges[j] = fixedEdges(train.cols[j].Num)
			}
			s, err := columnShapes(context.Background(), train, asCandidates(other), edges)
			if err != nil {
				t.Fatal(err)
			}
			for a, j := range g.use {
				name := g.schema.Fields[j].Name
				if got, want := s.sd[0].value[a], p.Shapes[name]; !near9(got, want) {
					t.Errorf("shape of %s: %v, SDMetrics has %v", name, got, deref(want))
				}
			}
			if got := mean(s.sd[0].value); !near9(got, &p.Shape) {
				t.Errorf("shape %v, SDMetrics has %v", got, p.Shape)
			}
			tr, err := pairTrends(context.Background(), train, asCandidates(other), edges, rng.Key{})
			if err != nil {
				t.Fatal(err)
			}
			for i, ab := range tr.pairs {
				a, b := g.schema.Fields[g.use[ab[0]]].Name, g.schema.Fields[g.use[ab[1]]].Name
				want := p.Trends[i]
				if want[0] != a || want[1] != b {
					t.Fatalf("pair %d is %s, %s; SDMetrics has %v", i, a, b, want)
				}
				var score *float64
				if v, ok := want[2].(float64); ok {
					score = &v
				}
				if got := tr.sd[0].value[i]; !near9(got, score) {
					t.Errorf("trend of %s and %s: %v, SDMetrics has %v", a, b, got, want[2])
				}
			}
			if got := mean(tr.sd[0].value); !near9(got, &p.Trend) {
				t.Errorf("trend %v, SDMetrics has %v", got, p.Trend)
			}
		})
	}
}

func deref(x *float64) any {
	if x == nil {
		return "none"
	}
	return *x
}

// α-precision, β-recall and authenticity are synthcity's to 1e-6.
func TestSampleFigures(t *testing.T) {
	var ref struct {
		Pairs []struct {
			Name              string
			Real, Made        [][]float64
			Precision, Recall float64
			Published         float64 `json:"authenticity_synthcity"`
			Authenticity      float64
		}
	}
	reference(t, "alpha.json", &ref)
	for _, p := range ref.Pairs {
		t.Run(p.Name, func(t *testing.T) {
			g := newGround(&space.Schema{Fields: reals(len(p.Real[0]))})
			real, made := frameOf(t, g, p.Real), frameOf(t, g, p.Made)
			r := newRuler(real)
			s, err := sampleFigures(context.Background(), r.numbered(real, real), r.numbered(made, real), rng.Key{})
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range []struct {
				name      string
				got, want float64
			}{
				{"α-precision", float64(s.precision.Value), p.Precision},
				{"β-recall", float64(s.recall.Value), p.Recall},
				{"authenticity of synthcity", float64(s.published.Value), p.Published},
				{"authenticity", float64(s.authentic.Value), p.Authenticity},
			} {
				if math.Abs(c.got-c.want) > 1e-6 {
					t.Errorf("%s: %v, the definition gives %v", c.name, c.got, c.want)
				}
			}
		})
	}
}

func reals(d int) []space.Field {
	f := make([]space.Field, d)
	for j := range f {
		f[j] = space.Field{Name: string(rune('a' + j)), Kind: space.Real, Min: -1e9, Max: 1e9}
	}
	return f
}

func frameOf(t *testing.T, g *ground, rows [][]float64) *frame {
	t.Helper()
	b := table.NewBatch(g.schema, 0, len(rows))
	for i, r := range rows {
		for j, x := range r {
			b.Cols[j].Num[i] = x
		}
	}
	fr, _, err := g.frame(table.New(b), "rows")
	if err != nil {
		t.Fatal(err)
	}
	return fr
}

// Areas of the two-sample test are within .01 of scikit-learn's on the same rows
// and folds: where one column gives the rows away a little, and three do much.
func TestTwoSampleAgainstScikitLearn(t *testing.T) {
	if testing.Short() {
		t.Skip("trains on 12,000 rows")
	}
	var ref struct {
		Figures []struct {
			Rotated         []int
			Trees, Logistic float64
		}
	}
	reference(t, "twosample.json", &ref)
	all := adult(t)
	for _, f := range ref.Figures {
		made := every(all, 1, 8)
		for _, j := range f.Rotated {
			rotate(made.All().Cols[j], 997*(j+1))
		}
		g := newGround(all.Schema())
		a, _, err := g.frame(made, "made")
		if err != nil {
			t.Fatal(err)
		}
		b, _, err := g.frame(every(all, 0, 8), "real")
		if err != nil {
			t.Fatal(err)
		}
		class, folds := make([]int32, a.n+b.n), make([]int32, a.n+b.n)
		for i := range class {
			folds[i] = int32(7 * i % 5)
			if i < a.n {
				class[i] = 1
			}
		}
		x, err := design(g.use, a.batch(), b.batch())
		if err != nil {
			t.Fatal(err)
		}
		fit, err := gbt.CrossFit(context.Background(), x.binned, gbt.Class(class, 2), nil, folds, gbt.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got := aucOf(fit.Predictions[0], class, nil).value; math.Abs(got-f.Trees) > 0.01 {
			t.Errorf("columns %v rotated: trees %.4f, scikit-learn %.4f", f.Rotated, got, f.Trees)
		} else {
			t.Logf("columns %v rotated: trees %.4f, scikit-learn %.4f", f.Rotated, got, f.Trees)
		}
		score, err := crossFitLogistic(context.Background(), newLinear(g.use, g.levels, a.batch(), b.batch()), class, folds)
		if err != nil {
			t.Fatal(err)
		}
		if got := aucOf(score, class, nil).value; math.Abs(got-f.Logistic) > 0.01 {
			t.Errorf("columns %v rotated: logistic %.4f, scikit-learn %.4f", f.Rotated, got, f.Logistic)
		} else {
			t.Logf("columns %v rotated: logistic %.4f, scikit-learn %.4f", f.Rotated, got, f.Logistic)
		}
	}
}

// rotate moves a column down by k rows.
func rotate(c table.Column, k int) {
	if c.Num != nil {
		rotateSlice(c.Num, k)
	} else {
		rotateSlice(c.Code, k)
	}
}

func rotateSlice[T any](x []T, k int) {
	k %= len(x)
	copy(x, append(slices.Clone(x[len(x)-k:]), x[:len(x)-k]...))
}

// The distances behind novelty are those of every pair of rows, to the bit.
func TestDistancesEqualAllPairs(t *testing.T) {
	kinds := map[string]string{"when": "datetime", "day": "datetime", "x": "real", "y": "integer",
		"flag": "category", "level": "category", "constant": "integer", "nothing": "real", "z": "real"}
	real, made := readKinds(t, "odd.real.csv", kinds), readKinds(t, "odd.made.csv", kinds)
	g := newGround(real.Schema())
	train, _, _ := g.frame(real, "real")
	other, _, _ := g.frame(made, "made")
	r := newRuler(train)
	a, b := r.rows(train), r.rows(other)
	got, err := near.New(a, near.Manhattan).Query(context.Background(), b, 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := range b.N {
		want := math.Inf(1)
		for k := range a.N {
			d := 0.0
			for j := range a.Code {
				if a.Code[j][k] != b.Code[j][i] {
					d++
				}
			}
			for j := range a.Num {
				x, y := a.Num[j][k], b.Num[j][i]
				switch {
				case math.IsNaN(x) != math.IsNaN(y):
					d++
				case !math.IsNaN(x):
					d += math.Abs(y - x)
				}
			}
			want = min(want, d)
		}
		if got[i].Dist != want {
			t.Fatalf("sample %d is %v from the training rows, not %v", i, want, got[i].Dist)
		}
	}
}
