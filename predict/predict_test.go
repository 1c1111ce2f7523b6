package predict_test

import (
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/fit"
	"github.com/seed-64d012fb/mimic/internal/par"
	"github.com/seed-64d012fb/mimic/models"
	"github.com/seed-64d012fb/mimic/predict"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// small is a sample space of 108 rows, whose last field is the label.
var small = &space.Schema{Fields: []space.Field{
	{Name: "a", Kind: space.Bool, Levels: []string{"no", "yes"}, Missing: []string{"?"}},
	{Name: "b", Kind: space.Category, Levels: []string{"x", "y", "z"}},
	{Name: "key", Kind: space.ID, Pattern: "K{n:4}"},
	{Name: "n", Kind: space.Integer, Min: 0, Max: 3},
	{Name: "label", Kind: space.Category, Levels: []string{"low", "mid", "high"}},
}}

const (
	fieldB = 1
	fieldN = 3
	label  = 4
)

// every returns all rows of the small space.
func every() *table.Batch { return rowsOf(0, 3) }

// whole returns all rows that a model of the small space may hold possible: a
// normal distribution is not cut off at the range of a number
// (docs/decisions/0023), and what is summed out is summed over all of it.
func whole() *table.Batch { return rowsOf(-20, 23) }

// rowsOf returns all rows whose number is from lo to hi.
func rowsOf(lo, hi int) *table.Batch {
	numbers := hi - lo + 1
	b := table.NewBatch(small, 0, 27*numbers)
	for i := range b.N {
		k := i
		next := func(n int) int { v := k % n; k /= n; return v }
		b.Cols[0].Code[i] = int32(next(3)) - 1
		b.Cols[fieldB].Code[i] = int32(next(3))
		b.Cols[fieldN].Num[i] = float64(lo + next(numbers))
		b.Cols[label].Code[i] = int32(next(3))
	}
	return b
}

// training returns rows in which the fields depend on each other.
func training(n int) *table.Table {
	b := table.NewBatch(small, 0, n)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range n {
		y := r.IntN(3)
		b.Cols[label].Code[i] = int32(y)
		b.Cols[fieldB].Code[i] = int32((y + r.IntN(2)) % 3)
		b.Cols[fieldN].Num[i] = float64((y + r.IntN(3)) % 4)
		b.Cols[0].Code[i] = int32(r.IntN(3)) - 1
		if r.IntN(2) == 0 {
			b.Cols[0].Code[i] = b.Cols[fieldB].Code[i] % 2
		}
	}
	return table.New(b)
}

// fitted returns a model of each rung that takes the small space, with and
// without a label told to it.
func fitted(t *testing.T) map[string]mimic.Model {
	all := map[string]mimic.Model{}
	rows := training(600)
	for _, rung := range models.All() {
		for _, told := range []string{"", "label"} {
			family, err := rung.New(models.Options{Label: told, Seed: 1})
			if err != nil {
				t.Fatal(err)
			}
			m, err := fit.Run(t.Context(), rows, family, fit.Options{})
			if errors.Is(err, mimic.ErrUnsuited) {
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			if _, ok := m.(mimic.Density); ok {
				all[rung.Kind+" "+told] = m
			}
		}
	}
	return all
}

// enumerated returns p(y | the known fields of row i of b) by summing p over all
// possible rows, all, that agree with them.
func enumerated(p []float64, all, b *table.Batch, i int, y int, known []int) []float64 {
	post := make([]float64, len(small.Fields[y].Levels))
	total := 0.0
	for r := range all.N {
		agrees := true
		for _, j := range known {
			if b.Cols[j].Code != nil && b.Cols[j].Code[i] != all.Cols[j].Code[r] ||
				b.Cols[j].Num != nil && b.Cols[j].Num[i] != all.Cols[j].Num[r] {
				agrees = false
			}
		}
		if code := all.Cols[y].Code[r]; agrees && code >= 0 {
			post[code] += p[r]
			total += p[r]
		}
	}
	for k := range post {
		post[k] /= total
	}
	return post
}

// TestBayes compares with the sum over all rows of the space: with all features,
// without a column, with cells that cannot be; for the label and for another
// field, which has a missing value that is no answer.
func TestBayes(t *testing.T) {
	for name, m := range fitted(t) {
		t.Run(name, func(t *testing.T) {
			all := whole()
			p := make([]float64, all.N)
			if err := m.(mimic.Density).LogProb(p, all); err != nil {
				t.Fatal(err)
			}
			for r := range p {
				p[r] = math.Exp(p[r])
			}
			for _, c := range []struct {
				what   string
				target int
				known  []int
				spoil  func(b *table.Batch)
			}{
				{"all features", label, []int{0, fieldB, fieldN}, func(b *table.Batch) { b.Cols[label] = table.Column{} }},
				{"another label", 0, []int{fieldB, fieldN, label}, func(*table.Batch) {}},
				{"without a column", label, []int{0, fieldN}, func(b *table.Batch) { b.Cols[fieldB] = table.Column{} }},
				{"without any", label, nil, func(b *table.Batch) {
					b.Cols[0], b.Cols[fieldB], b.Cols[fieldN] = table.Column{}, table.Column{}, table.Column{}
				}},
				{"a level that is not there", label, []int{0, fieldN}, func(b *table.Batch) {
					for i := range b.N {
						b.Cols[fieldB].Code[i] = table.Unknown
					}
				}},
				{"missing, and it never was", label, []int{0, fieldB}, func(b *table.Batch) {
					for i := range b.N {
						b.Cols[fieldN].Num[i] = table.NoNumber
					}
				}},
			} {
				rows := every()
				c.spoil(rows)
				got, err := predict.Run(t.Context(), m, table.New(rows), predict.Options{Label: small.Fields[c.target].Name})
				_, sums := m.(mimic.Marginalizer)
				if whole := len(c.known) == 3; !whole && (!sums || errors.Is(err, mimic.ErrUnsupported)) {
					if sums {
						continue // it can sum out others, not these
					}
					if err == nil && (got.Failed != int64(rows.N) || !errors.Is(got.Why, mimic.ErrUnsupported)) {
						t.Errorf("%s: %d rows without a prediction (%v), from a model that cannot sum out", c.what, got.Failed, got.Why)
					}
					if err != nil && !errors.Is(err, mimic.ErrUnsupported) {
						t.Errorf("%s: %v", c.what, err)
					}
					continue
				}
				if err != nil {
					t.Errorf("%s: %v", c.what, err)
					continue
				}
				for i := range rows.N {
					for y, want := range enumerated(p, all, rows, i, c.target, c.known) {
						if p := math.Exp(got.LogP[y][i]); !(math.Abs(p-want) < 1e-9) {
							t.Fatalf("%s: row %d: p(%d | x) = %v, summed %v", c.what, i, y, p, want)
						}
					}
				}
			}
		})
	}
}

// TestClassifiersAgree: what a Classifier says in one look is what its density
// says level by level.
func TestClassifiersAgree(t *testing.T) {
	met := 0
	for name, m := range fitted(t) {
		c, ok := m.(mimic.Classifier)
		if !ok {
			continue
		}
		for _, j := range []int{0, fieldB, label} {
			rows := every()
			joint := make([][]float64, len(small.Fields[j].Levels))
			for y := range joint {
				joint[y] = make([]float64, rows.N)
			}
			rows.Cols[j] = table.Column{}
			if err := c.LogJoint(joint, rows, j); errors.Is(err, mimic.ErrUnsupported) {
				continue
			} else if err != nil {
				t.Fatal(err)
			}
			met++
			want := make([]float64, rows.N)
			for y := range joint {
				rows.Cols[j].Code = slices.Repeat([]int32{int32(y)}, rows.N)
				if err := c.LogProb(want, rows); err != nil {
					t.Fatal(err)
				}
				for i := range want {
					if math.Abs(joint[y][i]-want[i]) > 1e-9 {
						t.Fatalf("%s: row %d, level %d of %q: %v, LogProb says %v", name, i, y, small.Fields[j].Name, joint[y][i], want[i])
					}
				}
			}
		}
	}
	if met == 0 {
		t.Error("no rung is a classifier")
	}
}

func TestSameForAnyWorkers(t *testing.T) {
	m := fitted(t)["naivebayes label"]
	rows := training(10_000)
	var first *predict.Prediction
	for _, workers := range []int{1, 3} {
		var last, calls int64
		p, err := predict.Run(par.WithWorkers(t.Context(), workers), m, rows, predict.Options{Label: "b", Progress: func(_ string, done, total int64) {
			if done <= last || total != 10_000 {
				t.Errorf("%d of %d rows after %d", done, total, last)
			}
			last = done
			calls++
		}})
		if err != nil {
			t.Fatal(err)
		}
		if last != 10_000 || calls != 3 {
			t.Errorf("progress ended at %d after %d calls", last, calls)
		}
		if first == nil {
			first = p
		}
		for y := range p.LogP {
			if !slices.Equal(p.LogP[y], first.LogP[y]) {
				t.Errorf("%d workers say otherwise", workers)
			}
		}
	}
}

// TestRefused: what cannot be predicted is refused with what to do, and a row
// that is impossible with every label has no prediction, nor spoils others.
func TestRefused(t *testing.T) {
	all := fitted(t)
	m := all["independent "]
	for name, says := range map[string]string{
		"n":    "make it a category",
		"key":  "kind id",
		"none": `no field "none"`,
	} {
		if _, err := predict.Run(t.Context(), m, training(5), predict.Options{Label: name}); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// A rung that cannot sum out predicts the rows that need it not.
	rows := training(6).All()
	rows.Cols[fieldN].Num[2] = 99
	rows.Cols[fieldN].Num[4] = table.NoNumber
	p, err := predict.Run(t.Context(), densityOnly{m, m.(mimic.Density)}, table.New(rows), predict.Options{Label: "label"})
	if err != nil || p.Failed != 2 || p.Summed != 0 || !errors.Is(p.Why, mimic.ErrUnsupported) || !strings.Contains(p.Why.Error(), `row 2: independent cannot sum out "n"`) {
		t.Fatalf("%+v, error %v", p, err)
	}
	if top := p.Top(); top[2] != table.Missing || top[4] != table.Missing || top[0] == table.Missing {
		t.Errorf("most probable levels %v", top)
	}
	if n := p.Measure(rows.Cols[label].Code).Rows; n != 4 {
		t.Errorf("%d rows measured", n)
	}
	// One that can predicts all.
	p, err = predict.Run(t.Context(), m, table.New(rows), predict.Options{Label: "label"})
	if err != nil || p.Failed != 0 || p.Summed != 2 {
		t.Errorf("%d failed, %d summed out, error %v", p.Failed, p.Summed, err)
	}
	none, err := predict.Run(t.Context(), m, training(6).Select(nil), predict.Options{Label: "label"})
	if err != nil || len(none.Top()) != 0 || none.Measure(nil).Rows != 0 {
		t.Errorf("no rows: %+v, error %v", none, err)
	}
}

// densityOnly hides all that a model can do but its density.
type densityOnly struct {
	mimic.Model
	density mimic.Density
}

func (d densityOnly) LogProb(dst []float64, b *table.Batch) error { return d.density.LogProb(dst, b) }

// TestHeldImpossible: a label that was held impossible costs without bound, and
// is counted; the other measures stay.
func TestHeldImpossible(t *testing.T) {
	never := math.Inf(-1)
	p := predict.Prediction{LogP: [][]float64{{0, 0, math.Log(.5)}, {never, never, math.Log(.5)}}}
	m := p.Measure([]int32{0, 1, 1})
	if m.Rows != 3 || m.Impossible != 1 || !math.IsInf(m.LogLoss, 1) {
		t.Errorf("%+v", m)
	}
	if want := 1. / 3; math.Abs(m.Accuracy-want) > 1e-12 {
		t.Errorf("accuracy %v, want %v", m.Accuracy, want)
	}
}

// TestRoundingIsNoOrder: answers that differ by the rounding of their sums alone
// do not tell rows apart.
func TestRoundingIsNoOrder(t *testing.T) {
	half := math.Log(.5)
	p := predict.Prediction{LogP: [][]float64{{half, half - 1e-15, half}, {half, half + 1e-15, half}}}
	if auc := p.Measure([]int32{0, 1, 0}).AUC; auc != .5 {
		t.Errorf("AUC %v of a constant", auc)
	}
}

// TestMeasures compares with scikit-learn (internal/refgen/predict).
func TestMeasures(t *testing.T) {
	var ref struct {
		Cases []struct {
			P             [][]float64
			Y             []int32
			LogLoss       float64 `json:"log_loss"`
			Accuracy      float64
			AUC           float64
			ECE           float64
			Count         []int64
			BinConfidence []float64 `json:"bin_confidence"`
			BinAccuracy   []float64 `json:"bin_accuracy"`
		}
	}
	text, err := os.ReadFile("testdata/sklearn.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &ref); err != nil {
		t.Fatal(err)
	}
	for n, c := range ref.Cases {
		p := predict.Prediction{LogP: make([][]float64, len(c.P[0]))}
		for _, row := range c.P {
			for y, v := range row {
				p.LogP[y] = append(p.LogP[y], math.Log(v))
			}
		}
		m := p.Measure(c.Y)
		near := func(what string, got, want float64) {
			if !(math.Abs(got-want) < 1e-12) {
				t.Errorf("case %d: %s %v, want %v", n, what, got, want)
			}
		}
		near("log-loss", m.LogLoss, c.LogLoss)
		near("accuracy", m.Accuracy, c.Accuracy)
		near("AUC", m.AUC, c.AUC)
		near("calibration error", m.ECE, c.ECE)
		at := 0
		for k, b := range m.Bins {
			if b.Rows != c.Count[k] {
				t.Errorf("case %d: %d rows in bin %d, want %d", n, b.Rows, k, c.Count[k])
			}
			if b.Rows > 0 {
				near("confidence", b.Confidence, c.BinConfidence[at])
				near("accuracy of a bin", b.Accuracy, c.BinAccuracy[at])
				at++
			}
		}
		// The standard error, by its definition.
		var squares float64
		for i, y := range c.Y {
			squares += math.Pow(-p.LogP[y][i]-m.LogLoss, 2)
		}
		rows := float64(len(c.Y))
		near("standard error", m.LogLossErr, math.Sqrt(squares/(rows-1)/rows))
	}
}

// TestConstant: the yardstick is the entropy of the labels, the majority's share
// and a coin.
func TestConstant(t *testing.T) {
	nan := math.NaN()
	p := predict.Prediction{LogP: [][]float64{{-1, -1, nan, -1, -1, -1}, {-1, -1, nan, -1, -1, -1}}}
	y := []int32{0, 1, 0, 1, 1, table.Missing}
	m := p.Constant(y).Measure(y)
	entropy := -.25*math.Log(.25) - .75*math.Log(.75)
	if m.Rows != 4 || math.Abs(m.LogLoss-entropy) > 1e-15 || m.Accuracy != .75 || m.AUC != .5 || m.ECE > 1e-15 {
		t.Errorf("%+v, want 4 rows, log-loss %v", m, entropy)
	}
}
