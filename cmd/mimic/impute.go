package main

import (
	"context"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/condition"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
	"github.com/seed-64d012fb/mimic/table/files"
	"github.com/seed-64d012fb/mimic/table/ingest"
)

func newImpute(con *console) *cobra.Command {
	var (
		text  textFlags
		times int
		seed  uint64
		out   string
	)
	cmd := &cobra.Command{
		Use:     "impute MODEL DATA...",
		GroupID: groupAsk,
		Short:   "Fill missing cells with draws from their distribution given the row",
		Long: `Impute draws the missing cells of each row from their conditional distribution
given the known cells of the row, which keep their values. A draw is one of the
values that the cell may have had, not the likeliest one: what is computed from a
filled table is then not biased towards the usual.

A known cell is also written as it was read, as long as its column of the
training rows is written in one way. Numbers that it writes in several ways, such
as 1.5 beside 2.50, take the shortest.

One filled table hides how much the gaps leave open. -m 5 writes five, each with
draws of its own, to OUT with the numbers 1 to 5 before the extension: compute
from each, and see how far the results lie apart.`,
		Example: `  mimic impute adult.mimic gaps.csv -o filled.csv
  mimic impute adult.mimic gaps.csv -m 5 -o filled.parquet     filled.1.parquet …`,
		Args:              words("MODEL", "DATA..."),
		ValidArgsFunction: completeModelFile,
	}
	cmd.Flags().IntVarP(&times, "times", "m", 1, "write `M` filled tables")
	outFlag(cmd, &out, std, outRows)
	cmd.Flags().Uint64Var(&seed, "seed", 1, "`SEED` of the draws")
	text.register(cmd)

	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		ctx, start := cmd.Context(), time.Now()
		onOut, err := con.onOut(out, "the rows")
		switch {
		case err != nil:
			return err
		case times < 1:
			return misusef("-m %d: a number of tables is 1 or more", times)
		case times > 1 && onOut:
			return misusef("-m %d writes several tables: name a file with -o", times)
		}
		if err := writableRows(out, args...); err != nil {
			return err
		}
		m, err := con.load(args[0], args[1:]...)
		if err != nil {
			return err
		}
		p := con.progress()
		defer p.stop()
		d, err := read(ctx, p, args[1:], text, ingest.Options{Schema: withGaps(m.Model.Schema())})
		if err != nil {
			return err
		}
		result := imputed{Data: d.account(), Model: m.Model.Kind(), Seed: seed}
		for i := range times {
			path := out
			if times > 1 {
				path = numbered(out, i+1)
			}
			g, err := fill(ctx, m.Model, d.Table, path, condition.ImputeOptions{Seed: seed, Draw: uint64(i), Progress: p.reach})
			if err != nil {
				return err
			}
			result.Gaps = gapsOf(g)
			result.Out = append(result.Out, path)
		}
		p.stop()
		result.Seconds = time.Since(start).Seconds()
		return con.report(onOut, result, func(s *screen) {
			d.draw(s)
			result.draw(s)
		})
	}
	return cmd
}

// withGaps returns the sample space with the empty text as a missing value of
// each field that has none: gaps may be where the training rows had none.
func withGaps(s *space.Schema) *space.Schema {
	t := *s
	t.Fields = slices.Clone(s.Fields)
	for j := range t.Fields {
		if f := &t.Fields[j]; !f.Optional() && f.Kind.Learned() && !slices.Contains(f.Levels, "") {
			f.Missing = []string{""}
		}
	}
	return &t
}

// fill writes the rows of t to a file, without gaps.
func fill(ctx context.Context, m mimic.Model, t *table.Table, path string, opt condition.ImputeOptions) (condition.Gaps, error) {
	w, err := files.Create(path, t.Schema())
	if err != nil {
		return condition.Gaps{}, err
	}
	defer w.Abort()
	gaps, err := condition.Impute(ctx, m, t, w, opt)
	if err != nil {
		return gaps, err
	}
	return gaps, w.Close()
}

// numbered returns the path with a number before its extensions:
// filled.3.csv.gz.
func numbered(path string, i int) string {
	folder, name := filepath.Split(path)
	stem, ext, _ := strings.Cut(name, ".")
	if ext != "" {
		ext = "." + ext
	}
	return fmt.Sprintf("%s%s.%d%s", folder, stem, i, ext)
}

// imputed is the account of filled gaps, in JSON.
type imputed struct {
	Data    account  `json:"data"`
	Model   string   `json:"model"`
	Gaps    gaps     `json:"gaps"`
	Seed    uint64   `json:"seed"`
	Out     []string `json:"out"`
	Seconds float64  `json:"seconds"`
}

// gaps counts what was filled in one table. Least is null where all draws are
// exact.
type gaps struct {
	Rows   int64    `json:"rows"`
	Filled int64    `json:"cells"`
	Left   int64    `json:"cells_left"`
	Exact  int64    `json:"rows_exact"`
	Poor   int64    `json:"rows_poor"`
	Least  *float64 `json:"least_effective_sample_size"`
}

func gapsOf(g condition.Gaps) gaps {
	r := gaps{g.Rows, g.Filled, g.Left, g.Exact, g.Poor, nil}
	if !math.IsInf(g.Least, 1) {
		r.Least = number(g.Least)
	}
	return r
}

// draw shows what was filled.
func (r *imputed) draw(s *screen) {
	g := &r.Gaps
	s.line("")
	s.line("%s in %s filled by %s, %s exactly", many(g.Filled, "cell"), many(g.Rows, "row"), r.Model, many(g.Exact, "row"))
	if g.Left > 0 {
		s.line("%s left missing: their fields never had a value in training", many(g.Left, "cell"))
	}
	if g.Poor > 0 {
		s.line("%s filled from few candidates, worth %s equally likely ones at the least: what the row tells is improbable under the model", many(g.Poor, "row"), fixed(*g.Least, 1))
	}
	for _, path := range r.Out {
		s.line("all rows to %s", place(path))
	}
	s.line("%s in all", seconds(time.Duration(r.Seconds*float64(time.Second))))
}
