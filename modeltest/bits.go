package modeltest

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"sync"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/table"
)

// savedAndLoaded asks of a model that was written and read for the same bits:
// of its blob, of its densities and of its samples.
func savedAndLoaded(s Subject) error {
	for _, a := range s.arenas(kinds, wide, oneReal, twoReals) {
		t := a.rows(trainingRows, 18)
		m, err := s.fitted(t, 1)
		if err != nil {
			return err
		}
		models := []mimic.Model{m}
		if c, ok := m.(mimic.Conditioner); ok {
			for _, e := range evidences(a.schema)[:3] {
				given, err := c.Condition(e)
				if err == nil {
					models = append(models, given)
				}
			}
		}
		for _, m := range models {
			again, err := s.reloaded(m)
			if err != nil {
				return fmt.Errorf("%s: %w", a.name, err)
			}
			if again.Kind() != m.Kind() {
				return fmt.Errorf("a %s was loaded as a %s", m.Kind(), again.Kind())
			}
			if err := sameBits(m, again, t); err != nil {
				return fmt.Errorf("%s: saved and loaded: %w", a.name, err)
			}
		}
	}
	return nil
}

// reloaded writes a model, reads it, and checks that it is written alike again.
func (s Subject) reloaded(m mimic.Model) (mimic.Model, error) {
	prefix := []byte("kept")
	blob, err := m.AppendBinary(prefix)
	if err != nil {
		return nil, err
	}
	if !bytes.HasPrefix(blob, prefix) {
		return nil, errors.New("AppendBinary does not append")
	}
	blob = blob[len(prefix):]
	again, err := s.Decode(m.Schema(), blob)
	if err != nil {
		return nil, fmt.Errorf("its own blob: %w", err)
	}
	twice, err := again.AppendBinary(nil)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(blob, twice) {
		return nil, errors.New("loaded and saved again, the blob differs")
	}
	return again, nil
}

// sameBits reports a difference in the densities of t or in samples.
func sameBits(a, b mimic.Model, t *table.Table) error {
	la, err := logProb(a, t)
	if err != nil {
		return err
	}
	lb, err := logProb(b, t)
	if err != nil {
		return err
	}
	for i := range la {
		if math.Float64bits(la[i]) != math.Float64bits(lb[i]) {
			return fmt.Errorf("log p(%s) is %v and %v", show(t, i), la[i], lb[i])
		}
	}
	const n = 1000
	ra, err := samples(a, rng.New(19), 0, n)
	if err != nil {
		return err
	}
	rb, err := samples(b, rng.New(19), 0, n)
	if err != nil {
		return err
	}
	return sameRows(ra, 0, rb)
}

// sameRows reports the first row of part that differs from those of whole that
// start at row from.
func sameRows(whole *table.Table, from int, part *table.Table) error {
	for j := range whole.Schema().Fields {
		a, b := whole.All().Cols[j], part.All().Cols[j]
		for i := range int(part.Rows()) {
			differ := false
			switch {
			case a.Code != nil:
				differ = a.Code[from+i] != b.Code[i]
			case a.Num != nil:
				x, y := a.Num[from+i], b.Num[i]
				differ = x != y && (x == x || y == y)
			}
			if differ {
				return fmt.Errorf("row %d is (%s) and (%s)", from+i, show(whole, from+i), show(part, i))
			}
		}
	}
	return nil
}

// workersLeaveNoTrace fits rows of three blocks on 1, 3 and 8 workers, and rows of two
// blocks on 1 and 8, and asks for one blob.
func workersLeaveNoTrace(s Subject) error {
	for i, a := range s.arenas(kinds, twoReals) {
		t, counts := a.rows(2*table.BlockRows+1000, 20), []int{1, 3, 8}
		if i > 0 {
			t, counts = a.rows(table.BlockRows+500, 20), []int{1, 8}
		}
		var want []byte
		for _, workers := range counts {
			m, err := s.fitted(t, workers)
			if err != nil {
				return err
			}
			blob, err := m.AppendBinary(nil)
			if err != nil {
				return err
			}
			if want == nil {
				want = blob
			} else if !bytes.Equal(want, blob) {
				return fmt.Errorf("%s: %d workers give another blob than one", a.name, workers)
			}
		}
	}
	return nil
}

// batchesLeaveNoTrace samples and scores rows in one batch and in uneven ones,
// far into the sequence as well.
func batchesLeaveNoTrace(s Subject) error {
	for _, a := range s.arenas(kinds, wide, twoReals) {
		m, err := s.fitted(a.rows(trainingRows, 21), 1)
		if err != nil {
			return err
		}
		for _, first := range []int64{0, 1<<33 + 7} {
			const n = 3000
			whole, err := samples(m, rng.New(22), first, n)
			if err != nil {
				return err
			}
			l, err := logProb(m, whole)
			if err != nil {
				return err
			}
			cuts := []int{0, 1, 2, 515, 1029, 1030, 2999, n}
			for i := 1; i < len(cuts); i++ {
				lo, hi := cuts[i-1], cuts[i]
				part, err := samples(m, rng.New(22), first+int64(lo), hi-lo)
				if err != nil {
					return err
				}
				if err := sameRows(whole, lo, part); err != nil {
					return fmt.Errorf("%s: sampled from row %d on in one batch and in several: %w", a.name, first, err)
				}
				lp, err := logProb(m, part)
				if err != nil {
					return err
				}
				for k, v := range lp {
					if math.Float64bits(v) != math.Float64bits(l[lo+k]) {
						return fmt.Errorf("%s: log p(%s) is %v in a batch of %d rows and %v in one of %d", a.name, show(part, k), v, hi-lo, l[lo+k], n)
					}
				}
			}
			other, err := samples(m, rng.New(23), first, n)
			if err != nil {
				return err
			}
			if sameRows(whole, 0, other) == nil {
				return fmt.Errorf("%s: two keys give the same rows", a.name)
			}
		}
	}
	return nil
}

// concurrentUse scores, samples and writes one model from several goroutines,
// which the race detector watches, and compares what each got.
func concurrentUse(s Subject) error {
	t := s.arenas(kinds)[0].rows(trainingRows, 24)
	m, err := s.fitted(t, 2)
	if err != nil {
		return err
	}
	blob, err := m.AppendBinary(nil)
	if err != nil {
		return err
	}
	var wg sync.WaitGroup
	errs := make([]error, 4)
	for w := range errs {
		wg.Go(func() {
			again, err := m.AppendBinary(nil)
			if err == nil && !bytes.Equal(blob, again) {
				err = errors.New("written at the same time, the blob differs")
			}
			errs[w] = errors.Join(err, sameBits(m, m, t))
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}
