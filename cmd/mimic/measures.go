package main

import (
	"math"

	"github.com/seed-64d012fb/mimic/predict"
)

// measures say how good predictions are, in JSON. A figure that there is not is
// null, and so is a log-loss without bound: impossible then says of how many
// rows.
type measures struct {
	Rows        int64         `json:"rows"`
	LogLoss     *float64      `json:"log_loss"`
	LogLossErr  *float64      `json:"log_loss_stderr"`
	Accuracy    *float64      `json:"accuracy"`
	AccuracyErr *float64      `json:"accuracy_stderr"`
	AUC         *float64      `json:"auc"`
	ECE         *float64      `json:"ece"`
	Impossible  int64         `json:"impossible"`
	Calibration []calibration `json:"calibration"`
}

// calibration is a bin of the probability of the most probable level, in JSON.
type calibration struct {
	Above    float64 `json:"above"`
	UpTo     float64 `json:"up_to"`
	Rows     int64   `json:"rows"`
	MeanP    float64 `json:"mean_p"`
	Accuracy float64 `json:"accuracy"`
}

func measuresOf(m predict.Measures) *measures {
	r := &measures{
		Rows: m.Rows, LogLoss: finite(m.LogLoss), LogLossErr: finite(m.LogLossErr),
		Accuracy: finite(m.Accuracy), AccuracyErr: finite(m.AccuracyErr), AUC: finite(m.AUC),
		ECE: finite(m.ECE), Impossible: m.Impossible, Calibration: []calibration{},
	}
	for k, b := range m.Bins {
		if b.Rows > 0 {
			r.Calibration = append(r.Calibration, calibration{float64(k) / predict.Bins, float64(k+1) / predict.Bins, b.Rows, b.Confidence, b.Accuracy})
		}
	}
	return r
}

// finite is number, for a figure that may have no bound.
func finite(x float64) *float64 {
	if math.IsInf(x, 0) {
		return nil
	}
	return number(x)
}

// measuresHead are the headings of measureCells.
var measuresHead = []string{" log-loss", " ± stderr", " accuracy", " ± stderr", " AUC"}

func measureCells(m *predict.Measures) []string {
	return []string{fixed(m.LogLoss, 4), fixed(m.LogLossErr, 4), fixed(m.Accuracy, 4), fixed(m.AccuracyErr, 4), fixed(m.AUC, 4)}
}
