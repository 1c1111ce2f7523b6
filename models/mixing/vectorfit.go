package mixing

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/seed-64d012fb/mimic/internal/coded"
	"github.com/seed-64d012fb/mimic/internal/pace"
	"github.com/seed-64d012fb/mimic/internal/par"
	"github.com/seed-64d012fb/mimic/rng"
)

// How many orders there are; docs/decisions/0106 and 0125 have the trials.
const (
	mostOrders  = 8
	fewOrders   = 2
	mostWork    = 170e6 // passes over an answer, of all orders
	counting    = 12    // passes that it costs to count the rows
	heldOut     = .1    // of the rows
	orderGain   = 1e-4  // share of its nats that an order has to gain
	mostClasses = 20
	classShare  = 32 // rows of a class at least
)

// fitVector learns orders of the fields, their own and random ones, as many as o
// asks for, or as long as their mean gives held-out rows more probability. again has
// it count these, too.
func fitVector(ctx context.Context, d *coded.Data, o Family) (v *vector, again func(context.Context) error, err error) {
	key := rng.New(o.Seed)
	train, valid := d, (*coded.Data)(nil)
	if o.Orders == 0 || o.Validation > 0 {
		train, valid = d.HoldOut(o.Validation, heldOut, key.Child(0))
	}
	train = train.Select(key.Child(1).Perm(train.N)) // for their order to mean nothing
	v = new(vector)
	for _, rows := range train.Rows {
		v.fields = append(v.fields, newField(rows))
	}
	most := o.Orders
	if most == 0 {
		most = orders(train)
	}
	sight := newSurvey(train, v.fields)
	began, all := time.Now(), []*lessons(nil)
	var (
		best float64
		logs [][]float64 // [orders][rows held out]
	)
	for n := range most {
		if until, ok := pace.Until(ctx); ok && n > 0 {
			if each := time.Since(began) / time.Duration(n); time.Until(until) < each {
				break
			}
		}
		l, err := newLessons(ctx, v, train, sight, n, most, key.Child(uint64(2+n)))
		if err != nil {
			return nil, nil, err
		}
		v.chains, all = append(v.chains, l.chain), append(all, l)
		if o.Orders > 0 {
			continue
		}
		own, err := v.logProbs(ctx, l.chain, valid)
		if err != nil {
			return nil, nil, err
		}
		logs = append(logs, own)
		nats := mean(valid, logs)
		if n > 0 && !(nats-best > -orderGain*best) {
			v.chains, all = v.chains[:n], all[:n]
			break
		}
		best = nats
	}
	return v, func(ctx context.Context) error {
		if valid == nil {
			return nil
		}
		for _, l := range all {
			if err := l.count(ctx, valid); err != nil {
				return err
			}
		}
		return nil
	}, nil
}

// orders returns how many orders there is work for: two of a large table, more of
// a small one.
func orders(d *coded.Data) int {
	each := 0.0
	for _, rows := range d.Rows {
		for _, q := range questionsOf(rows) {
			for _, r := range rows[q.lo:q.hi] {
				each += r
			}
		}
	}
	each *= float64(counting + passesOver(d.N))
	return int(min(max(mostWork/max(each, 1), fewOrders), mostOrders))
}

// mean returns the mean log-probability of rows, given logs [orders][rows].
func mean(d *coded.Data, logs [][]float64) float64 {
	sum := 0.0
	for i := range d.N {
		sum += d.WeightOf(i) * meanOf(logs, i)
	}
	return sum / max(d.Total(), 1)
}

// logProbs returns the log-probabilities of rows under one chain.
func (v *vector) logProbs(ctx context.Context, c *chain, d *coded.Data) ([]float64, error) {
	dst := make([]float64, d.N)
	return dst, par.Do(ctx, (d.N+chunk-1)/chunk, func(i int) error {
		s := scratches.Get().(*scratch)
		defer scratches.Put(s)
		lo, hi := i*chunk, min((i+1)*chunk, d.N)
		v.score(c, s, slice(d.Codes, lo, hi), hi-lo)
		copy(dst[lo:hi], s.log[:])
		return nil
	})
}

// slice returns rows [lo, hi) of columns.
func slice(codes [][]uint16, lo, hi int) [][]uint16 {
	view := make([][]uint16, len(codes))
	for j := range codes {
		view[j] = codes[j][lo:hi]
	}
	return view
}

// lessons are the learning of one chain. Each question is learned by itself, so
// that they share out among the workers.
type lessons struct {
	v     *vector
	chain *chain
	tasks []task
}

// task is the learning of one question: of the field at a place in the order,
// asked after so many others about the same rows.
type task struct {
	place, depth int
	p            *predictor
	rows         float64      // that ask it
	counts       [][2]float32 // [cells] rows with each answer
}

// newLessons learns the chain rule in one order.
func newLessons(ctx context.Context, v *vector, d *coded.Data, sight *survey, n, of int, k rng.Key) (*lessons, error) {
	order := make([]int, len(v.fields))
	for j := range order {
		order[j] = j
	}
	if n > 0 {
		rand.New(k.Child(0).Stream(0)).Shuffle(len(order), func(a, b int) { order[a], order[b] = order[b], order[a] })
	}
	classes, err := newClasses(ctx, d, v.fields, max(1, min(mostClasses, d.N/classShare)), k.Child(1))
	if err != nil {
		return nil, err
	}
	l := &lessons{v: v, chain: &chain{order: order, classes: classes, predictors: make([][]*predictor, len(order))}}
	work := &clock{stage: fmt.Sprintf("order %d of at most %d", n+1, of)}
	for place, j := range order {
		questions := questionsOf(d.Rows[j])
		depth := make([]int, len(d.Rows[j]))
		for _, q := range questions {
			t := task{place: place, depth: depth[q.lo], p: &predictor{question: q}}
			for c := q.lo; c < q.hi; c++ {
				depth[c]++
				t.rows += d.Rows[j][c]
			}
			l.chain.predictors[j] = append(l.chain.predictors[j], t.p)
			l.tasks = append(l.tasks, t)
			work.total += t.rows
		}
	}
	pre, err := newPrefixes(ctx, l, d)
	if err != nil {
		return nil, err
	}
	work.began = time.Now()
	return l, par.Do(ctx, len(l.tasks), func(i int) error {
		at := len(l.tasks) - 1 - i // those with most before them first
		t := &l.tasks[at]
		own := k.Child(2).Child(uint64(at))
		t.design(sight, l, rand.New(own.Child(0).Stream(0)))
		e := newExamples(l, t, d, pre)
		t.learn(ctx, e, work.passes(ctx, passesOver(d.N)), own.Child(1))
		t.freeze()
		work.advance(ctx, t.rows)
		return ctx.Err()
	})
}

// count counts rows that the units have not learned from, and freezes the counts
// again.
func (l *lessons) count(ctx context.Context, d *coded.Data) error {
	pre, err := newPrefixes(ctx, l, d)
	if err != nil {
		return err
	}
	return par.Do(ctx, len(l.tasks), func(i int) error {
		t := &l.tasks[i]
		t.count(newExamples(l, t, d, pre))
		t.freeze()
		return nil
	})
}

// prefixes hold what a chain sums up of the prefixes of all rows: two bytes a
// place and row, and two more for each question that is asked.
type prefixes struct {
	class, tally [][]uint8 // [places][rows]
	first        [][]int32 // [places][rows], of the row's entries of own; nil if there is one for each
	own          [][]int16 // [places], the mixture's logits in units of 1/fine
}

// newPrefixes walks all rows along the chain.
func newPrefixes(ctx context.Context, l *lessons, d *coded.Data) (*prefixes, error) {
	places := len(l.chain.order)
	pre := &prefixes{make([][]uint8, places), make([][]uint8, places), make([][]int32, places), make([][]int16, places)}
	for place, j := range l.chain.order {
		pre.class[place], pre.tally[place] = make([]uint8, d.N), make([]uint8, d.N)
		entries := d.N
		if codes := len(l.v.fields[j].group); codes != 2 {
			depth := paths(questionsIn(l.chain.predictors[j]), codes)
			first := make([]int32, d.N)
			entries = 0
			for i, c := range d.Codes[j] {
				first[i] = int32(entries)
				entries += depth[c]
			}
			pre.first[place] = first
		}
		pre.own[place] = make([]int16, entries)
	}
	return pre, par.Do(ctx, (d.N+chunk-1)/chunk, func(i int) error {
		s := scratches.Get().(*scratch)
		defer scratches.Put(s)
		lo := i * chunk
		rows := min(chunk, d.N-lo)
		view := slice(d.Codes, lo, lo+rows)
		c := l.chain
		s.start(l.v, c, rows)
		var depth [chunk]int
		for place, j := range c.order {
			s.summarise(c)
			clear(depth[:])
			for r := range rows {
				pre.class[place][lo+r] = uint8(s.features[len(view)+likelyClass][r])
				pre.tally[place][lo+r] = uint8(s.features[len(view)+tally][r])
			}
			for _, p := range c.predictors[j] {
				for r, code := range view[j] {
					if p.asks(code) {
						logit := c.classes.logit(s.at[r*c.classes.n:(r+1)*c.classes.n], j, p.question)
						pre.own[place][pre.at(place, lo+r)+depth[r]] = quantise(logit, fine)
						depth[r]++
					}
				}
			}
			s.observe(l.v, c, j, view[j])
		}
		return nil
	})
}

// at returns the first of a row's entries of own.
func (p *prefixes) at(place, row int) int {
	if p.first[place] == nil {
		return row
	}
	return int(p.first[place][row])
}

func questionsIn(ps []*predictor) []question {
	q := make([]question, len(ps))
	for i, p := range ps {
		q[i] = p.question
	}
	return q
}
