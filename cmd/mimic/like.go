package main

import (
	"time"

	"github.com/spf13/cobra"

	"github.com/seed-64d012fb/mimic/table/files"
)

func newLike(con *console) *cobra.Command {
	var (
		text   textFlags
		known  spaceFlags
		family familyFlags
		n      int64
		out    string
	)
	cmd := &cobra.Command{
		Use:     "like DATA...",
		GroupID: groupMake,
		Short:   "Make new rows like those of a table, in one go",
		Long: `Like reads a table, infers its sample space, fits a model, samples new rows from
it, and shows on one screen what it did and how well the model mimics rows that
it has not seen. It is fit and sample in one go; fit also keeps the model.`,
		Example: `  mimic like example:adult -n 1000 -o new.csv
  mimic like data.csv > new.csv
  mimic like 'logs/*.jsonl.gz' -n 1000000 -o new.parquet --drop session
  cat data.csv | mimic like - -n 10 --model independent`,
		Args:              words("DATA..."),
		ValidArgsFunction: completeData,
	}
	countFlag(cmd, &n, "sample `N` rows; as many as DATA has by default")
	outFlag(cmd, &out, std, outRows)
	family.register(cmd)
	known.register(cmd)
	text.register(cmd)

	cmd.RunE = func(cmd *cobra.Command, data []string) error {
		start := time.Now()
		onOut, err := con.onOut(out, "the rows")
		if err != nil {
			return err
		}
		rows, err := firstRows(n)
		if err != nil {
			return err
		}
		if err := family.check(); err != nil {
			return err
		}
		if err := writableRows(out, data...); err != nil {
			return err
		}
		p := con.progress()
		defer p.stop()
		d, err := readData(cmd.Context(), p, data, text, known)
		if err != nil {
			return err
		}
		if err := files.CheckSchema(out, d.Schema()); err != nil {
			return err
		}
		f, err := family.fit(cmd.Context(), p, d)
		if err != nil {
			return err
		}
		if !cmd.Flags().Changed("count") {
			rows.Hi = d.Rows()
		}
		m, err := sampleTo(cmd.Context(), p, f.Model, rows, family.seed, out)
		if err != nil {
			return err
		}
		p.stop()
		took := time.Since(start)
		result := struct {
			Data    account `json:"data"`
			Model   model   `json:"model"`
			Sample  *made   `json:"sample"`
			Seconds float64 `json:"seconds"`
		}{d.account(), f.account(), m, took.Seconds()}
		return con.report(onOut, result, func(s *screen) {
			d.draw(s)
			s.line("")
			f.draw(s)
			s.line("")
			m.draw(s)
			s.line("%s in all", seconds(took))
		})
	}
	return cmd
}
