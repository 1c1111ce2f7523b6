package mixing

import (
	"context"
	"math"

	"github.com/seed-64d012fb/mimic/internal/coded"
	"github.com/seed-64d012fb/mimic/internal/par"
	"github.com/seed-64d012fb/mimic/internal/simd"
	"github.com/seed-64d012fb/mimic/rng"
)

// classes is a mixture of products, Σ_k π_k ∏_j p_k(code of field j), of which
// each prefix of a row says how probable each class is. It is a context of every
// question (the most probable class), an input (the mixture's own prediction)
// and a selector.
type classes struct {
	n     int
	first []int     // [fields], item of code 0
	prior []float32 // [n]
	p     []float32 // [items][n], probability of an item, a code of a field, in each class
}

const (
	classSteps = 25 // of EM
	classRows  = 4  // rows of the marginal distribution that each class is smoothed by
	classStart = .3 // share of a row in the class that starts from it
	stretches  = 8  // of rows, whose sums are added in order
)

// newClasses fits n classes to the rows of d by EM from random rows.
//
// Reference: McLachlan & Peel (2000), Finite mixture models, section 5.12.
func newClasses(ctx context.Context, d *coded.Data, fields []field, n int, k rng.Key) (*classes, error) {
	c := &classes{n: n, prior: make([]float32, n)}
	items := 0
	for _, rows := range d.Rows {
		c.first = append(c.first, items)
		items += len(rows)
	}
	total := d.Total()
	c.p = make([]float32, items*n)
	marginal := make([]float64, items)
	usual := make([]uint16, len(d.Rows))
	for j, rows := range d.Rows {
		for code, r := range rows {
			marginal[c.first[j]+code] = (r + .1) / (total + .1*float64(len(rows)))
		}
		usual[j] = fields[j].usual
	}
	for class := range n {
		c.prior[class] = 1 / float32(n)
		row := int(k.Uint64(int64(class)) % uint64(max(d.N, 1)))
		for j, rows := range d.Rows {
			for code := range rows {
				own := .01 / float64(len(rows))
				if d.N > 0 && code == int(d.Codes[j][row]) {
					own += .99
				}
				i := c.first[j] + code
				c.p[i*n+class] = float32((1-classStart)*marginal[i] + classStart*own)
			}
		}
	}

	sums := make([]*classSums, stretches)
	for s := range sums {
		sums[s] = &classSums{share: make([]float32, n), item: make([]float32, items*n)}
	}
	logs := make([]float32, items*n) // log p of an item over that of the field's usual one
	base := make([]float32, n)
	for range classSteps {
		for class := range n {
			b := math.Log(float64(c.prior[class]))
			for j, rows := range d.Rows {
				ref := math.Log(float64(c.p[(c.first[j]+int(usual[j]))*n+class]))
				b += ref
				for code := range rows {
					i := (c.first[j]+code)*n + class
					logs[i] = float32(math.Log(float64(c.p[i])) - ref)
				}
			}
			base[class] = float32(b)
		}
		err := par.Do(ctx, stretches, func(s int) error {
			sum, at := sums[s], make([]float32, n)
			clear(sum.share)
			clear(sum.item)
			for row := d.N * s / stretches; row < d.N*(s+1)/stretches; row++ {
				copy(at, base)
				for j, codes := range d.Codes {
					if codes[row] != usual[j] {
						simd.Add(at, logs[(c.first[j]+int(codes[row]))*n:][:n])
					}
				}
				posterior(at)
				simd.Scale(float32(d.WeightOf(row)), at)
				simd.Add(sum.share, at)
				for j, codes := range d.Codes {
					if codes[row] != usual[j] {
						simd.Add(sum.item[(c.first[j]+int(codes[row]))*n:][:n], at)
					}
				}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		for _, s := range sums[1:] {
			simd.Add(sums[0].share, s.share)
			simd.Add(sums[0].item, s.item)
		}
		c.maximise(d, sums[0], marginal, usual, total)
	}
	return c, nil
}

// classSums are the expected rows of each class, and of each of its items but
// the usual ones.
type classSums struct {
	share []float32 // [n]
	item  []float32 // [items][n]
}

func (c *classes) maximise(d *coded.Data, sum *classSums, marginal []float64, usual []uint16, total float64) {
	for class := range c.n {
		share := float64(sum.share[class])
		c.prior[class] = float32((share + .1) / (total + .1*float64(c.n)))
		for j, rows := range d.Rows {
			others := 0.0
			for code := range rows {
				others += float64(sum.item[(c.first[j]+code)*c.n+class])
			}
			for code := range rows {
				i := c.first[j] + code
				r := float64(sum.item[i*c.n+class])
				if code == int(usual[j]) {
					r = max(share-others, 0)
				}
				c.p[i*c.n+class] = float32((r + classRows*marginal[i]) / (share + classRows))
			}
		}
	}
}

// posterior turns log-probabilities into the probabilities in proportion to
// them that sum to 1.
func posterior(logs []float32) {
	top := logs[0]
	for _, l := range logs[1:] {
		top = max(top, l)
	}
	for k := range logs {
		logs[k] -= top
	}
	simd.Exp(logs, logs)
	var sum float32
	for _, p := range logs {
		sum += p
	}
	simd.Scale(1/sum, logs)
}

// least is the smallest probability of a class that a prefix leaves: what comes
// later may bring any class back.
const least = 1e-15

// observe updates the probabilities of the classes given a prefix, at [n], by
// the next field's code.
func (c *classes) observe(at []float32, field int, code uint16) {
	simd.Mul(at, c.p[(c.first[field]+int(code))*c.n:][:c.n])
	var sum float32
	for _, p := range at {
		sum += p
	}
	scale := 1 / max(sum, 1e-30)
	for k := range at {
		at[k] = max(float32(at[k]*scale), least)
	}
}

// likely returns the most probable class.
func likely(at []float32) uint16 {
	best := 0
	for k, p := range at {
		if p > at[best] {
			best = k
		}
	}
	return uint16(best)
}

// logit returns the mixture's own answer to a question about a field, given the
// probabilities of the classes.
func (c *classes) logit(at []float32, field int, q question) float32 {
	var no, yes float32
	for code := q.lo; code < q.hi; code++ {
		p := simd.Dot(c.p[(c.first[field]+int(code))*c.n:][:c.n], at)
		if code < q.cut {
			no += p
		} else {
			yes += p
		}
	}
	return min(max(logarithm(max(yes, 1e-30))-logarithm(max(no, 1e-30)), -classLimit), classLimit)
}

const classLimit = 8.5 // of the logit of the mixture's own answer
