package main

import (
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/seed-64d012fb/mimic/table/files"
)

func newSample(con *console) *cobra.Command {
	var (
		n    int64
		rows string
		seed uint64
		how  drawFlags
		part partFlags
		out  string
	)
	cmd := &cobra.Command{
		Use:     "sample MODEL -n N",
		GroupID: groupMake,
		Short:   "Sample new rows from a model",
		Long: `Sample draws rows from a model. A seed stands for one endless sequence of rows,
numbered from 0: -n takes its beginning, --rows any part of it, and neither
--workers nor the format of the file changes a row.

--given samples from the conditional distribution instead: FIELD=VALUES, where
VALUES are one value, a range A..B with either end left out, alternatives A|B|C,
or missing. Conditions separated by commas, or by several --given, all hold. Where
the model has no exact answer, rows are weighted and drawn again; the screen says
how good that is, and evidence too rare for it is refused.

--given-image draws the rest of a picture, of which --mask, or --top-half, says what
is known: exactly, where the model draws pixels in an order in which all of that
comes first, or has an exact answer for all; otherwise approximately, and the screen
says how well. A sheet then begins with the picture and its known part.

--enforce draws rows again that break a rule of the schema, and says how many.`,
		Example: `  mimic sample adult.mimic -n 1000 -o new.csv
  mimic sample adult.mimic -n 1000000000 -o new.parquet
  mimic sample adult.mimic --rows 1000000:1000010
  mimic sample adult.mimic -n 5 --given 'age=30..40,sex=Female'
  mimic sample digits.mimic -n 64 -o sheet.png
  mimic sample digits.mimic -n 14 --given-image seven.png --top-half -o rest.png`,
		Args:              words("MODEL"),
		ValidArgsFunction: completeModelFile,
	}
	countFlag(cmd, &n, "sample `N` rows")
	cmd.Flags().StringVar(&rows, "rows", "", "sample the rows `A:B` of the sequence, from A up to, not including, B")
	outFlag(cmd, &out, std, outRows)
	how.register(cmd)
	part.register(cmd)
	cmd.Flags().Uint64Var(&seed, "seed", 1, "`SEED` of the sequence of rows")

	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		onOut, err := con.onOut(out, "the rows")
		if err != nil {
			return err
		}
		counted, ranged := cmd.Flags().Changed("count"), cmd.Flags().Changed("rows")
		if counted == ranged {
			return misusef("sample needs one of -n N, the number of rows, and --rows A:B, a part of the sequence")
		}
		r, err := firstRows(n)
		if ranged {
			r, err = parseRange(rows)
		}
		if err != nil {
			return err
		}
		if err := writableRows(out, args...); err != nil {
			return err
		}
		a, err := con.load(args[0])
		if err != nil {
			return err
		}
		if err := files.CheckSchema(out, a.Model.Schema()); err != nil {
			return err
		}
		p := con.progress()
		defer p.stop()
		known, err := part.read(cmd.Context(), p, a.Model.Schema())
		if err != nil {
			return err
		}
		how.picture = known.evidence()
		m, err := how.apply(cmd.Context(), a.Model, filepath.Dir(args[0]))
		if err != nil {
			return err
		}
		rowsMade, err := known.sampleTo(cmd.Context(), p, m.Model, r, seed, out)
		if err != nil {
			return err
		}
		p.stop()
		result := struct {
			made
			Given    *conditional `json:"given,omitempty"`
			Enforced *redraws     `json:"enforced,omitempty"`
		}{*rowsMade, m.conditional(), m.redraws()}
		return con.report(onOut, result, func(s *screen) {
			rowsMade.draw(s)
			m.draw(s)
		})
	}
	return cmd
}
