package normal

import (
	"math"

	"github.com/seed-64d012fb/mimic/dist"
)

// Law is N(μ, Σ) of some numbers along a chain, each within what is known of it
// given the numbers before it.
type Law struct {
	Grids    []dist.Grid // [d]
	Mean     []float64   // μ [d]
	Known    []Known     // [d]
	Evidence []float64   // [d] log-probability of what is known of a number; nil for 0
}

// Scratch is what the rows of a group are worked on with.
type Scratch struct {
	Z    [][]float64 // [d][rows] z along the chain
	Mean []float64   // [rows]
}

// LogDensity adds to dst log p of the numbers x [d][rows] of some rows, which have
// just those of the chain. Divided by exp(Evidence), that is their density, or on
// grids their mass; a value that is known has the mass of its cell spread over it.
func (l *Law) LogDensity(dst []float64, c *Chain, x [][]float64, rows []int, scratch *Scratch) {
	for i := range c.Order {
		l.add(dst, c, i, x, rows, scratch)
	}
}

// LogDensities adds to dst [d][rows] what each number adds to LogDensity: that of the
// number given those before it in the chain.
func (l *Law) LogDensities(dst [][]float64, c *Chain, x [][]float64, rows []int, scratch *Scratch) {
	for i, k := range c.Order {
		l.add(dst[k], c, i, x, rows, scratch)
	}
}

// add adds to dst the log-density of the i-th number of the chain, given those before
// it, which have been worked on.
func (l *Law) add(dst []float64, c *Chain, i int, x [][]float64, rows []int, scratch *Scratch) {
	n, k := len(rows), c.Order[i]
	mean, z := scratch.Mean[:n], scratch.Z[i][:n]
	c.Means(mean, i, l.Mean[k], scratch.Z)
	_, s := c.Coefficients(i)
	for r, row := range rows {
		z[r] = (x[k][row] - mean[r]) / s
	}
	evidence := 0.0
	if l.Evidence != nil {
		evidence = l.Evidence[k]
	}
	g := l.Grids[k]
	_, sure := l.Known[k].Value()
	switch {
	case sure && g.Real():
		for _, row := range rows {
			dst[row] -= math.Log(g.Cell())
		}
	case sure:
	case g.Real():
		about := -math.Log(s) - evidence
		for r, row := range rows {
			dst[row] += dist.NormalLogDensity(z[r]) + about
		}
	default:
		half := 0.5 / s
		for r, row := range rows {
			dst[row] += dist.NormalLogMass(z[r]-half, z[r]+half) - evidence
		}
	}
}

// Draw replaces uniform draws x [d][rows] of some rows, which have just the numbers
// of the chain, by positions. Where mass [rows] is not nil, the log-probability of
// the ranges that are known is added to it: each given the numbers drawn before.
func (l *Law) Draw(x [][]float64, c *Chain, rows []int, scratch *Scratch, mass []float64) {
	n := len(rows)
	for i, k := range c.Order {
		mean, z := scratch.Mean[:n], scratch.Z[i][:n]
		c.Means(mean, i, l.Mean[k], scratch.Z)
		_, s := c.Coefficients(i)
		g, known := l.Grids[k], &l.Known[k]
		for r, row := range rows {
			var p float64
			if known.Any() {
				var in float64
				if p, in = known.Draw(x[k][row], g, mean[r], s); mass != nil {
					mass[row] += in
				}
			} else if p = mean[r] + s*dist.NormalQuantile(x[k][row]); !g.Real() {
				p = math.Round(p)
			}
			x[k][row] = p
			z[r] = (p - mean[r]) / s
		}
	}
}

// Propose is Draw along the chain of q, and adds to logw [rows] log p(x)/q(x) of the
// rows drawn, p along a chain of its own. drawn [rows] is scratch memory.
//
// Reference: Geweke (1991), Efficient simulation from the multivariate normal and
// Student-t distributions subject to linear constraints; Hajivassiliou & McFadden
// (1998), The method of simulated scores.
func (l *Law) Propose(logw []float64, p *Law, x [][]float64, chain, chainOfP *Chain, rows []int, scratch *Scratch, drawn []float64) {
	q := *l
	q.Evidence = nil // that of each row is its own
	for _, i := range rows {
		drawn[i] = 0
	}
	q.Draw(x, chain, rows, scratch, logw)
	q.LogDensity(drawn, chain, x, rows, scratch)
	p.LogDensity(logw, chainOfP, x, rows, scratch)
	for _, i := range rows {
		logw[i] -= drawn[i]
	}
}

// LogPresence returns the logarithm of the ratio of the probabilities that just those
// numbers of a row of x [d][rows] are missing that are, where p and q [d] are the
// probabilities of each to be.
func LogPresence(p, q []float64, x [][]float64, row int) (log float64) {
	for k := range x {
		before, now := p[k], q[k]
		if v := x[k][row]; v == v {
			before, now = 1-before, 1-now
		}
		log += math.Log(before / now)
	}
	return log
}

// LogEvidence returns the log-probability [d] of what is known of each number, given
// the values that are known of those before it in the chain, and given that ranges
// before it took their median: exact of one range at most.
func (l *Law) LogEvidence(c *Chain) []float64 {
	log := make([]float64, len(l.Known))
	z := make([]float64, len(c.Order))
	for i, k := range c.Order {
		known := &l.Known[k]
		if !known.Any() {
			continue
		}
		before, s := c.Coefficients(i)
		mean := l.Mean[k]
		for j, v := range before {
			mean += v * z[j]
		}
		log[k] = known.LogMass(l.Grids[k], mean, s)
		p, _ := known.Draw(0.5, l.Grids[k], mean, s)
		z[i] = (p - mean) / s
	}
	return log
}
