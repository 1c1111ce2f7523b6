package rules

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/internal/par"
	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// ErrTries is the error of rows that broke a rule every time that they were
// drawn.
var ErrTries = errors.New("gave up")

// Enforced is a model that draws again rows that break a rule: its samples come
// from p(x given that x breaks no rule). It is safe for concurrent use.
//
// Row i is drawn for the t-th time from the sequence of the t-th child of the
// key: a row that needs no second draw is the model's own, and any row depends
// on the key and its index alone.
type Enforced struct {
	mimic.Model
	sampler mimic.Sampler
	set     *Set
	tries   int

	rows, broken, redrawn atomic.Int64
}

// Tries is how often a row is drawn before Enforced gives up, unless it is told
// otherwise. A model that breaks the rules in half of its rows needs more than
// 50 draws for one row in 10¹⁵.
const Tries = 100

// Enforce returns m with the rules enforced; tries of 0 means Tries. The rules
// must be compiled over the schema of m.
func Enforce(m mimic.Model, set *Set, tries int) (*Enforced, error) {
	s, ok := m.(mimic.Sampler)
	if !ok {
		return nil, fmt.Errorf("samples of %s: %w", m.Kind(), mimic.ErrUnsupported)
	}
	for _, r := range set.rules {
		for _, o := range r.fields {
			if o.kind == space.ID {
				return nil, fmt.Errorf("rule %s reads %q, an ID, which no model draws: it cannot be enforced", r.text, o.name)
			}
		}
	}
	if tries <= 0 {
		tries = Tries
	}
	return &Enforced{Model: m, sampler: s, set: set, tries: tries}, nil
}

// Redraws says what it took to enforce the rules.
type Redraws struct {
	Rows    int64 // rows drawn
	Broken  int64 // of them those whose first draw broke a rule
	Redrawn int64 // draws beyond the first of each row
}

// Redraws returns what it has taken so far.
func (e *Enforced) Redraws() Redraws {
	return Redraws{e.rows.Load(), e.broken.Load(), e.redrawn.Load()}
}

// Sample fills dst with rows that break no rule. It fails with an error that
// wraps ErrTries where a row broke one at every try.
func (e *Enforced) Sample(dst *table.Batch, k rng.Key) error {
	if err := e.sampler.Sample(dst, k); err != nil {
		return err
	}
	e.rows.Add(int64(dst.N))
	bad, err := e.bad(dst)
	if err != nil {
		return err
	}
	e.broken.Add(int64(len(bad)))
	var again *table.Batch
	for try := 1; len(bad) > 0; try++ {
		if try == e.tries {
			return e.giveUp(dst, bad)
		}
		e.redrawn.Add(int64(len(bad)))
		lo, hi := int(bad[0]), int(bad[len(bad)-1])+1
		if again == nil {
			again = table.NewBatch(dst.Schema, 0, dst.N)
		}
		part := again.Slice(lo, hi)
		part.First = dst.First + int64(lo)
		if err := e.sampler.Sample(part, k.Child(triesFrom+uint64(try))); err != nil {
			return err
		}
		for _, i := range bad {
			copyRow(dst, int(i), part, int(i)-lo)
		}
		still, err := e.bad(part)
		if err != nil {
			return err
		}
		kept := bad[:0]
		for _, i := range bad {
			if _, broken := slices.BinarySearch(still, i-int32(lo)); broken {
				kept = append(kept, i)
			}
		}
		bad = kept
	}
	return nil
}

// triesFrom numbers the keys of second and later draws, away from the children
// that models give their fields.
const triesFrom = 1 << 62

// bad returns the rows that break a rule, in rising order.
func (e *Enforced) bad(b *table.Batch) ([]int32, error) {
	// Blocks of rows are drawn side by side already: one worker for each.
	broken, err := e.set.Check(par.WithWorkers(context.Background(), 1), b)
	if err != nil {
		return nil, err
	}
	var all []int32
	for _, rows := range broken {
		all = append(all, rows...)
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}

func (e *Enforced) giveUp(dst *table.Batch, bad []int32) error {
	row := dst.Slice(int(bad[0]), int(bad[0])+1)
	broken, err := e.set.Check(par.WithWorkers(context.Background(), 1), row)
	if err != nil {
		return err
	}
	for k, rows := range broken {
		if len(rows) > 0 {
			return fmt.Errorf("row %d broke a rule in each of %d draws, at last %s: %w; of %d rows so far %.3g %% broke a rule at first",
				row.First, e.tries, e.set.Text(k), ErrTries, e.rows.Load(), 100*float64(e.broken.Load())/float64(e.rows.Load()))
		}
	}
	return fmt.Errorf("row %d: %w", row.First, ErrTries)
}

func copyRow(dst *table.Batch, i int, src *table.Batch, at int) {
	for j := range dst.Cols {
		switch d, s := &dst.Cols[j], &src.Cols[j]; {
		case d.Num != nil:
			d.Num[i] = s.Num[at]
		case d.Code != nil:
			d.Code[i] = s.Code[at]
		}
	}
}
