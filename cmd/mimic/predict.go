package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/artifact"
	"github.com/seed-64d012fb/mimic/fit"
	"github.com/seed-64d012fb/mimic/predict"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
	"github.com/seed-64d012fb/mimic/table/files"
	"github.com/seed-64d012fb/mimic/table/ingest"
)

func newPredict(con *console) *cobra.Command {
	var (
		text  textFlags
		label string
		out   string
	)
	cmd := &cobra.Command{
		Use:     "predict MODEL DATA... --label COLUMN",
		GroupID: groupAsk,
		Short:   "Give p(y given x) of a column with levels, by Bayes' rule",
		Long: `Predict gives the probability of each level of a column, given the rest of the
row: p(y given x) is p(x, y) over its sum for all levels y. Any column with levels
can be the one to predict, whichever model it is and whatever it was fitted for.

What a row does not tell is summed out: columns that DATA does not have, cells
that are missing where training rows never were, and values that the model does
not know. Where a model has no exact answer to that, it says so, and the row has
no prediction.

Where DATA has the column itself, the predictions are measured, beside a constant
that gives all rows the shares of the levels: log-loss is the mean of -log p(y
given x) in nats; accuracy is how often the most probable level was right; AUC is
how well p tells the levels apart, .5 being not at all, and is the mean of each
level against the others where there are more than two. Calibration compares how
sure the predictions are with how often they are right; its expected error (ECE)
is the mean distance of the two. If DATA are the rows of the fit, only those that
it held out are measured.

With -o it writes the predictions, in the order of the rows: the number of the
row, from 0, the most probable level, and the probability of each.`,
		Example: `  mimic predict adult.mimic held-out.csv --label income
  mimic predict adult.mimic new.csv --label income -o predicted.csv
  mimic predict adult.mimic new.parquet --label sex -o - | head`,
		Args:              words("MODEL", "DATA..."),
		ValidArgsFunction: completeModelFile,
	}
	cmd.Flags().StringVar(&label, "label", "", "`COLUMN` to predict; by default the label that the model was fitted with")
	outFlag(cmd, &out, "", "write the predictions to `FILE`, in the format that its name says; - is CSV on standard output")
	text.register(cmd)

	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		ctx, start := cmd.Context(), time.Now()
		onOut, err := con.onOut(out, "the predictions")
		if err != nil {
			return err
		}
		if err := writableRows(out, args...); err != nil {
			return err
		}
		a, err := con.load(args[0], args[1:]...)
		if err != nil {
			return err
		}
		if label == "" {
			label = a.Manifest.Options.Label
		}
		if label == "" {
			return misusef("predict needs --label COLUMN, the column to predict: the model was fitted without one")
		}
		if err := labelColumn(a.Model.Schema(), label); err != nil {
			return err
		}
		p := con.progress()
		defer p.stop()
		d, err := read(ctx, p, args[1:], text, ingest.Options{Schema: withGaps(a.Model.Schema()), AllowUnknown: true, AllowAbsent: true})
		if err != nil {
			return err
		}
		got, err := predict.Run(ctx, a.Model, d.Table, predict.Options{Label: label, Progress: p.reach})
		if err != nil {
			return wayOut(err)
		}
		result := predicted{Data: d.account(), Model: a.Model.Kind(), Label: label, Rows: d.Rows() - got.Failed, Failed: got.Failed, Summed: got.Summed, Absent: got.Absent, Out: out}
		if got.Why != nil {
			result.Why = wayOut(got.Why).Error()
		}
		if err := result.measure(ctx, got, d, a); err != nil {
			return err
		}
		if out != "" {
			if err := writePredictions(out, got); err != nil {
				return err
			}
		}
		p.stop()
		result.Seconds = time.Since(start).Seconds()
		return con.report(onOut, result, func(s *screen) {
			d.draw(s)
			s.line("")
			result.draw(s)
		})
	}
	return cmd
}

// predicted is the account of predictions, in JSON. The measures are null where
// DATA does not have the label.
type predicted struct {
	Data     account   `json:"data"`
	Model    string    `json:"model"`
	Label    string    `json:"label"`
	Rows     int64     `json:"rows"`               // with a prediction
	Failed   int64     `json:"rows_failed"`        // without
	Why      string    `json:"why,omitempty"`      // of the first of them
	Summed   int64     `json:"rows_summed"`        // in which single cells were summed out
	Absent   []string  `json:"absent,omitempty"`   // columns that were
	HeldOut  bool      `json:"held_out,omitempty"` // measured on the rows held out by the fit
	Measures *measures `json:"measures"`
	Constant *measures `json:"constant"`
	Out      string    `json:"out,omitempty"`
	Seconds  float64   `json:"seconds"`

	measured predict.Measures
	constant predict.Measures
}

// measure compares the predictions with the labels, if there are any: of the
// rows of the fit, with those that it held out.
func (r *predicted) measure(ctx context.Context, got *predict.Prediction, d *dataset, a *artifact.Artifact) error {
	s := a.Model.Schema()
	y := d.All().Cols[s.Index(r.Label)].Code
	if y == nil {
		return nil
	}
	seen, err := seenByFit(ctx, d.Table, a)
	if err != nil {
		return err
	}
	if seen != nil {
		r.HeldOut = true
		y = slices.Clone(y)
		for _, i := range seen {
			y[i] = table.Missing
		}
	}
	r.measured = got.Measure(y)
	if r.measured.Rows == 0 {
		return nil
	}
	r.constant = got.Constant(y).Measure(y)
	r.Measures, r.Constant = measuresOf(r.measured), measuresOf(r.constant)
	return nil
}

// seenByFit returns the rows of t that the fit of the model has seen, if t are
// the rows that it was given and it held some of them out.
func seenByFit(ctx context.Context, t *table.Table, a *artifact.Artifact) ([]int, error) {
	held := a.Manifest.HeldOut
	if held == nil || t.Rows() != a.Manifest.Data.Rows {
		return nil, nil
	}
	b := *t.All()
	b.Schema = a.Model.Schema()
	for j, c := range b.Cols {
		if c.Num == nil && c.Code == nil && b.Schema.Fields[j].Kind.Learned() {
			return nil, nil
		}
	}
	digest, err := artifact.Digest(ctx, table.New(&b))
	if err != nil || digest != a.Manifest.Data.Digest {
		return nil, err
	}
	seen, _ := fit.SplitRows(int(t.Rows()), held.Share, held.Seed)
	return seen, nil
}

// draw shows how good the predictions are, and what they rest on.
func (r *predicted) draw(s *screen) {
	if r.Measures == nil {
		s.line("p(%s given the rest) of %s by %s; DATA does not have %s to compare with", r.Label, many(r.Rows, "row"), r.Model, r.Label)
	} else {
		which := ""
		if r.HeldOut {
			which = " held out by the fit"
		}
		s.line("p(%s given the rest) on %s%s:", r.Label, many(r.Measures.Rows, "row"), which)
		g := &grid{head: append([]string{""}, measuresHead...)}
		g.add(append([]string{r.Model}, measureCells(&r.measured)...)...)
		g.add(append([]string{"a constant"}, measureCells(&r.constant)...)...)
		s.grid(g)
		if n := r.measured.Impossible; n > 0 {
			s.line("%s a label that was held impossible", plural(n, "row has", "rows have"))
		}
		s.line("")
		r.drawCalibration(s)
	}
	if len(r.Absent) > 0 {
		s.line("summed out, for want of their columns: %s", strings.Join(r.Absent, ", "))
	}
	if r.Summed > 0 {
		s.line("%s cells that the model does not know, which were summed out", plural(r.Summed, "row has", "rows have"))
	}
	if r.Failed > 0 {
		s.line("%s no prediction; %s", plural(r.Failed, "row has", "rows have"), r.Why)
	}
	if r.Out != "" {
		s.line("the predictions to %s", place(r.Out))
	}
}

// wayOut says what to do where a model has no exact answer.
func wayOut(err error) error {
	if !errors.Is(err, mimic.ErrUnsupported) {
		return err
	}
	return fmt.Errorf("%w; chowliu, treemix and naivebayes sum out any column, and mimic impute fills gaps first", err)
}

// drawCalibration shows how often the predictions are right that are so sure.
func (r *predicted) drawCalibration(s *screen) {
	g := &grid{head: []string{"p of the most probable level", " rows", " mean p", " right"}}
	for k, b := range r.measured.Bins {
		if b.Rows > 0 {
			g.add(fmt.Sprintf("%.1f to %.1f", float64(k)/predict.Bins, float64(k+1)/predict.Bins), count(b.Rows), fixed(b.Confidence, 3), fixed(b.Accuracy, 3))
		}
	}
	s.grid(g)
	s.line("expected calibration error %s", fixed(r.measured.ECE, 4))
	s.line("")
}

// writePredictions writes one row for each: its number, its most probable level,
// and the probability of each level.
func writePredictions(path string, p *predict.Prediction) error {
	top := p.Top()
	predicted := *p.Label
	predicted.Name, predicted.Missing = "predicted", []string{""}
	s := &space.Schema{Fields: []space.Field{{Name: "row", Kind: space.Integer, Max: float64(len(top))}, predicted}}
	for _, level := range p.Label.Levels {
		s.Fields = append(s.Fields, space.Field{Name: "p(" + level + ")", Kind: space.Real, Max: 1, Missing: []string{""}})
	}
	w, err := files.Create(path, s)
	if err != nil {
		return err
	}
	defer w.Abort()
	for lo := 0; lo < len(top); lo += table.BlockRows {
		n := min(table.BlockRows, len(top)-lo)
		b := table.NewBatch(s, int64(lo), n)
		copy(b.Cols[1].Code, top[lo:])
		for i := range n {
			b.Cols[0].Num[i] = float64(lo + i)
			for y, logp := range p.LogP {
				b.Cols[2+y].Num[i] = math.Exp(logp[lo+i])
			}
		}
		if err := w.Write(b); err != nil {
			return err
		}
	}
	return w.Close()
}
