package naivebayes

import (
	"context"
	"encoding/json"
	"math"
	"os"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/seed-64d012fb/mimic/rng"
)

// binaryRows returns rows of d binary codes and what the first pass would say of
// them.
func binaryRows(rows [][]uint16) (*coded, *rowSet) {
	d := len(rows[0])
	c, s := &coded{}, &rowSet{d: d}
	for j := range d {
		ones := 0.5
		for _, r := range rows {
			ones += float64(r[j])
		}
		p := ones / (float64(len(rows)) + 1)
		c.fields = append(c.fields, j)
		c.p = append(c.p, []float64{1 - p, p})
	}
	for _, r := range rows {
		s.codes = append(s.codes, r...)
		s.weight = append(s.weight, 1)
	}
	return c, s
}

// TestMaximum compares the likelihood that EM reaches, without smoothing to
// speak of, with the highest that another optimiser found from many starts.
func TestMaximum(t *testing.T) {
	var ref struct {
		Latent struct {
			Rows        [][]uint16
			MeanLogProb float64 `json:"mean_log_prob"`
			Prior       []float64
		}
	}
	text, err := os.ReadFile("testdata/reference.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &ref); err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	c, rows := binaryRows(ref.Latent.Rows)
	best := math.Inf(-1)
	var prior []float64
	for start := range uint64(4) {
		m := newMixture(c).grown(2, rng.New(start))
		for j := range m.strength {
			m.strength[j] = 1e-9
		}
		for range 1000 {
			e, err := m.expect(ctx, rows, true)
			if err != nil {
				t.Fatal(err)
			}
			m.maximise(e)
		}
		l, err := m.meanLogProb(ctx, rows)
		if err != nil {
			t.Fatal(err)
		}
		if l > best {
			best = l
			prior = []float64{math.Exp(m.prior[0]), math.Exp(m.prior[1])}
		}
	}
	slices.Sort(prior)
	// One row is spread over the classes, which moves the optimum by little.
	if math.Abs(best-ref.Latent.MeanLogProb) > 1e-4 {
		t.Errorf("EM reaches %v nats per row, the maximum is %v", best, ref.Latent.MeanLogProb)
	}
	if math.Abs(prior[0]-ref.Latent.Prior[0]) > 0.01 {
		t.Errorf("classes have probabilities %v, want %v", prior, ref.Latent.Prior)
	}
}

// TestEMNeverLowersTheObjective follows F, whatever the rows, weights, classes
// and strengths.
func TestEMNeverLowersTheObjective(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, d := rapid.IntRange(1, 60).Draw(t, "n"), rapid.IntRange(1, 6).Draw(t, "d")
		u := make([]float64, n*d)
		rng.New(rapid.Uint64().Draw(t, "seed")).Float64s(u, 0)
		rows := make([][]uint16, n)
		for i := range rows {
			for j := range d {
				code := uint16(0)
				if u[i*d+j] < 0.3+0.4*u[i*d] {
					code = 1
				}
				rows[i] = append(rows[i], code)
			}
		}
		c, set := binaryRows(rows)
		for i := range set.weight {
			set.weight[i] = float64(1 + i%3)
		}
		m, classes := newMixture(c), rapid.IntRange(2, 9).Draw(t, "classes")
		for m.classes < classes {
			m = m.grown(m.classes+1, rng.New(uint64(m.classes)))
		}
		for j := range m.strength {
			m.strength[j] = rapid.Float64Range(0.01, 20).Draw(t, "strength")
		}
		last := math.Inf(-1)
		for i := range 30 {
			e, err := m.expect(context.Background(), set, true)
			if err != nil {
				t.Fatal(err)
			}
			f := e.logProb + m.logPrior()
			// Shares below e^-20 are given to no class, which costs F a billionth.
			if f < last-1e-7*math.Abs(last) {
				t.Fatalf("iteration %d: F fell from %v to %v", i, last, f)
			}
			last = f
			m.maximise(e)
		}
	})
}

// TestGrown splits classes: probabilities remain, and the halves average to
// about what was split.
func TestGrown(t *testing.T) {
	c, _ := binaryRows([][]uint16{{0, 1}, {1, 1}, {0, 0}})
	m := newMixture(c)
	for m.classes < 7 {
		m = m.grown(min(2*m.classes, 7), rng.New(3))
		var prior float64
		for y, l := range m.prior {
			prior += math.Exp(l)
			for j := range c.p {
				if p := math.Exp(m.logp[m.at(j, 0)+y]) + math.Exp(m.logp[m.at(j, 1)+y]); math.Abs(p-1) > 1e-12 {
					t.Errorf("%d classes: probabilities of field %d in class %d sum to %v", m.classes, j, y, p)
				}
			}
		}
		if math.Abs(prior-1) > 1e-12 {
			t.Errorf("%d classes: probabilities sum to %v", m.classes, prior)
		}
	}
}
