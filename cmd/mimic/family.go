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
	"github.com/spf13/pflag"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/artifact"
	"github.com/seed-64d012fb/mimic/fit"
	"github.com/seed-64d012fb/mimic/internal/spell"
	"github.com/seed-64d012fb/mimic/judge"
	"github.com/seed-64d012fb/mimic/models"
	"github.com/seed-64d012fb/mimic/models/pixelnet"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// auto is the model that is chosen by climbing the ladder.
const auto = "auto"

// yardsticks are the rungs that any other is shown beside: a model that knows
// nothing but the box, and one to which fields have nothing to do with each
// other.
var yardsticks = []string{"uniform", "independent"}

// familyFlags say which model is fitted, and how.
type familyFlags struct {
	model   string
	label   string
	sharp   bool
	tell    float64
	seed    uint64
	holdout float64
	budget  time.Duration
	flags   *pflag.FlagSet
}

func (c *familyFlags) register(cmd *cobra.Command) {
	f := cmd.Flags()
	c.flags = f
	f.StringVar(&c.model, "model", auto, "fit the rung `KIND` of the ladder; auto tries those made for such data and keeps the best on held-out rows")
	f.StringVar(&c.label, "label", "", "`COLUMN` that a rung with a label explains by the others")
	f.BoolVar(&c.sharp, "sharp", false, "fit closer to the data, and say how much closer to its very rows")
	f.Float64Var(&c.tell, "discriminate", 0, "`WEIGHT` of telling the label from the picture, beside likelihood, in a fit of pixelnet with --label: with 4, predict finds more labels, and samples are poorer")
	f.Uint64Var(&c.seed, "seed", 1, "`SEED` of all randomness: the same seed gives the same bytes")
	f.Float64Var(&c.holdout, "holdout", 0.1, "`SHARE` of the rows that the fit does not see, to measure the model on")
	f.DurationVar(&c.budget, "budget", time.Minute, "`TIME` that auto takes at most, shared among the rungs that it tries, and, where it is given, that a rung takes that is named, if it improves with time as networks do; 0 sets no limit")
	complete(cmd, "model", completeModel)
}

func completeModel(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	names := []string{cobra.CompletionWithDesc(auto, "the best of them on held-out rows")}
	for _, r := range models.All() {
		names = append(names, cobra.CompletionWithDesc(r.Kind, r.Summary))
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

// complete sets how the values of a flag are completed.
func complete(cmd *cobra.Command, flag string, f cobra.CompletionFunc) {
	if err := cmd.RegisterFlagCompletionFunc(flag, f); err != nil {
		panic(err) // no such flag
	}
}

// options returns what the rungs are told.
func (c *familyFlags) options() models.Options {
	return models.Options{Label: c.label, Seed: c.seed, Sharp: c.sharp, Discriminate: c.tell}
}

// check refuses what can be refused before any data are read.
func (c *familyFlags) check() error {
	switch {
	case !(c.holdout >= 0 && c.holdout < 1):
		return misusef("--holdout %v: a share from 0 up to, not including, 1", c.holdout)
	case c.tell != 0 && (c.model != pixelnet.Kind || c.label == ""):
		return misusef("--discriminate is of --model pixelnet with a --label that is told from the picture")
	case !(c.tell >= 0) || math.IsInf(c.tell, 1):
		return misusef("--discriminate %v: a weight from 0 up", c.tell)
	case c.holdout == 0 && c.model == auto:
		return misusef("--holdout 0 leaves no rows to choose a model by: name one with --model")
	}
	if all := append(models.Kinds(), auto); !slices.Contains(all, c.model) {
		return misusef("--model: there is no model %q: %s", c.model, spell.Suggest(c.model, all))
	}
	return nil
}

// kinds returns the rungs to fit: those made for the sample space, or one and
// the yardsticks to measure it by.
func (c *familyFlags) kinds(s *space.Schema) []string {
	if c.model == auto {
		return models.Auto(s)
	}
	return slices.DeleteFunc(models.Kinds(), func(kind string) bool {
		return kind != c.model && (c.holdout == 0 || !slices.Contains(yardsticks, kind))
	})
}

// families returns the families of rungs.
func families(kinds []string, opt models.Options) ([]mimic.Family, error) {
	var all []mimic.Family
	for _, kind := range kinds {
		r, err := models.Lookup(kind)
		if err != nil {
			return nil, err
		}
		f, err := r.New(opt)
		if err != nil {
			return nil, misuse{err}
		}
		all = append(all, f)
	}
	return all, nil
}

// fitted is a model with its account.
type fitted struct {
	artifact.Artifact
	trials []fit.Trial
	chosen int
	auto   bool // chosen among the trials, not named
	took   time.Duration
	nearer *judge.Figure // of --sharp: how near the model's rows are to those it learned from,
	beside *judge.Figure // and how near those of the same family without --sharp are
}

// fit fits and chooses a model of the data.
func (c *familyFlags) fit(ctx context.Context, p *progress, d *dataset) (*fitted, error) {
	start := time.Now()
	if c.label != "" {
		if _, err := column(d.Schema(), "--label", c.label); err != nil {
			return nil, err
		}
	}
	rungs, err := families(c.kinds(d.Schema()), c.options())
	if err != nil {
		return nil, err
	}
	train, held := fit.Split(d.Table, c.holdout, c.seed)
	budget, opt := c.budget, fit.Options{Progress: p.reach}
	if c.model != auto {
		if budget = 0; c.flags.Changed("budget") {
			opt.Budget = c.budget
		}
	}
	trials, chosen, err := fit.Climb(ctx, train, held, rungs, budget, opt)
	if err != nil {
		return nil, err
	}
	kept := trials[chosen].Kind
	if c.model != auto {
		kept = c.model
	}
	inOrder(trials)
	chosen = slices.IndexFunc(trials, func(t fit.Trial) bool { return t.Kind == kept })
	best := trials[chosen]
	if best.Err != nil {
		return nil, best.Err
	}
	p.reach("digest of the data", 0, 0)
	digest, err := artifact.Digest(ctx, d.Table)
	if err != nil {
		return nil, err
	}
	f := &fitted{trials: trials, chosen: chosen, auto: c.model == auto}
	f.Model = best.Model
	f.Manifest.Options = c.options()
	f.Manifest.Data = artifact.Data{Rows: d.Rows(), Digest: digest}
	if held.Rows() > 0 {
		f.Manifest.HeldOut = &artifact.HeldOut{Share: c.holdout, Seed: c.seed, Nats: best.Held}
	}
	if c.sharp && held.Rows() > 0 {
		p.reach("distances to the training rows", 0, 0)
		if f.nearer, err = c.closeness(ctx, train, held, f.Model); err != nil {
			return nil, err
		}
		plain := c.options()
		plain.Sharp = false
		beside, err := families([]string{kept}, plain)
		if err != nil {
			return nil, err
		}
		p.reach("the same without --sharp", 0, 0)
		m, err := fit.Run(ctx, train, beside[0], fit.Options{})
		if err != nil {
			return nil, err
		}
		if f.beside, err = c.closeness(ctx, train, held, m); err != nil {
			return nil, err
		}
	}
	f.took = time.Since(start)
	return f, nil
}

// closeness measures how near samples of m are to the rows it learned from.
func (c *familyFlags) closeness(ctx context.Context, train, held *table.Table, m mimic.Model) (*judge.Figure, error) {
	return judge.NearerToTraining(ctx, judge.Input{Train: train, Held: held, Model: m}, judge.Options{Seed: c.seed, Rows: held.Rows()})
}

// inOrder sorts trials as the rungs stand on the ladder, whatever the order in
// which they were tried.
func inOrder(trials []fit.Trial) {
	kinds := models.Kinds()
	slices.SortStableFunc(trials, func(a, b fit.Trial) int {
		return slices.Index(kinds, a.Kind) - slices.Index(kinds, b.Kind)
	})
}

// model is a fitted model in JSON, with the rungs that it was measured beside.
type model struct {
	Kind   string          `json:"kind"`
	Ladder []trial         `json:"ladder"`
	Nearer *judge.Compared `json:"nearer_to_training,omitempty"`
	Beside *judge.Estimate `json:"nearer_to_training_without_sharp,omitempty"`
}

// trial is a rung of the ladder in JSON.
type trial struct {
	Kind         string    `json:"kind"`
	Chosen       bool      `json:"chosen"`
	Nats         *fit.Nats `json:"nats,omitempty"`
	BitsPerField *float64  `json:"bits_per_field,omitempty"`
	Parameters   *int64    `json:"parameters,omitempty"`
	Seconds      float64   `json:"seconds"`
	Error        string    `json:"error,omitempty"`
}

func (f *fitted) account() model {
	ladder := make([]trial, len(f.trials))
	for i, t := range f.trials {
		row := trial{Kind: t.Kind, Chosen: i == f.chosen, Seconds: t.Fit.Seconds()}
		switch {
		case t.Err != nil:
			row.Error = t.Err.Error()
		case t.Held.Rows > 0:
			row.Nats = &t.Held
			row.BitsPerField = number(bitsPerField(t.Held.Mean, f.Model.Schema()))
		}
		if t.Parameters >= 0 {
			row.Parameters = &t.Parameters
		}
		ladder[i] = row
	}
	m := model{Kind: f.Model.Kind(), Ladder: ladder}
	if f.nearer != nil {
		m.Nearer = &f.nearer.Compared
		m.Beside = &f.beside.Samples
	}
	return m
}

// fewToChoose is below how many held-out rows a choice is told to rest on little.
const fewToChoose = 10

// draw shows the rungs beside each other.
func (f *fitted) draw(s *screen) {
	held := f.Manifest.HeldOut
	if held == nil {
		s.line("%s, fitted in %s to all rows: none were held out to measure it on", f.Model.Kind(), seconds(f.took))
		if f.auto {
			s.line("nor to choose a model by: it is the first that is tried; --model names another")
		}
		return
	}
	s.line("log p(x) of %s that no fit has seen; higher is better, * is kept:", many(held.Nats.Rows, "held-out row"))
	g := &grid{head: []string{"", "model", " nats per row", " ± stderr", " bits per field", " fit"}}
	var refused, unsuited []string
	for i, t := range f.trials {
		mark := ""
		if i == f.chosen {
			mark = "*"
		}
		switch {
		case errors.Is(t.Err, mimic.ErrUnsuited):
			unsuited = append(unsuited, t.Kind)
			continue
		case errors.Is(t.Err, fit.ErrBudget):
			refused = append(refused, fmt.Sprintf("%s: not tried to the end, %v (--budget)", t.Kind, t.Err))
			continue
		case t.Err != nil:
			refused = append(refused, t.Err.Error())
			continue
		}
		g.add(mark, t.Kind, nats(t.Held.Mean), nats(t.Held.StdErr), fixed(bitsPerField(t.Held.Mean, f.Model.Schema()), 3), seconds(t.Fit))
	}
	s.grid(g)
	if n := held.Nats.Rows; f.auto && n < fewToChoose {
		s.line("%s little to choose a model by: --model names another", plural(n, "row says", "rows say"))
	}
	for _, r := range refused {
		s.line("%s", r)
	}
	if len(unsuited) > 0 {
		s.line("not made for such data: %s", strings.Join(unsuited, ", "))
	}
	if f.nearer != nil {
		s.paragraph("", fmt.Sprintf("--sharp: %s of its samples are nearer to a training row than to any of as many held-out rows; without it %s, of real rows %s, of a copy %s",
			estimate(f.nearer.Samples), estimate(f.beside.Samples), estimate(f.nearer.Held), estimate(f.nearer.Copy)))
	}
	if n := held.Nats.Impossible; n > 0 {
		s.line("%s of the held-out rows are impossible under %s, and not in its mean", count(n), f.Model.Kind())
	}
}

// nats writes a log-probability.
func nats(x float64) string { return fixed(x, 3) }

// bitsPerField turns nats per row into the bits that a field costs on average:
// −nats / (ln 2 · fields). IDs, which models do not learn, are not counted.
func bitsPerField(nats float64, s *space.Schema) float64 {
	fields := 0
	for _, f := range s.Fields {
		if f.Kind.Learned() {
			fields++
		}
	}
	if fields == 0 {
		return math.NaN()
	}
	return -nats / (math.Ln2 * float64(fields))
}
