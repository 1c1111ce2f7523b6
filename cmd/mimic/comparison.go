package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/compare"
	"github.com/seed-64d012fb/mimic/fit"
)

// comparison is a comparison in JSON.
type comparison struct {
	Data     account   `json:"data"`
	Rows     int64     `json:"rows"` // fitted to
	Held     int64     `json:"rows_held"`
	Base     string    `json:"base"` // that gains are over
	Best     string    `json:"best"`
	Rungs    []rung    `json:"rungs"`
	Label    string    `json:"label,omitempty"`
	Constant *measures `json:"constant,omitempty"`
	Curves   []curve   `json:"curves,omitempty"`
	Lesson   lesson    `json:"lesson"`
	Out      string    `json:"out,omitempty"`
	Seconds  float64   `json:"seconds"`
}

// rung is a rung of a comparison in JSON. One without a model has an error.
type rung struct {
	Kind         string    `json:"kind"`
	Nats         *fit.Nats `json:"nats,omitempty"`
	Gain         *float64  `json:"gain,omitempty"`
	GainErr      *float64  `json:"gain_stderr,omitempty"`
	BitsPerField *float64  `json:"bits_per_field,omitempty"`
	Parameters   *int64    `json:"parameters,omitempty"`
	Seconds      float64   `json:"seconds"`
	Speed        float64   `json:"rows_per_second,omitempty"`
	Conditions   string    `json:"conditions,omitempty"`
	Marginals    string    `json:"marginals,omitempty"`
	Prediction   *measures `json:"prediction,omitempty"`
	Unsuited     bool      `json:"unsuited,omitempty"`
	Error        string    `json:"error,omitempty"`
}

// curve is a learning curve in JSON.
type curve struct {
	Name       string  `json:"name"`
	Generative bool    `json:"generative"`
	Points     []point `json:"points"`
	Error      string  `json:"error,omitempty"`
}

type point struct {
	Rows        int      `json:"rows"`
	Repeats     int      `json:"repeats"`
	LogLoss     *float64 `json:"log_loss"`
	LogLossErr  *float64 `json:"log_loss_stderr"`
	Accuracy    *float64 `json:"accuracy"`
	AccuracyErr *float64 `json:"accuracy_stderr"`
	AUC         *float64 `json:"auc"`
}

// lesson is what the ladder shows, in JSON.
type lesson struct {
	Steps  []step      `json:"steps"`
	Pairs  []pair      `json:"pairs"`
	Fields []fieldGain `json:"fields"`
	By     string      `json:"by,omitempty"`
	Words  []string    `json:"words"`
}

type (
	step struct {
		Kind   string   `json:"kind"`
		Nats   float64  `json:"nats"`
		StdErr *float64 `json:"stderr"`
	}
	pair struct {
		Fields [2]string `json:"fields"`
		Nats   float64   `json:"nats"`
	}
	fieldGain struct {
		Field string   `json:"field"`
		Nats  float64  `json:"nats"`
		Of    *float64 `json:"of"`
	}
)

func comparisonOf(c *compare.Comparison, data account, asked bool) *comparison {
	r := &comparison{
		Data: data, Rows: c.Train.Rows(), Held: c.Held.Rows(), Base: c.Rungs[c.Base].Kind, Best: c.Rungs[c.Best].Kind,
		Rungs: []rung{}, Label: c.Label, Lesson: lessonOf(c),
	}
	for i := range c.Rungs {
		if t := &c.Rungs[i]; asked || !errors.Is(t.Err, mimic.ErrUnsuited) {
			r.Rungs = append(r.Rungs, rungOf(t, c))
		}
	}
	if c.Constant.Rows > 0 {
		r.Constant = measuresOf(c.Constant)
	}
	for _, k := range c.Curves {
		row := curve{Name: k.Name, Generative: k.Generative, Points: []point{}}
		for _, p := range k.Points {
			row.Points = append(row.Points, point{p.Rows, p.Repeats, finite(p.LogLoss), finite(p.LogLossErr), finite(p.Accuracy), finite(p.AccuracyErr), finite(p.AUC)})
		}
		if k.Err != nil {
			row.Error = k.Err.Error()
		}
		r.Curves = append(r.Curves, row)
	}
	return r
}

func rungOf(t *compare.Rung, c *compare.Comparison) rung {
	r := rung{Kind: t.Kind, Seconds: t.Fit.Seconds(), Unsuited: errors.Is(t.Err, mimic.ErrUnsuited)}
	if t.Err != nil {
		r.Error = t.Err.Error()
		return r
	}
	r.Nats = &t.Held
	r.Gain, r.GainErr = finite(t.Gain.Mean), finite(t.Gain.StdErr)
	r.BitsPerField = finite(bitsPerField(t.Held.Mean, c.Held.Schema()))
	if t.Parameters >= 0 {
		r.Parameters = &t.Parameters
	}
	r.Speed, r.Conditions, r.Marginals = t.Speed, string(t.Can.Conditions), string(t.Can.Marginals)
	if t.Label != nil {
		r.Prediction = measuresOf(*t.Label)
	}
	return r
}

func lessonOf(c *compare.Comparison) lesson {
	l := lesson{Steps: []step{}, Pairs: []pair{}, Fields: []fieldGain{}, By: c.Lesson.By, Words: append(c.Words(), c.CurveWords()...)}
	for _, s := range c.Lesson.Steps {
		l.Steps = append(l.Steps, step{s.Kind, s.Mean, finite(s.StdErr)})
	}
	for _, p := range c.Lesson.Pairs {
		l.Pairs = append(l.Pairs, pair{[2]string{p.A, p.B}, p.Nats})
	}
	for _, f := range c.Lesson.Fields {
		l.Fields = append(l.Fields, fieldGain{f.Field, f.Nats, finite(f.Of)})
	}
	return l
}

// why says why a rung has no model.
func why(t *fit.Trial) string {
	if errors.Is(t.Err, fit.ErrBudget) {
		return fmt.Sprintf("%s: not tried to the end, %v (--budget)", t.Kind, t.Err)
	}
	return t.Err.Error()
}

// answers says what a rung answers exactly.
func answers(can compare.Answers) string {
	if can.Conditions == can.Marginals {
		return map[compare.Answer]string{compare.All: "all", compare.Some: "some", compare.None: "log p(x) alone"}[can.Conditions]
	}
	var parts []string
	if can.Conditions != compare.None {
		parts = append(parts, string(can.Conditions)+" conditions")
	}
	if can.Marginals != compare.None {
		parts = append(parts, string(can.Marginals)+" marginals")
	}
	return strings.Join(parts, ", ")
}

// signed writes a gain.
func signed(x float64) string {
	if x > 0 {
		return "+" + nats(x)
	}
	return nats(x)
}

// parameters writes how many there are, if that is known.
func parameters(n int64) string {
	if n < 0 {
		return "-"
	}
	return count(n)
}

// rate writes rows a second in two digits: 1,500,000.
func rate(x float64) string {
	if !(x > 0) {
		return "-"
	}
	two, err := strconv.ParseFloat(strconv.FormatFloat(x, 'g', 2, 64), 64)
	if err != nil {
		return "-"
	}
	if two < 1 {
		return fixed(x, 2)
	}
	return count(int64(two))
}
