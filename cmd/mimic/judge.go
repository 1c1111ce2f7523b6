package main

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/seed-64d012fb/mimic/artifact"
	"github.com/seed-64d012fb/mimic/fit"
	"github.com/seed-64d012fb/mimic/internal/atomicfile"
	"github.com/seed-64d012fb/mimic/judge"
	"github.com/seed-64d012fb/mimic/report"
)

// judgeFlags say what is judged, by what, and where the judgement goes.
type judgeFlags struct {
	text                 textFlags
	known                spaceFlags
	train, test, samples []string
	label                string
	n                    int64
	seed                 uint64
	holdout              float64
	page, figures        string
}

func newJudge(con *console) *cobra.Command {
	var flags judgeFlags
	cmd := &cobra.Command{
		Use:     "judge --train DATA [--test DATA] (MODEL | --samples DATA)",
		GroupID: groupAsk,
		Short:   "Say whether p_model is close to p_data, and whether the samples are new",
		Long: `Judge compares samples with the rows that they are to be like: rows drawn from a
model, or a file of samples, whoever made it. It says how many are A impossible,
B copies of a training row or nearer to one than real unseen rows are, or C good;
and then, in figures of likelihood, fidelity, usefulness and novelty, how the
samples compare with three yardsticks: real held-out rows, a copy of the training
rows, and rows whose fields are independent.

--test are real rows that the model has not seen. Without them, the rows that the
fit of MODEL held out are taken if --train are the rows of that fit; else a part
of --train is held out, and the judgement says what follows from that.`,
		Example: `  mimic judge --train train.csv --test held.csv adult.mimic
  mimic judge --train example:adult adult.mimic -o report.html
  mimic judge --train train.csv --test held.csv --samples theirs.csv --json figures.json`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return misusef("judge judges one MODEL, but got %q too: see `%s --help`", args[1], cmd.CommandPath())
			}
			return nil
		},
		ValidArgsFunction: completeModelFile,
		RunE: func(cmd *cobra.Command, args []string) error {
			return flags.run(cmd.Context(), con, args)
		},
	}
	flags.register(cmd)
	return cmd
}

func (f *judgeFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringArrayVar(&f.train, "train", nil, "`DATA` that the model, or whoever made the samples, learned from; may be repeated")
	flags.StringArrayVar(&f.test, "test", nil, "`DATA` that they did not learn from; may be repeated")
	flags.StringArrayVar(&f.samples, "samples", nil, "judge these `DATA` instead of rows drawn from MODEL; may be repeated")
	for _, data := range []string{"train", "test", "samples"} {
		complete(cmd, data, completeData)
	}
	outFlag(cmd, &f.page, "", "write a report, one page of HTML that stands alone, to `FILE`")
	flags.StringVar(&f.figures, "json", "", "write all figures as JSON to `FILE`; - is standard output")
	flags.StringVar(&f.label, "label", "", "`COLUMN` whose prediction measures usefulness; by default that of the model, or each column with levels in turn")
	countFlag(cmd, &f.n, "draw `N` rows from MODEL; as many as the training rows by default")
	flags.Uint64Var(&f.seed, "seed", 1, "`SEED` of all that is drawn")
	flags.Float64Var(&f.holdout, "holdout", 0.2, "`SHARE` of --train to hold out where there is nothing better")
	f.known.register(cmd)
	f.text.register(cmd)
}

func (f *judgeFlags) check(args []string) error {
	switch {
	case len(f.train) == 0:
		return misusef("judge needs --train DATA, the rows that the samples are to be like")
	case len(args) == 0 && len(f.samples) == 0:
		return misusef("judge needs something to judge: a MODEL, or --samples DATA")
	case len(args) == 1 && f.known.said():
		return misusef("a MODEL has its sample space: --schema, --type, --drop and what is made of pictures are for judging --samples alone")
	case f.n < 0:
		return misusef("-n %d: a number of rows is 0 or more", f.n)
	case !(f.holdout > 0 && f.holdout < 1):
		return misusef("--holdout %v: a share above 0 and below 1", f.holdout)
	}
	for _, path := range []string{f.page, f.figures} {
		if err := writable(path, slices.Concat(args, f.train, f.test, f.samples)...); err != nil {
			return err
		}
	}
	return nil
}

func (f *judgeFlags) run(ctx context.Context, con *console, args []string) error {
	if err := f.check(args); err != nil {
		return err
	}
	p := con.progress()
	defer p.stop()
	opt := judge.Options{Label: f.label, Seed: f.seed, HeldShare: f.holdout, Rows: f.n, Progress: p.reach}
	in, notes, err := f.input(ctx, con, p, args, &opt)
	if err != nil {
		return err
	}
	j, err := judge.Run(ctx, *in, opt)
	if err != nil {
		return err
	}
	p.stop()
	j.Notes = append(notes, j.Notes...)
	if f.page != "" {
		if err := writePage(f.page, j); err != nil {
			return err
		}
	}
	if f.figures != "" && f.figures != std {
		text, err := json.MarshalIndent(j, "", "  ")
		if err != nil {
			return err
		}
		if err := writeFile(f.figures, append(text, '\n')); err != nil {
			return err
		}
	}
	con.json = f.figures == std
	return con.report(false, j, func(s *screen) {
		drawJudgement(s, j)
		if f.page != "" {
			s.line("")
			s.line("the report to %s", f.page)
		}
	})
}

// input reads what is judged, and what it is judged by. The notes say what a
// reader must know of how that was found; opt gets what the model knows.
func (f *judgeFlags) input(ctx context.Context, con *console, p *progress, args []string, opt *judge.Options) (in *judge.Input, notes []string, err error) {
	in = &judge.Input{RulesDir: filepath.Dir(f.known.schema)}
	var train *dataset
	if len(args) == 0 {
		if train, err = readData(ctx, p, f.train, f.text, f.known); err != nil {
			return nil, nil, err
		}
		in.Train = train.Table
	} else {
		a, err := con.load(args[0], f.train...)
		if err != nil {
			return nil, nil, err
		}
		in.Model, in.RulesDir = a.Model, filepath.Dir(args[0])
		if opt.Label == "" {
			opt.Label = a.Manifest.Options.Label
		}
		if train, err = readLike(ctx, p, f.train, f.text, a.Model.Schema()); err != nil {
			return nil, nil, err
		}
		in.Train = train.Table
		if len(f.test) == 0 {
			if notes, err = heldByFit(ctx, in, &a.Manifest); err != nil {
				return nil, nil, err
			}
		}
	}
	if opt.Label != "" {
		if _, err := column(in.Train.Schema(), "--label", opt.Label); err != nil {
			return nil, nil, err
		}
	}
	if len(f.test) > 0 {
		test, err := readLike(ctx, p, f.test, f.text, in.Train.Schema())
		if err != nil {
			return nil, nil, err
		}
		in.Held = test.Table
	}
	if len(f.samples) > 0 {
		samples, err := readData(ctx, p, f.samples, f.text, spaceFlags{})
		if err != nil {
			return nil, nil, err
		}
		in.Samples = samples.Table
	}
	return in, notes, nil
}

// heldByFit parts the training rows as the fit of the model did, if they are
// the rows of that fit, so that its held-out rows are rows that it has not seen.
func heldByFit(ctx context.Context, in *judge.Input, m *artifact.Manifest) (notes []string, err error) {
	if m.HeldOut == nil {
		return nil, nil
	}
	digest, err := artifact.Digest(ctx, in.Train)
	if err != nil {
		return nil, err
	}
	if digest != m.Data.Digest {
		return []string{"The training rows are not those that the model was fitted to, so that nobody knows which of them it has seen."}, nil
	}
	in.Train, in.Held = fit.Split(in.Train, m.HeldOut.Share, m.HeldOut.Seed)
	return []string{fmt.Sprintf("The held-out rows are the %s of the training file that the fit of the model left out.", many(in.Held.Rows(), "row"))}, nil
}

// writePage writes the report beside path and renames it.
func writePage(path string, j *judge.Judgement) error {
	f, err := atomicfile.Create(path)
	if err != nil {
		return err
	}
	defer f.Abort()
	if err := report.Write(f, j); err != nil {
		return err
	}
	return f.Commit()
}
