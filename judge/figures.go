package judge

import (
	"fmt"
	"math"
	"strings"

	"gonum.org/v1/gonum/stat/distuv"
)

// The figures, with what each means in one line.
var (
	figHeldNats = Figure{Key: "likelihood.held", Group: Likelihood, Name: "Held-out log-likelihood", Unit: "nats per row", Goal: Higher,
		Meaning: "How probable the model finds real rows that it has not seen."}
	figHeldBits = Figure{Key: "likelihood.bits", Group: Likelihood, Name: "Bits per field", Unit: "bits", Goal: Lower,
		Meaning: "The same, as the bits that a code made from the model spends on one field."}
	figGap = Figure{Key: "likelihood.gap", Group: Likelihood, Name: "Seen over unseen", Unit: "nats per row", Goal: Lower,
		Meaning: "How much more probable the model finds its training rows than unseen ones: what it remembers."}

	figShape = Figure{Key: "shape", Group: Fidelity, Name: "Shape", Goal: Higher,
		Meaning: "How alike single fields are (SDMetrics 0.11.1, mean over fields)."}
	figShapeFixed = Figure{Key: "shape.fixed", Group: Fidelity, Name: "Shape, fixed edges", Goal: Higher,
		Meaning: "The same over levels and bins of the training rows, missing values included."}
	figFieldsOff = Figure{Key: "shape.off", Group: Fidelity, Name: "Fields that stand out", Unit: "share", Goal: Lower,
		Meaning: "Fields that differ from held-out rows by more than chance (χ² over fixed edges)."}
	figPairsOff = Figure{Key: "trend.off", Group: Fidelity, Name: "Pairs that stand out", Unit: "share", Goal: Lower,
		Meaning: "The same for pairs of fields."}
	figTrend = Figure{Key: "trend", forPapers: true, Group: Fidelity, Name: "Trend", Goal: Higher,
		Meaning: "How alike pairs of fields are (SDMetrics 0.11.1, mean over pairs)."}
	figTrendFixed = Figure{Key: "trend.fixed", Group: Fidelity, Name: "Trend, fixed edges", Goal: Higher,
		Meaning: "The same with one set of bins for real rows and samples, for all pairs."}
	figKept = Figure{Key: "dependence.kept", Group: Fidelity, Name: "Dependence kept (wNMI)", Goal: Higher,
		Meaning: "The share of what fields tell of each other that the samples kept."}
	figTrees = Figure{Key: "twosample.trees.auc", Group: Fidelity, Name: "Two-sample test, trees", Unit: "AUC", Goal: Half,
		Meaning: "How well boosted trees tell samples from held-out rows: 0.5 not at all, 1 always."}
	figTreesPublished = Figure{Key: "twosample.trees.score", forPapers: true, Group: Fidelity, Name: "Trees, as papers print it", Goal: Higher,
		Meaning: "1 − max(0, 2·AUC − 1)."}
	figLogistic = Figure{Key: "twosample.logistic.auc", Group: Fidelity, Name: "Two-sample test, logistic", Unit: "AUC", Goal: Half,
		Meaning: "The same by logistic regression, which sees shifts of single fields alone."}
	figLogisticPublished = Figure{Key: "twosample.logistic.score", forPapers: true, Group: Fidelity, Name: "Logistic, as papers print it", Goal: Higher,
		Meaning: "1 − max(0, 2·AUC − 1)."}
	figPrecision = Figure{Key: "alpha.precision", Group: Fidelity, Name: "α-precision", Goal: Higher,
		Meaning: "Whether samples lie where real rows lie."}
	figRecall = Figure{Key: "beta.recall", Group: Fidelity, Name: "β-recall", Goal: Higher,
		Meaning: "Whether samples reach everywhere that real rows lie."}

	figAccuracy = Figure{Key: "utility.accuracy", Group: Usefulness, Name: "Accuracy", Goal: Higher,
		Meaning: "Trained on the samples, tested on real rows; a copy is training on real rows."}
	figAUC = Figure{Key: "utility.auc", Group: Usefulness, Name: "AUC", Goal: Higher,
		Meaning: "The same, by ranking; one level against the rest where there are more than two."}
	figRMSE = Figure{Key: "utility.rmse", Group: Usefulness, Name: "RMSE", Goal: Lower,
		Meaning: "Trained on the samples, tested on real rows: the error of the predicted number."}

	figCopies = Figure{Key: "copies", Group: Novelty, Name: "Exact copies", Unit: "share", Goal: Lower,
		Meaning: "Samples that are identical to a training row."}
	figNear = Figure{Key: "near", Group: Novelty, Name: "Copies or too near", Unit: "share", Goal: Lower,
		Meaning: "Samples of class B: identical to a training row, or nearer to one than 99 of 100 unseen real rows."}
	figNearer = Figure{Key: "nearer", Group: Novelty, Name: "Nearer to training", Unit: "share", Goal: Half,
		Meaning: "Samples that are nearer to a training row than to any of as many held-out rows (DCR)."}
	figDistance = Figure{Key: "distance", Group: Novelty, Name: "Distance to the closest row", Goal: Higher,
		Meaning: "One sample in twenty is nearer to a training row than this."}
	figRatio = Figure{Key: "distance.ratio", Group: Novelty, Name: "Nearest-neighbour ratio", Goal: Higher,
		Meaning: "Distance to the closest training row over that to the second; one sample in twenty is below."}
	figAuthentic = Figure{Key: "authenticity", Group: Novelty, Name: "Authenticity", Goal: Higher,
		Meaning: "Samples farther from their closest training row than that row is from any other."}
	figAuthenticPublished = Figure{Key: "authenticity.synthcity", forPapers: true, Group: Novelty, Name: "Authenticity, synthcity", Goal: Higher,
		Meaning: "The same as synthcity 0.2.12 computes it, for comparison with papers."}

	figOutside = Figure{Key: "outside", Group: Validity, Name: "Outside the sample space", Unit: "share", Goal: Lower,
		Meaning: "Samples with a value that the sample space does not have."}
	figBroken = Figure{Key: "broken", Group: Validity, Name: "Breaking a rule", Unit: "share", Goal: Lower,
		Meaning: "Samples that break a declared rule."}
)

// standOut returns which of the probabilities, one for each column or pair, are
// too small for chance, all of them together; and their share.
func standOut(p []float64) (off []bool, of Estimate) {
	limit := distuv.UnitNormal.Survival(beyondChance) / float64(max(len(p), 1))
	off = make([]bool, len(p))
	n := 0
	for i, q := range p {
		if off[i] = q < limit; off[i] {
			n++
		}
	}
	return off, share(n, len(p))
}

// sameCounts returns the probability that two samples of one distribution have
// counts at least as different as a and b. Cells that expect fewer than five
// rows of either count as one.
//
// Reference: Pearson (1911), On the probability that two independent
// distributions of frequency are really samples from the same population.
func sameCounts(a, b []float64) float64 {
	na, nb := sum(a), sum(b)
	if na == 0 || nb == 0 {
		return 1
	}
	shareA := na / (na + nb)
	least := min(shareA, 1-shareA)
	chi, cells := 0.0, 0
	var restA, restB float64
	add := func(x, y float64) {
		if e := (x + y) * shareA; e > 0 && e < x+y {
			chi += (x - e) * (x - e) * (1/e + 1/(x+y-e))
			cells++
		}
	}
	for k, x := range a {
		if (x+b[k])*least < 5 {
			restA, restB = restA+x, restB+b[k]
			continue
		}
		add(x, b[k])
	}
	add(restA, restB)
	if cells < 2 {
		return 1
	}
	return distuv.ChiSquared{K: float64(cells - 1)}.Survival(chi)
}

// addOff adds the share of columns or pairs that stand out. That of the
// yardsticks needs no error: one that stands out is more than chance explains.
func (w *work) addOff(f Figure, c Compared) {
	f.Compared = c
	f.Outcome = LikeReal
	if c.Samples.Value > 0 {
		f.Outcome = Worse
	}
	w.j.Figures = append(w.j.Figures, f)
}

// add puts a figure into the judgement, with its warning and its outcome.
func (w *work) add(f Figure, c Compared) {
	f.Compared = c
	f.Warning = f.warn()
	f.Outcome = f.outcome()
	w.j.Figures = append(w.j.Figures, f)
}

// beyondChance is how many standard errors make a figure worse than that of
// real rows. Real rows exceed it about once in two thousand times: more often than
// the normal distribution has it, for the errors are estimates.
const beyondChance = 3.5

// worse returns by how many standard errors a is worse than b.
func (f *Figure) worse(a, b Estimate) float64 {
	d := float64(a.Value - b.Value)
	if f.Goal == Higher {
		d = -d
	}
	se := math.Hypot(orZero(a.StdErr), orZero(b.StdErr))
	switch {
	case math.Abs(d) < 1e-9:
		return 0
	case se == 0:
		return math.Inf(1) * d
	}
	return d / se
}

func orZero(x Number) float64 {
	if x != x {
		return 0
	}
	return float64(x)
}

// outcome compares the samples with what real rows get. Figures for papers have
// none: their twin has, and Trend with edges of its own jumps with the greatest
// value of a column by more than resampling can tell.
func (f *Figure) outcome() Outcome {
	real := f.Held
	if f.Group == Usefulness {
		real = f.Copy // as many real rows to train on
	}
	if f.Samples.IsNone() || real.IsNone() || f.forPapers {
		return ""
	}
	if f.worse(f.Samples, real) > beyondChance {
		return Worse
	}
	return LikeReal
}

// warn says which yardsticks the figure cannot tell from real rows here.
func (f *Figure) warn() string {
	if f.Held.IsNone() {
		return ""
	}
	var blind []string
	if !f.Independent.IsNone() && f.worse(f.Independent, f.Held) < beyondChance {
		blind = append(blind, "independent fields")
	}
	if f.Group != Usefulness && !f.Copy.IsNone() && f.worse(f.Copy, f.Held) < beyondChance {
		blind = append(blind, "a copy of the training rows")
	}
	if len(blind) == 0 {
		return ""
	}
	return fmt.Sprintf("Cannot tell %s from real rows here.", strings.Join(blind, ", or "))
}
