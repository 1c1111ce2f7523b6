package predict

import (
	"math"

	"github.com/seed-64d012fb/mimic/internal/gbt"
)

// Measures say how good predictions are, by rows whose label is known.
type Measures struct {
	Rows int64 // with a label and a prediction

	// LogLoss is the mean of −log p(y | x) in nats, with its standard error; +Inf
	// where a label came that was held impossible.
	LogLoss, LogLossErr float64
	Impossible          int64 // rows of such a label
	// Accuracy is the share of rows whose label was the most probable.
	Accuracy, AccuracyErr float64
	// AUC is the area under the receiver operating characteristic: of two levels,
	// how often a row of the one has the higher p of it than a row of the other;
	// of more, the mean over the levels of each against all others. NaN with one
	// level.
	AUC float64

	// ECE is the expected calibration error: the mean over rows of |accuracy −
	// confidence| of the row's bin, where confidence is the p of the most
	// probable level.
	//
	// Reference: Naeini, Cooper & Hauskrecht (2015), Obtaining well calibrated
	// probabilities using Bayesian binning.
	ECE  float64
	Bins [Bins]Bin // of confidence, of equal width
}

// Bins is the number of bins of confidence: bin k holds the rows with confidence
// in (k/Bins, (k+1)/Bins].
const Bins = 10

// Bin is one bin of a reliability diagram: where predictions are calibrated,
// accuracy equals confidence but for chance.
type Bin struct {
	Rows       int64
	Confidence float64 // mean of the rows; NaN in an empty bin
	Accuracy   float64 // share of the rows
}

// Measure compares the prediction with the labels y [n rows], codes of levels.
// Rows with another code, such as table.Missing, are left out, and so are those
// without a prediction.
func (p *Prediction) Measure(y []int32) Measures {
	var (
		m              Measures
		rows           []int
		sum, squares   float64
		right          int64
		confident, hit [Bins]float64
	)
	for i, top := range p.Top() {
		if top < 0 || y[i] < 0 || int(y[i]) >= len(p.LogP) {
			continue
		}
		rows = append(rows, i)
		n := float64(len(rows))
		loss := -p.LogP[y[i]][i]
		d := loss - sum/max(n-1, 1)
		sum += loss
		squares += d * (loss - sum/n)
		if math.IsInf(loss, 1) {
			m.Impossible++
		}
		confidence := math.Exp(p.LogP[top][i])
		k := min(max(int(math.Ceil(confidence*Bins))-1, 0), Bins-1)
		m.Bins[k].Rows++
		confident[k] += confidence
		if top == y[i] {
			right++
			hit[k]++
		}
	}
	n := float64(len(rows))
	m.Rows = int64(len(rows))
	m.LogLoss, m.LogLossErr = sum/n, math.NaN()
	m.Accuracy, m.AccuracyErr = float64(right)/n, math.NaN()
	if n > 1 {
		m.LogLossErr = math.Sqrt(squares / (n - 1) / n)
		m.AccuracyErr = math.Sqrt(m.Accuracy * (1 - m.Accuracy) / (n - 1))
	}
	for k := range m.Bins {
		b := &m.Bins[k]
		b.Confidence, b.Accuracy = confident[k]/float64(b.Rows), hit[k]/float64(b.Rows)
		m.ECE += math.Abs(confident[k]-hit[k]) / n
	}
	m.AUC = p.auc(rows, y)
	return m
}

// grain is the reciprocal of the difference of log-probabilities below which
// they are equal: a model whose answer does not depend on the row gives answers
// that differ by the rounding of its sums.
const grain = 1 << 30

// auc returns the mean area over the levels that some of the rows have and
// others do not.
func (p *Prediction) auc(rows []int, y []int32) float64 {
	score, class := make([]float64, len(rows)), make([]int32, len(rows))
	sum, levels := 0.0, 0
	for level := range p.LogP {
		for r, i := range rows {
			score[r], class[r] = math.Round(p.LogP[level][i]*grain)/grain, 0
			if y[i] == int32(level) {
				class[r] = 1
			}
		}
		if area := gbt.AUC(score, class); !math.IsNaN(area) {
			sum += area
			levels++
		}
		if len(p.LogP) == 2 && levels == 1 {
			break // the other one is its mirror
		}
	}
	return sum / float64(levels)
}

// Constant predicts each row that p predicts by the shares of the levels in y
// itself, whatever else the row holds: the best that can be done without looking
// at it, a yardstick for any prediction. Its most probable level is the
// majority's.
func (p *Prediction) Constant(y []int32) *Prediction {
	count, total := make([]float64, len(p.LogP)), 0.0
	for i, code := range y {
		if code >= 0 && int(code) < len(count) && !math.IsNaN(p.LogP[0][i]) {
			count[code]++
			total++
		}
	}
	c := &Prediction{Label: p.Label, LogP: make([][]float64, len(p.LogP))}
	for level := range c.LogP {
		c.LogP[level] = make([]float64, len(y))
		for i := range y {
			c.LogP[level][i] = math.Log(count[level] / total)
			if math.IsNaN(p.LogP[level][i]) {
				c.LogP[level][i] = math.NaN()
			}
		}
	}
	return c
}
