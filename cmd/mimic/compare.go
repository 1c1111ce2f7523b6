package main

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/compare"
	"github.com/seed-64d012fb/mimic/fit"
	"github.com/seed-64d012fb/mimic/internal/atomicfile"
	"github.com/seed-64d012fb/mimic/internal/spell"
	"github.com/seed-64d012fb/mimic/models"
	"github.com/seed-64d012fb/mimic/report"
	"github.com/seed-64d012fb/mimic/table"
)

// compareFlags say which rungs are compared, on which rows, and how long that
// may take.
type compareFlags struct {
	text    textFlags
	known   spaceFlags
	test    []string
	models  []string
	label   string
	budget  time.Duration
	holdout float64
	seed    uint64
	out     string
}

func newCompare(con *console) *cobra.Command {
	var flags compareFlags
	cmd := &cobra.Command{
		Use:     "compare DATA...",
		GroupID: groupMake,
		Short:   "Put the rungs of the ladder side by side on a table",
		Long: `Compare fits all rungs of the ladder that are made for the table, or those of
--models, and shows what each step of dependence buys: the nats per row of
held-out rows, with a standard error; what it gains on independent fields, row by
row; bits per field; parameters; the time of the fit; rows sampled a second; and
what the model answers exactly: conditions, as sample --given asks for, and
marginals. Then it says in words between which fields independence fails.

With --label it measures how each rung predicts that column, as predict does, and
puts generative models, which learn all of a row, beside discriminative ones that
learn p(y given x) alone: how well each predicts having learned from 16 rows, from
32, and so on up to all.

-o writes it all as one page of HTML that stands alone, with the nats as a
staircase, the learning curves, and samples of each rung beside real rows.`,
		Example: `  mimic compare example:adult
  mimic compare example:adult --label income -o page.html
  mimic compare data.csv --models independent,chowliu,forest --test held.csv
  mimic compare data.csv --budget 20m --json > figures.json`,
		Args:              words("DATA..."),
		ValidArgsFunction: completeData,
		RunE: func(cmd *cobra.Command, data []string) error {
			return flags.run(cmd.Context(), con, data)
		},
	}
	f := cmd.Flags()
	f.StringSliceVar(&flags.models, "models", nil, "compare the rungs `KINDS` of the ladder, separated by commas; by default all that are made for the table")
	f.StringVar(&flags.label, "label", "", "`COLUMN` with levels whose prediction is measured, and which a rung with a label explains by the others")
	f.StringArrayVar(&flags.test, "test", nil, "measure on these `DATA` instead of rows that are held out; may be repeated")
	f.DurationVar(&flags.budget, "budget", 5*time.Minute, "`TIME` that the fits take at most, and the learning curves again; 0 sets no limit")
	f.Float64Var(&flags.holdout, "holdout", 0.1, "`SHARE` of the rows that no fit sees, to measure on")
	f.Uint64Var(&flags.seed, "seed", 1, "`SEED` of all randomness")
	outFlag(cmd, &flags.out, "", "write the comparison as a page of HTML to `FILE`")
	flags.known.register(cmd)
	flags.text.register(cmd)
	complete(cmd, "test", completeData)
	complete(cmd, "models", completeModel)
	return cmd
}

// shown is how many samples of each rung a page shows.
const shown = 100

func (f *compareFlags) check(data []string) error {
	switch {
	case !(f.holdout > 0 && f.holdout < 1):
		return misusef("--holdout %v: a share above 0 and below 1", f.holdout)
	case f.out == std:
		return misusef("-o: a page of HTML goes to a file, not to standard output")
	case f.out != "":
		if err := writable(f.out, slices.Concat(data, f.test)...); err != nil {
			return err
		}
	}
	for _, kind := range f.models {
		if _, err := models.Lookup(kind); err != nil {
			return misusef("--models: there is no model %q: %s", kind, spell.Suggest(kind, models.Kinds()))
		}
	}
	return nil
}

func (f *compareFlags) run(ctx context.Context, con *console, data []string) error {
	start := time.Now()
	if err := f.check(data); err != nil {
		return err
	}
	p := con.progress()
	defer p.stop()
	d, err := readData(ctx, p, data, f.text, f.known)
	if err != nil {
		return err
	}
	if f.label != "" {
		if err := labelColumn(d.Schema(), f.label); err != nil {
			return err
		}
	}
	train, held, err := f.split(ctx, p, d)
	if err != nil {
		return err
	}
	kinds := f.models
	if len(kinds) == 0 {
		kinds = models.Kinds()
	}
	rungs, err := families(kinds, models.Options{Label: f.label, Seed: f.seed})
	if err != nil {
		return err
	}
	opt := compare.Options{Label: f.label, Budget: f.budget, Seed: f.seed, Progress: p.reach}
	if f.out != "" {
		opt.Shown = shown
	}
	c, err := compare.Run(ctx, train, held, rungs, opt)
	if err != nil {
		return err
	}
	p.stop()
	if f.out != "" {
		if err := writeComparison(f.out, c, d.Name); err != nil {
			return err
		}
	}
	result := comparisonOf(c, d.account(), len(f.models) > 0)
	result.Out, result.Seconds = f.out, time.Since(start).Seconds()
	return con.report(false, result, func(s *screen) {
		d.draw(s)
		s.line("")
		drawComparison(s, c, len(f.models) > 0)
		if f.out != "" {
			s.line("")
			s.line("the page to %s", f.out)
		}
	})
}

// split returns the rows to fit to and to measure on.
func (f *compareFlags) split(ctx context.Context, p *progress, d *dataset) (train, held *table.Table, err error) {
	if len(f.test) > 0 {
		test, err := readLike(ctx, p, f.test, f.text, d.Schema())
		if err != nil {
			return nil, nil, err
		}
		return d.Table, test.Table, nil
	}
	if train, held = fit.Split(d.Table, f.holdout, f.seed); held.Rows() == 0 {
		return nil, nil, errors.New(d.Name + ": one row leaves none to measure on: give --test DATA")
	}
	return train, held, nil
}

// drawComparison shows the rungs beside each other; asked says that they were
// named, so that those which are not made for the data are told too.
func drawComparison(s *screen, c *compare.Comparison, asked bool) {
	base := c.Rungs[c.Base].Kind
	s.line("log p(x) of %s that no fit has seen; higher is better, * is the best:", many(c.Held.Rows(), "held-out row"))
	g := &grid{head: []string{"", "model", " nats per row", " ± stderr", " over " + base, " ± stderr", " bits per field"}}
	costs := &grid{head: []string{"", "model", " parameters", " fit", " rows/s", "exact answers"}}
	var refused, unsuited []string
	for i := range c.Rungs {
		r := &c.Rungs[i]
		switch {
		case errors.Is(r.Err, mimic.ErrUnsuited):
			unsuited = append(unsuited, r.Kind)
			continue
		case r.Err != nil:
			refused = append(refused, why(&r.Trial))
			continue
		}
		mark := ""
		if i == c.Best {
			mark = "*"
		}
		g.add(mark, r.Kind, nats(r.Held.Mean), nats(r.Held.StdErr), signed(r.Gain.Mean), nats(r.Gain.StdErr),
			fixed(bitsPerField(r.Held.Mean, c.Held.Schema()), 3))
		costs.add(mark, r.Kind, parameters(r.Parameters), seconds(r.Fit), rate(r.Speed), answers(r.Can))
		if n := r.Held.Impossible; n > 0 {
			g.remark(many(n, "held-out row") + " impossible under it, and not in its mean")
		}
	}
	s.grid(g)
	for _, r := range refused {
		s.line("%s", r)
	}
	if asked && len(unsuited) > 0 {
		s.line("not made for such data: %s", strings.Join(unsuited, ", "))
	}
	s.line("")
	s.grid(costs)
	for _, sentence := range c.Words() {
		s.line("")
		s.paragraph("", sentence)
	}
	if c.Label != "" {
		s.line("")
		drawLabel(s, c)
	}
}

// drawLabel shows how well the label is predicted, and from how many rows.
func drawLabel(s *screen, c *compare.Comparison) {
	if c.Constant.Rows == 0 {
		s.line("no held-out row has %s: there is no prediction to measure", c.Label)
		return
	}
	s.line("p(%s given the rest) on %s; * has the least log-loss:", c.Label, many(c.Constant.Rows, "held-out row"))
	g := &grid{head: append([]string{"", "model"}, measuresHead...)}
	best := c.BestOfLabel()
	for i := range c.Rungs {
		if r := &c.Rungs[i]; r.Label != nil {
			mark := ""
			if i == best {
				mark = "*"
			}
			g.add(append([]string{mark, r.Kind}, measureCells(r.Label)...)...)
		}
	}
	g.add(append([]string{"", "a constant"}, measureCells(&c.Constant)...)...)
	s.grid(g)
	if len(c.Curves) == 0 {
		return
	}
	s.line("")
	s.line("log-loss, and accuracy, on held-out rows, having learned from so many rows:")
	for _, figure := range []func(compare.Point) float64{
		func(p compare.Point) float64 { return p.LogLoss },
		func(p compare.Point) float64 { return p.Accuracy },
	} {
		s.line("")
		drawCurves(s, c, figure)
	}
	s.line("")
	for _, sentence := range c.CurveWords() {
		s.paragraph("", sentence)
	}
}

func drawCurves(s *screen, c *compare.Comparison, figure func(compare.Point) float64) {
	g := &grid{head: []string{"model"}}
	for _, n := range c.Sizes() {
		g.head = append(g.head, " "+count(int64(n)))
	}
	for _, curve := range c.Curves {
		row := []string{curve.Name}
		for _, p := range curve.Points {
			row = append(row, fixed(figure(p), 3))
		}
		for len(row) < len(g.head) {
			row = append(row, "")
		}
		g.add(row...)
		if curve.Err != nil {
			g.remark("it ends there: " + curve.Err.Error())
		}
	}
	s.grid(g)
}

// writeComparison writes the page beside path and renames it.
func writeComparison(path string, c *compare.Comparison, name string) error {
	f, err := atomicfile.Create(path)
	if err != nil {
		return err
	}
	defer f.Abort()
	if err := report.WriteComparison(f, c, name); err != nil {
		return err
	}
	return f.Commit()
}
