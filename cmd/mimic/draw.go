package main

import (
	"context"
	"fmt"
	"math"
	"strings"

	"github.com/spf13/cobra"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/condition"
	"github.com/seed-64d012fb/mimic/rules"
	"github.com/seed-64d012fb/mimic/space"
)

// drawFlags say how rows are drawn from a model: all of them turn it into
// another one.
type drawFlags struct {
	given   []string
	iid     bool
	enforce bool

	picture space.Evidence // what a picture shows; nil where none is given
}

func (d *drawFlags) register(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringArrayVar(&d.given, "given", nil, "sample rows that agree with `EVIDENCE`, such as 'age=30..40,sex=Female'")
	f.BoolVar(&d.iid, "iid", false, "draw each row independently of the others, where the model would spread its rows evenly")
	f.BoolVar(&d.enforce, "enforce", false, "draw rows again that break a rule of the schema")
}

// drawn is a model to draw rows from, with how it came about.
type drawn struct {
	mimic.Model
	quality  *condition.Quality // of --given
	enforced *rules.Enforced    // of --enforce
}

// apply returns the model to draw from. Files that rules name are in folder.
func (d *drawFlags) apply(ctx context.Context, m mimic.Model, folder string) (*drawn, error) {
	r := &drawn{Model: m}
	var e space.Evidence
	if len(d.given) > 0 {
		var err error
		if e, err = space.ParseEvidence(m.Schema(), strings.Join(d.given, ",")); err != nil {
			return nil, misuse{fmt.Errorf("--given: %w", err)}
		}
	}
	find, what := condition.Given, "--given"
	if len(d.picture) > 0 {
		find, what = condition.Picture, "--given-image"
	}
	var err error
	if e, err = join(m.Schema(), e, d.picture); err != nil {
		return nil, err
	}
	if len(e) > 0 {
		given, quality, err := find(ctx, m, e)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", what, err)
		}
		r.Model, r.quality = given, &quality
	}
	if s, ok := r.Model.(mimic.Stratified); ok && d.iid {
		r.Model = s.IID()
	}
	if d.enforce {
		set, err := compileRules(m.Schema(), folder)
		if err != nil {
			return nil, err
		}
		if set.Len() == 0 {
			return nil, misusef("--enforce: the model has no rules: fit it with a --schema that has some under `rules:`")
		}
		if r.enforced, err = rules.Enforce(r.Model, set, 0); err != nil {
			return nil, err
		}
		r.Model = r.enforced
	}
	return r, nil
}

// conditional is the account of --given in JSON. The last three are null where
// the conditional is exact.
type conditional struct {
	Exact       bool     `json:"exact"`
	Effective   *float64 `json:"effective_sample_size"`
	Candidates  *float64 `json:"candidates"`
	LogEvidence *float64 `json:"log_evidence"`
}

func (d *drawn) conditional() *conditional {
	switch q := d.quality; {
	case q == nil:
		return nil
	case q.Exact:
		return &conditional{Exact: true}
	default:
		return &conditional{false, number(q.Effective), number(float64(q.Candidates)), number(q.LogEvidence)}
	}
}

// redraws is the account of --enforce in JSON.
type redraws struct {
	Broken  int64 `json:"rows_broken"`
	Redrawn int64 `json:"rows_redrawn"`
}

func (d *drawn) redraws() *redraws {
	if d.enforced == nil {
		return nil
	}
	r := d.enforced.Redraws()
	return &redraws{r.Broken, r.Redrawn}
}

// draw shows what the rows are conditional on, when they are drawn.
func (d *drawn) draw(s *screen) {
	if q := d.quality; q != nil && q.Exact {
		s.line("given the evidence, exactly")
	} else if q != nil {
		s.line("given the evidence, which has probability %.2g, approximately: each row is one of %s, worth %s equally likely ones",
			math.Exp(q.LogEvidence), many(int64(q.Candidates), "candidate"), fixed(q.Effective, 1))
	}
	if d.enforced != nil {
		r := d.enforced.Redraws()
		s.line("%s of %s broke a rule and were drawn again, %s in all", count(r.Broken), many(r.Rows, "row"), many(r.Redrawn, "time"))
	}
}
