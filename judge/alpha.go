package judge

import (
	"context"
	"math"
	"slices"
	"sort"
	"strconv"

	"github.com/seed-64d012fb/mimic/internal/near"
	"github.com/seed-64d012fb/mimic/rng"
)

// sampleLevel holds the sample-level figures of Alaa et al.
//
// Reference: Alaa, van Breugel, Saveliev & van der Schaar (2022), How faithful
// is your synthetic data?; the formulas are those of synthcity 0.2.12,
// AlphaPrecision, in its "naive" embedding (columns scaled to [0, 1]).
type sampleLevel struct {
	precision Estimate // are the samples where the real rows are
	recall    Estimate // do the samples cover the real rows
	// published is authenticity as synthcity computes it: it looks up the
	// distance of a real row under the number of a sample. authentic is what
	// the paper defines: the share of samples that are farther from their
	// closest training row than that row is from any other.
	published, authentic Estimate
}

// levelsOf is the number of values of α and β that are averaged over.
const levelsOf = 30

// sampleFigures compares as many rows of the candidate with training rows.
func sampleFigures(ctx context.Context, real, made near.Rows, k rng.Key) (sampleLevel, error) {
	n := real.N
	if n < 2 {
		return sampleLevel{none(), none(), none(), none()}, nil
	}
	center, madeCenter := centerOf(real), centerOf(made)
	alphas := make([]float64, levelsOf)
	for i := range alphas {
		alphas[i] = float64(i) / (levelsOf - 1)
	}
	realIndex, madeIndex := near.New(real, near.Euclid), near.New(made, near.Euclid)
	toReal, err := realIndex.Query(ctx, real, 1, near.Itself(n))
	if err != nil {
		return sampleLevel{}, err
	}
	toMade, err := madeIndex.Query(ctx, real, 1, nil)
	if err != nil {
		return sampleLevel{}, err
	}
	fromMade, err := realIndex.Query(ctx, made, 1, nil)
	if err != nil {
		return sampleLevel{}, err
	}

	// α-precision: the share of samples inside the ball, about the centre of
	// the real rows, that holds a share α of them.
	radii := quantiles(from(real, center, nil), alphas)
	inside := firstAtLeast(radii, from(made, center, nil))

	// β-recall: the share of real rows that have a sample closer than the
	// closest other real row, that sample inside the ball with a share β.
	closest := make([]int32, n)
	for i, m := range toMade {
		closest[i] = m.Row
	}
	reach := from(made, madeCenter, closest)
	covered := firstAtLeast(quantiles(reach, alphas), reach)
	published, authentic := make([]float64, n), make([]float64, n)
	for i := range covered {
		if toMade[i].Dist > toReal[i].Dist {
			covered[i] = levelsOf // not covered at any β
		}
		if toReal[closest[i]].Dist < toMade[i].Dist {
			published[i] = 1
		}
		if toReal[fromMade[i].Row].Dist < fromMade[i].Dist {
			authentic[i] = 1
		}
	}
	return sampleLevel{
		precision: curve(alphas, inside, k.Child(0)),
		recall:    curve(alphas, covered, k.Child(1)),
		published: meanOf(published, 0, 1, k.Child(2)),
		authentic: meanOf(authentic, 0, 1, k.Child(3)),
	}, nil
}

func centerOf(r near.Rows) []float64 {
	c := make([]float64, len(r.Num))
	for j, x := range r.Num {
		c[j] = mean(x)
	}
	return c
}

// from returns the distance from a centre to the given rows of r, or to all.
func from(r near.Rows, center []float64, rows []int32) []float64 {
	d := make([]float64, r.N)
	for j, x := range r.Num {
		for i := range d {
			at := i
			if rows != nil {
				at = int(rows[i])
			}
			v := x[at] - center[j]
			d[i] += v * v
		}
	}
	for i := range d {
		d[i] = math.Sqrt(d[i])
	}
	return d
}

func quantiles(x, q []float64) []float64 {
	sorted := slices.Clone(x)
	slices.Sort(sorted)
	at := make([]float64, len(q))
	for i, q := range q {
		at[i] = quantile(sorted, q)
	}
	return at
}

// firstAtLeast returns for each x the first of the rising radii that is not
// below it.
func firstAtLeast(radii, x []float64) []int {
	first := make([]int, len(x))
	for i, v := range x {
		first[i] = sort.SearchFloat64s(radii, v)
	}
	return first
}

// curve estimates 1 − the area between the diagonal and the curve of the share
// of rows whose place is not above each level, over that below the diagonal.
func curve(alphas []float64, first []int, k rng.Key) Estimate {
	one := func(w []uint8) float64 {
		count := make([]float64, len(alphas)+1)
		for i, f := range first {
			if w == nil {
				count[f]++
			} else {
				count[f] += float64(w[i])
			}
		}
		in, off := 0.0, 0.0
		for l, a := range alphas {
			in += count[l]
			off += math.Abs(a - in/float64(len(first)))
		}
		return 1 - off/sum(alphas)
	}
	replicate := make([]float64, replicates)
	for r, w := range bootstrap(len(first), k) {
		replicate[r] = one(w)
	}
	return withError(one(nil), replicate, 0, 1)
}

// asNumbers returns the numbers that the levels are written as, and whether all
// are.
func asNumbers(levels []string) ([]float64, bool) {
	x := make([]float64, len(levels))
	for k, l := range levels {
		v, err := strconv.ParseFloat(l, 64)
		if err != nil {
			return nil, false
		}
		x[k] = v
	}
	return x, true
}
