package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/space"
)

func newSample(con *console) *cobra.Command {
	var (
		n     int64
		rows  string
		seed  uint64
		given []string
		out   string
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
or missing. Conditions separated by commas, or by several --given, all hold.`,
		Example: `  mimic sample adult.mimic -n 1000 -o new.csv
  mimic sample adult.mimic -n 1000000000 -o new.parquet
  mimic sample adult.mimic --rows 1000000:1000010
  mimic sample adult.mimic -n 5 --given 'age=30..40,sex=Female'`,
		Args:              words("MODEL"),
		ValidArgsFunction: completeModelFile,
	}
	countFlag(cmd, &n, "sample `N` rows")
	cmd.Flags().StringVar(&rows, "rows", "", "sample the rows `A:B` of the sequence, from A up to, not including, B")
	outFlag(cmd, &out, std, outRows)
	cmd.Flags().StringArrayVar(&given, "given", nil, "sample rows that agree with `EVIDENCE`, such as 'age=30..40,sex=Female'")
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
		if err := writableRows(out); err != nil {
			return err
		}
		a, err := load(args[0], con.in)
		if err != nil {
			return err
		}
		m, err := condition(a.Model, given)
		if err != nil {
			return err
		}
		p := con.progress()
		defer p.stop()
		made, err := sampleTo(cmd.Context(), p, m, r, seed, out)
		if err != nil {
			return err
		}
		p.stop()
		return con.report(onOut, made, made.draw)
	}
	return cmd
}

// condition returns the model given the evidence of --given.
func condition(m mimic.Model, given []string) (mimic.Model, error) {
	if len(given) == 0 {
		return m, nil
	}
	e, err := space.ParseEvidence(m.Schema(), strings.Join(given, ","))
	if err != nil {
		return nil, misuse{fmt.Errorf("--given: %w", err)}
	}
	c, ok := m.(mimic.Conditioner)
	if !ok {
		return nil, fmt.Errorf("--given: %s: %w", m.Kind(), mimic.ErrUnsupported)
	}
	m, err = c.Condition(e)
	if err != nil {
		return nil, fmt.Errorf("--given: %w", err)
	}
	return m, nil
}

// completeModelFile completes the one model file of a verb, then DATA.
func completeModelFile(cmd *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return completeData(cmd, args, word)
	}
	return nil, cobra.ShellCompDirectiveDefault
}
