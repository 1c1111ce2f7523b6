package mixing

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/seed-64d012fb/mimic/internal/coded"
	"github.com/seed-64d012fb/mimic/internal/pace"
	"github.com/seed-64d012fb/mimic/rng"
)

// parity returns rows of three fair bits, the exclusive or of the first two, and
// two levels of which the second is their sum.
func parity(n int, seed uint64) *coded.Data {
	d := &coded.Data{N: n, Codes: make([][]uint16, 5), Rows: [][]float64{{0, 0}, {0, 0}, {0, 0}, {0, 0}, {0, 0, 0}}}
	r := rand.New(rng.New(seed).Stream(0))
	for range n {
		a, b, c := uint16(r.IntN(2)), uint16(r.IntN(2)), uint16(r.IntN(2))
		for j, code := range []uint16{a, b, c, a ^ b, a + b} {
			d.Codes[j] = append(d.Codes[j], code)
			d.Rows[j][code]++
		}
	}
	return d
}

// every returns all rows of a space of so many codes a field.
func every(codes ...int) [][]uint16 {
	n := 1
	for _, k := range codes {
		n *= k
	}
	rows := make([][]uint16, len(codes))
	for j, stride := 0, 1; j < len(codes); j++ {
		rows[j] = make([]uint16, n)
		for i := range n {
			rows[j][i] = uint16(i / stride % codes[j])
		}
		stride *= codes[j]
	}
	return rows
}

func fitted(t *testing.T, ctx context.Context, d *coded.Data, o Family) *vector {
	t.Helper()
	v, again, err := fitVector(ctx, d, o)
	if err != nil {
		t.Fatal(err)
	}
	if err := again(ctx); err != nil {
		t.Fatal(err)
	}
	return v
}

// TestParity asks for what no tree of pairs can say: of five fields only three
// are free, which is 3·log 2 nats a row. Many rows are more than are kept at a time.
func TestParity(t *testing.T) {
	for _, c := range []struct {
		rows, orders int
		within       float64
	}{{2000, 0, .02}, {kept + 1000, 1, .001}} {
		v, new := fitted(t, context.Background(), parity(c.rows, 1), Family{Orders: c.orders}), parity(1000, 2)
		logs := make([]float64, new.N)
		v.LogProb(logs, new.Codes)
		if nats, want := mean(new, [][]float64{logs}), -3*math.Ln2; nats < want-c.within {
			t.Errorf("%d rows: %.4f nats a row, of %.4f", c.rows, nats, want)
		}
	}
}

// TestWork: a large table has fewer passes and fewer orders.
func TestWork(t *testing.T) {
	for _, c := range []struct{ rows, fields, passes, orders int }{
		{0, 3, 6, 8}, {1600, 180, 6, 8}, {2803, 839, 6, 4}, {8700, 500, 6, 2}, {15000, 100, 6, 6}, {33375, 190, 3, 2}, {1_000_000, 100, 2, 2},
	} {
		d := &coded.Data{N: c.rows}
		for range c.fields {
			d.Rows = append(d.Rows, []float64{float64(c.rows), 0})
		}
		if passes, orders := passesOver(c.rows), orders(d); passes != c.passes || orders != c.orders {
			t.Errorf("%d rows of %d bits: %d passes and %d orders, want %d and %d", c.rows, c.fields, passes, orders, c.passes, c.orders)
		}
	}
}

// slowly is the log-probability of a row by the definitions, one number at a
// time: what LogProb computes chunk by chunk.
func (v *vector) slowly(row []uint16) float64 {
	total := math.Inf(-1)
	for _, c := range v.chains {
		log := 0.0
		features := make([]uint16, len(row)+summaries)
		at := slices.Clone(c.classes.prior)
		unusualSoFar := 0
		for _, j := range c.order {
			features[len(row)+likelyClass], features[len(row)+tally] = likely(at), tallyCode(unusualSoFar)
			for _, p := range c.predictors[j] {
				if row[j] < p.lo || row[j] >= p.hi {
					continue
				}
				var x []float64
				for _, ctx := range p.contexts {
					cell, stride := 0, 1
					for _, f := range ctx.features {
						cell += stride * int(features[f])
						if f < len(row) {
							stride *= v.fields[f].groups
						} else {
							stride *= []int{c.classes.n, len(tallySteps) + 1}[f-len(row)]
						}
					}
					x = append(x, float64(p.logits[ctx.first+cell]))
				}
				x = append(x, float64(c.classes.logit(at, j, p.question)), constant)
				for _, f := range p.inputs {
					if features[f] == v.fields[f].usualGroup() {
						x = append(x, common)
					} else {
						x = append(x, unusual)
					}
				}
				gate, stride := 0, 1
				for _, f := range p.gate {
					gate += stride * int(features[f])
					stride *= v.fields[f].groups
				}
				class := int(likely(at))
				if p.classless {
					class = 0
				}
				logit := 0.0
				for u, set := range []int{0, gate, class} {
					z := 0.0
					for k := range x {
						z += x[k] * float64(p.sets[u][set*p.mixer.inputs+k])
					}
					logit += min(max(z, -limit), limit) * float64(p.last[0][u])
				}
				logit = min(max(logit, -limit), limit)
				if row[j] < p.cut {
					logit = -logit
				}
				log -= math.Log1p(math.Exp(-logit))
			}
			c.classes.observe(at, j, row[j])
			if row[j] != v.fields[j].usual {
				unusualSoFar++
			}
			features[j] = v.fields[j].group[row[j]]
		}
		total = math.Max(total, log) + math.Log1p(math.Exp(-math.Abs(total-log)))
	}
	return total - math.Log(float64(len(v.chains)))
}

// many returns rows of d fields, the last of 30 codes, that lean on one another.
func many(n, d int, seed uint64) *coded.Data {
	data := &coded.Data{N: n, Codes: make([][]uint16, d)}
	r := rand.New(rng.New(seed).Stream(0))
	for j := range d {
		codes := 2 + j%3
		if j == d-1 {
			codes = 30
		}
		data.Rows = append(data.Rows, make([]float64, codes))
	}
	for range n {
		factor := r.NormFloat64()
		for j, rows := range data.Rows {
			k := len(rows)
			code := uint16(min(max(0, (factor+r.NormFloat64()+2)/4*float64(k)), float64(k-1)))
			data.Codes[j] = append(data.Codes[j], code)
			rows[code]++
		}
	}
	return data
}

func TestLogProbAgainstDefinition(t *testing.T) {
	d := many(3*chunk+17, 12, 3)
	v := fitted(t, context.Background(), d, Family{Orders: 2})
	got := make([]float64, d.N)
	v.LogProb(got, d.Codes)
	for i, l := range got {
		row := make([]uint16, len(d.Codes))
		for j := range row {
			row[j] = d.Codes[j][i]
		}
		if want := v.slowly(row); math.Abs(l-want) > 1e-4*math.Abs(want) {
			t.Fatalf("row %d: log p is %v, by the definition %v", i, l, want)
		}
	}
}

// TestValidationIsLearnedLast fits rows of which the last are others: where they are
// there to choose by, that leaves no trace until all is chosen.
func TestValidationIsLearnedLast(t *testing.T) {
	const last = 200
	d, other := many(800, 6, 4), many(800, 6, 4)
	for j, codes := range other.Codes {
		for i := d.N - last; i < d.N; i++ {
			codes[i] = 0
			other.Rows[j][d.Codes[j][i]]--
			other.Rows[j][0]++
		}
	}
	var blobs [2][2][]byte // [before, after][d, other]
	for i, d := range []*coded.Data{d, other} {
		v, again, err := fitVector(t.Context(), d, Family{Orders: 1, Validation: last})
		if err != nil {
			t.Fatal(err)
		}
		if blobs[0][i], err = v.AppendBinary(nil); err != nil {
			t.Fatal(err)
		}
		if err := again(t.Context()); err != nil {
			t.Fatal(err)
		}
		if blobs[1][i], err = v.AppendBinary(nil); err != nil {
			t.Fatal(err)
		}
	}
	if !slices.Equal(blobs[0][0], blobs[0][1]) {
		t.Error("validation rows change what is learned before all is chosen")
	}
	if slices.Equal(blobs[1][0], blobs[1][1]) || slices.Equal(blobs[1][0], blobs[0][0]) {
		t.Error("validation rows are not learned from in the end")
	}
}

// TestBudget fits with the time already over: one order, of one pass.
func TestBudget(t *testing.T) {
	ctx := pace.WithUntil(context.Background(), time.Now())
	v := fitted(t, ctx, many(800, 6, 4), Family{})
	if len(v.chains) != 1 {
		t.Errorf("%d orders", len(v.chains))
	}
	free := fitted(t, context.Background(), many(800, 6, 4), Family{})
	if len(free.chains) < 2 {
		t.Errorf("%d orders in any time", len(free.chains))
	}
}

// TestSampleWithin compares the mean weight of draws within some codes with the
// sum of p over them: each is off by more than six standard errors once in 10⁹.
func TestSampleWithin(t *testing.T) {
	v := fitted(t, context.Background(), parity(500, 6), Family{Orders: 3})
	codes := every(2, 2, 2, 2, 3)
	l := make([]float64, len(codes[0]))
	v.LogProb(l, codes)
	share := [][]float64{nil, nil, {1, .25}, {0, 1}, {1, 0, .5}}
	want := 0.0
	for i := range l {
		p := math.Exp(l[i])
		for j, s := range share {
			if s != nil {
				p *= s[codes[j][i]]
			}
		}
		want += p
	}
	const n = 1 << 14
	drawn := make([][]uint16, len(codes))
	for j := range drawn {
		drawn[j] = make([]uint16, n)
	}
	logw := make([]float64, n)
	v.SampleWithin(drawn, logw, share, 9, rng.New(7))
	var sum, squares float64
	for i, l := range logw {
		w := math.Exp(l)
		sum += w
		squares += w * w
		for j, s := range share {
			if s != nil && s[drawn[j][i]] == 0 {
				t.Fatalf("row %d has code %d of field %d", i, drawn[j][i], j)
			}
		}
	}
	mean := sum / n
	if off := math.Sqrt((squares/n - mean*mean) / n); math.Abs(mean-want) > 6*off {
		t.Errorf("the mean weight is %.5f (standard error %.5f), the evidence has probability %.5f", mean, off, want)
	}
}

func TestQuestions(t *testing.T) {
	for n := range 40 {
		rows := make([]float64, n)
		for c := range rows {
			rows[c] = float64(c * c % 7)
		}
		q := questionsOf(rows)
		if rest, ok := tree(q, 0, uint16(n)); !ok || len(rest) > 0 || len(q) != max(0, n-1) {
			t.Fatalf("%d codes: %v", n, q)
		}
		if n < 3 {
			continue
		}
		slices.Reverse(q)
		if _, ok := tree(q, 0, uint16(n)); ok {
			t.Fatalf("%d codes: %v is taken for a tree", n, q)
		}
	}
}
