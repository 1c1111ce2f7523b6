package treenet

import (
	"context"
	"fmt"
	"math"
	"sync"

	"github.com/seed-64d012fb/mimic/internal/coded"
	"github.com/seed-64d012fb/mimic/internal/par"
	"github.com/seed-64d012fb/mimic/rng"
)

// within is the strength, in rows, by which a component's distribution of codes
// within a group is smoothed towards that of all rows.
const within = 16

// floor is the strength by which a component is smoothed towards the marginal,
// beyond its smoothing towards the pairs of all rows, which may never have met.
const floor = 0.2

// component returns the tree of greatest likelihood of rows that weigh
// weight(i), when strength rows of the mean of all rows are added to them.
func (l *Learner) component(ctx context.Context, weight func(i int) float64, strength float64, own *counts) (*Net, error) {
	if err := l.it.countPairs(ctx, l.data.N, weight, own); err != nil {
		return nil, err
	}
	own.blend(&l.all, strength)
	parent, order := l.structure(own, 0)
	return l.net(parent, order, func(j, p int) []float64 {
		byGroup := l.groupsGiven(own, j, p)
		if len(byGroup) == 0 || l.it.count[j] == l.data.Books[j].Codes() {
			return byGroup
		}
		return l.codesWithin(byGroup, j, p, weight)
	})
}

// groupsGiven returns p(group of j | group of p) from the counts: [groups of p ×
// groups of j], or [groups of j] if p < 0.
func (l *Learner) groupsGiven(c *counts, j, p int) []float64 {
	it := l.it
	g := it.count[j]
	single := make([]float64, g)
	rest := c.total
	for a, x := 0, it.first[j]; a < g; a++ {
		if a != it.usual[j] {
			single[a] = c.single[x]
			rest -= c.single[x]
			x++
		}
	}
	single[it.usual[j]] = max(rest, 0)
	marginal := normalised(single, 0.5*floor)
	if p < 0 {
		return marginal
	}
	table := make([]float64, it.count[p]*g)
	it.joint(table, c, p, j)
	for r := range it.count[p] {
		row := table[r*g : (r+1)*g]
		for a := range row {
			row[a] += floor * marginal[a]
		}
		normalised(row, 0)
	}
	return table
}

// codesWithin spreads the probability of groups over their codes.
func (l *Learner) codesWithin(byGroup []float64, j, p int, weight func(i int) float64) []float64 {
	var (
		states = l.data.Books[j].Codes()
		groups = l.it.count[j]
		group  = l.it.groups[j]
		n      = l.rowsOf(j, p, weight)
		base   = make([]float64, states) // p(code | group) over all rows
		sum    = make([]float64, groups)
	)
	for c := range base {
		base[c] = l.data.Rows[j][c] + 0.5
		sum[group[c]] += base[c]
	}
	for c := range base {
		base[c] /= sum[group[c]]
	}
	for r := range len(n) / states {
		row := n[r*states : (r+1)*states]
		clear(sum)
		for c, x := range row {
			sum[group[c]] += x
		}
		for c, x := range row {
			g := int(group[c])
			row[c] = byGroup[r*groups+g] * (x + within*base[c]) / (sum[g] + within)
		}
	}
	return n
}

// EM fits a mixture of trees to the learner's rows by expectation and
// maximisation, and stops when the likelihood of the validation rows no longer
// rises; it returns the mixture that was best there, and its mean
// log-probability per validation row.
//
// A step relearns each component, tree and all, from the rows weighted by the
// posterior of the component. Components start at random rows: a row belongs
// to that from which it differs in the fewest fields.
//
// Reference: Meilă & Jordan (2000), Learning with mixtures of trees, section 3.
func (l *Learner) EM(ctx context.Context, valid *coded.Data, components int, strength float64, k rng.Key) (*Mixture, float64, error) {
	const (
		hard     = 0.8 // of a row at the start belongs to its nearest component
		patience = 3   // steps without a gain
		most     = 200
	)
	n := l.data.N
	components = min(components, n)
	post := make([][]float64, components)
	for c := range post {
		post[c] = make([]float64, n)
	}
	for i, c := range l.nearest(components, k) {
		for m := range post {
			post[m][i] = (1 - hard) / float64(components)
		}
		post[c][i] += hard
	}
	var (
		pool  = sync.Pool{New: func() any { return new(counts) }}
		logP  = make([]float64, n)
		best  *Mixture
		top   = math.Inf(-1)
		wait  = 0
		total = l.data.Total()
	)
	for range most {
		nets, weight := make([]*Net, components), make([]float64, components)
		err := par.Do(ctx, components, func(c int) (err error) {
			own := pool.Get().(*counts)
			defer pool.Put(own)
			nets[c], err = l.component(ctx, func(i int) float64 {
				return post[c][i] * l.data.WeightOf(i)
			}, strength, own)
			weight[c] = (own.total - strength + 1) / (total + float64(components))
			return err
		})
		if err != nil {
			return nil, 0, err
		}
		m, err := NewMixture(weight, nets)
		if err != nil {
			return nil, 0, err
		}
		v, err := MeanLogProb(ctx, m, valid)
		if err != nil {
			return nil, 0, err
		}
		if v > top+1e-4 {
			best, top, wait = m, v, 0
		} else if wait++; wait == patience {
			break
		}
		if err := m.posteriors(ctx, post, logP, l.data); err != nil {
			return nil, 0, err
		}
	}
	if best == nil {
		return nil, 0, fmt.Errorf("no mixture of %d trees gives the validation rows a probability", components)
	}
	return best, top, nil
}

// nearest returns for each row which of some random rows differs from it in the
// fewest groups.
func (l *Learner) nearest(components int, k rng.Key) []int {
	var (
		n     = l.data.N
		seeds = make([]int, 0, components)
		taken = make(map[int]bool, components)
		at    = make([]int, n)
		best  = make([]uint32, n)
		diff  = make([]uint32, n)
	)
	for draw := int64(0); len(seeds) < components; draw++ {
		if s := int(k.Float64(draw) * float64(n)); !taken[s] {
			taken[s] = true
			seeds = append(seeds, s)
		}
	}
	for c, s := range seeds {
		clear(diff)
		for j, codes := range l.data.Codes {
			group := l.it.groups[j]
			own := group[codes[s]]
			for i, x := range codes {
				if group[x] != own {
					diff[i]++
				}
			}
		}
		ties := k.Child(uint64(c))
		for i, d := range diff {
			d = d<<4 | uint32(ties.Uint64(int64(i))&15)
			if c == 0 || d < best[i] {
				best[i], at[i] = d, c
			}
		}
	}
	return at
}

// evalRows is the number of rows that a task evaluates.
const evalRows = 2048

// eachPart calls f for stretches of the rows of d, with views of the columns.
func eachPart(ctx context.Context, d *coded.Data, f func(lo, hi int, codes [][]uint16)) error {
	return par.Do(ctx, (d.N+evalRows-1)/evalRows, func(t int) error {
		lo, hi := t*evalRows, min((t+1)*evalRows, d.N)
		view := make([][]uint16, len(d.Codes))
		for j := range view {
			view[j] = d.Codes[j][lo:hi]
		}
		f(lo, hi, view)
		return nil
	})
}

// posteriors sets post [nets][rows] and logP [rows] for the rows of d.
func (m *Mixture) posteriors(ctx context.Context, post [][]float64, logP []float64, d *coded.Data) error {
	return eachPart(ctx, d, func(lo, hi int, codes [][]uint16) {
		part := make([][]float64, len(post))
		for k := range part {
			part[k] = post[k][lo:hi]
		}
		m.Posterior(part, logP[lo:hi], codes)
	})
}

// MeanLogProb returns the mean log-probability of the rows of d.
func MeanLogProb(ctx context.Context, m *Mixture, d *coded.Data) (float64, error) {
	logP := make([]float64, d.N)
	err := eachPart(ctx, d, func(lo, hi int, codes [][]uint16) { m.LogProb(logP[lo:hi], codes) })
	sum := 0.0
	for i, x := range logP {
		sum += d.WeightOf(i) * x
	}
	return sum / d.Total(), err
}
