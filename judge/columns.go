package judge

import (
	"context"
	"math"

	"github.com/seed-64d012fb/mimic/internal/par"
	"github.com/seed-64d012fb/mimic/rng"
)

// candidate is rows that are judged: the samples, or a yardstick in their place.
type candidate struct {
	*frame
	origin  []int     // [n rows], which rows of the whole these are
	weights [][]uint8 // [replicates][n rows], see bootstrap
}

// The places of the candidates.
const (
	samples = iota
	held
	copied
	independent
	candidates
)

// compare makes the comparison of one figure of all candidates.
func compare(of func(c int) Estimate) Compared {
	return Compared{Samples: of(samples), Held: of(held), Copy: of(copied), Independent: of(independent)}
}

// scores is one figure of a candidate that is a mean over columns or pairs.
type scores struct {
	value     []float64   // [columns or pairs]
	replicate [][]float64 // [replicates][those of them that are resampled]
}

func newScores(n, resampled int) scores {
	s := scores{make([]float64, n), make([][]float64, replicates)}
	for r := range s.replicate {
		s.replicate[r] = make([]float64, resampled)
	}
	return s
}

// estimate returns the mean over columns or pairs.
func (s scores) estimate() Estimate {
	means := make([]float64, len(s.replicate))
	for r, x := range s.replicate {
		means[r] = mean(x)
	}
	return withError(mean(s.value), means, 0, 1)
}

// shapes compares the columns of the candidates with those of the training
// rows, one at a time.
type shapes struct {
	sd, fixed [candidates]scores
	// same holds, for each column, the probability that the candidate and the
	// held-out rows are samples of one distribution.
	same [candidates][]float64
}

func columnShapes(ctx context.Context, train *frame, cand [candidates]candidate, edges [][]float64) (*shapes, error) {
	use := train.use
	var s shapes
	for c := range cand {
		s.sd[c], s.fixed[c] = newScores(len(use), len(use)), newScores(len(use), len(use))
		s.same[c] = make([]float64, len(use))
	}
	err := par.Do(ctx, len(use), func(a int) error {
		j := use[a]
		real := train.bin(j, edges[j]).counts(nil)
		unseen := cand[held].bin(j, edges[j]).counts(nil)
		for c, k := range cand {
			b := k.bin(j, edges[j])
			n := b.counts(nil)
			s.fixed[c].value[a], s.same[c][a] = overlap(real, n), sameCounts(n, unseen)
			for r, w := range k.weights {
				s.fixed[c].replicate[r][a] = overlap(real, b.counts(w))
			}
		}
		if !continuous(&train.schema.Fields[j]) {
			real := train.levelCounts(j, nil)
			for c, k := range cand {
				s.sd[c].value[a] = tvComplement(real, k.levelCounts(j, nil))
				for r, w := range k.weights {
					s.sd[c].replicate[r][a] = tvComplement(real, k.levelCounts(j, w))
				}
			}
			return nil
		}
		sorted, _ := present(train.cols[j].Num)
		for c, k := range cand {
			x, rows := present(k.cols[j].Num)
			s.sd[c].value[a] = ksComplement(sorted, x, rows, nil)
			for r, w := range k.weights {
				s.sd[c].replicate[r][a] = ksComplement(sorted, x, rows, w)
			}
		}
		return nil
	})
	return &s, err
}

// trends compares the columns of the candidates with those of the training
// rows, two at a time.
type trends struct {
	pairs     [][2]int // places in ground.use
	resampled []int    // the pairs behind the standard errors
	sd, fixed [candidates]scores
	// dependence is the normalised mutual information of each pair, over fixed
	// edges; the replicates are of the resampled pairs.
	dependence [candidates]scores
	real       []float64             // of the training rows
	same       [candidates][]float64 // see shapes.same
}

// resampledPairs is how many pairs at most carry the standard errors, of many
// rows as few as resampledWork allows. The mean of fewer pairs varies more, so
// that the errors are too large rather than too small.
const (
	resampledPairs = 150
	resampledWork  = 1e9 // rows × pairs × replicates
)

func pairTrends(ctx context.Context, train *frame, cand [candidates]candidate, edges [][]float64, k rng.Key) (*trends, error) {
	t := &trends{}
	for a := range train.use {
		for b := a + 1; b < len(train.use); b++ {
			t.pairs = append(t.pairs, [2]int{a, b})
		}
	}
	rows := 0
	for _, c := range cand {
		rows += c.n
	}
	t.resampled = subset(len(t.pairs), min(resampledPairs, max(10, resampledWork/(replicates*rows))), k)
	at := make([]int, len(t.pairs)) // place among the resampled, or -1
	for p := range at {
		at[p] = -1
	}
	for i, p := range t.resampled {
		at[p] = i
	}
	t.real = make([]float64, len(t.pairs))
	for c := range cand {
		t.sd[c] = newScores(len(t.pairs), len(t.resampled))
		t.fixed[c] = newScores(len(t.pairs), len(t.resampled))
		t.dependence[c] = newScores(len(t.pairs), len(t.resampled))
		t.same[c] = make([]float64, len(t.pairs))
	}

	realFixed, realSD := train.fixed(edges), train.sdColumns()
	var fixed, sd [candidates][]binned
	for c, k := range cand {
		fixed[c], sd[c] = k.fixed(edges), k.sdColumns()
	}
	scratch := make([]pairScratch, max(1, par.Workers(ctx)))
	err := par.DoWorker(ctx, len(t.pairs), func(worker, p int) error {
		s := &scratch[worker]
		a, b := t.pairs[p][0], t.pairs[p][1]
		ja, jb := train.use[a], train.use[b]
		ca, cb := continuous(&train.schema.Fields[ja]), continuous(&train.schema.Fields[jb])

		s.start(realFixed[a], realFixed[b])
		t.real[p] = normalised(s.real, realFixed[a], realFixed[b], s.table)
		s.put(fixed[held][a], fixed[held][b])
		s.unseen = append(s.unseen[:0], s.made(nil)...)
		for c, k := range cand {
			s.put(fixed[c][a], fixed[c][b])
			n := s.made(nil)
			t.same[c][p] = sameCounts(n, s.grown(s.unseen))
			t.fixed[c].value[p] = overlap(s.real, n)
			t.dependence[c].value[p] = normalised(n, fixed[c][a], fixed[c][b], s.table)
			if at[p] >= 0 {
				for r, w := range k.weights {
					n := s.made(w)
					t.fixed[c].replicate[r][at[p]] = overlap(s.real, n)
					t.dependence[c].replicate[r][at[p]] = normalised(n, fixed[c][a], fixed[c][b], s.table)
				}
			}
		}
		switch {
		case ca && cb:
			x, y := train.cols[ja].Num, train.cols[jb].Num
			real := pearson(x, y, nil)
			if constant(x) || constant(y) {
				real = math.NaN()
			}
			for c, k := range cand {
				x, y := k.cols[ja].Num, k.cols[jb].Num
				one := func(w []uint8) float64 {
					d := real - pearson(x, y, w)
					return 1 - max(d, -d)/2
				}
				t.sd[c].value[p] = one(nil)
				if constant(x) || constant(y) {
					t.sd[c].value[p] = math.NaN()
				}
				if at[p] >= 0 {
					for r, w := range k.weights {
						t.sd[c].replicate[r][at[p]] = one(w)
					}
				}
			}
		case !ca && !cb: // the same tables
			for c := range cand {
				t.sd[c].value[p] = t.fixed[c].value[p]
				if at[p] >= 0 {
					for r := range t.sd[c].replicate {
						t.sd[c].replicate[r][at[p]] = t.fixed[c].replicate[r][at[p]]
					}
				}
			}
		default:
			s.start(realSD[a], realSD[b])
			for c, k := range cand {
				s.put(sd[c][a], sd[c][b])
				t.sd[c].value[p] = overlap(s.real, s.made(nil))
				if at[p] >= 0 {
					// The bins of a resampled column reach from its own least to
					// its own greatest: in a long tail that is most of the error.
					pair := [2]binned{sd[c][a], sd[c][b]}
					number, x := 0, k.nanos(ja)
					if cb {
						number, x = 1, k.nanos(jb)
					}
					whole, moved := pair[number], false
					lo, hi := extremes(x, nil)
					for r, w := range k.weights {
						if l, h := extremes(x, w); l != lo || h != hi {
							s.bins = equalWidth(s.bins, x, l, h)
							pair[number], moved = s.bins, true
							s.put(pair[0], pair[1])
						} else if moved {
							pair[number], moved = whole, false
							s.put(pair[0], pair[1])
						}
						t.sd[c].replicate[r][at[p]] = overlap(s.real, s.made(w))
					}
				}
			}
		}
		return nil
	})
	return t, err
}

// pairScratch is one worker's memory for joint tables.
type pairScratch struct {
	table *joint
	cells []int32
	real  []float64

	bins   binned
	unseen []float64 // counts of the held-out rows
	n      []float64
}

// start makes the joint table of a pair of columns of the training rows.
func (s *pairScratch) start(a, b binned) {
	s.table = newJoint(a, b)
	s.cells = s.table.index(s.cells, a, b)
	s.real = s.table.count(s.real, s.cells, nil)
}

// put takes the rows of a candidate; the table of the training rows gains the
// cells that only they have.
func (s *pairScratch) put(a, b binned) {
	s.cells = s.table.index(s.cells, a, b)
	s.real = s.grown(s.real)
}

// grown returns counts with a place for every cell that the table has by now.
func (s *pairScratch) grown(n []float64) []float64 {
	for len(n) < s.table.size {
		n = append(n, 0)
	}
	return n
}

// made counts the candidate's rows. The next call overwrites the counts.
func (s *pairScratch) made(w []uint8) []float64 {
	s.n = s.table.count(s.n, s.cells, w)
	return s.n
}
