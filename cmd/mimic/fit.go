package main

import (
	"time"

	"github.com/spf13/cobra"
)

func newFit(con *console) *cobra.Command {
	var (
		text   textFlags
		known  spaceFlags
		family familyFlags
		resume string
		out    string
	)
	cmd := &cobra.Command{
		Use:     "fit DATA... -o MODEL",
		GroupID: groupMake,
		Short:   "Fit a model by maximum likelihood and keep it",
		Long: `Fit reads a table, infers its sample space, and fits a model by maximum
likelihood. With --model auto it tries the rungs of the ladder that are made for
such data, from a uniform box upwards, within --budget, and keeps the one under
which held-out rows are most probable; the screen shows what each bought, in nats.

MODEL is one zip archive: a manifest, the sample space, and the parameters. It is
data and runs no code. The same data, flags and seed give the same bytes,
whatever --workers is (as long as --budget is not spent).

A network learns for as long as --budget lets it, and without one until held-out
rows say that it gains no more. With --resume its state is kept in a file, now and
then and when it is interrupted: the same command goes on from there, to the same
bits, and removes the file at the end.`,
		Example: `  mimic fit example:adult -o adult.mimic
  mimic fit data.csv -o data.mimic --label income --seed 7
  mimic fit data.csv -o data.mimic --schema edited.yaml --type zip=category
  mimic fit 'part-*.parquet' -o all.mimic --model independent
  mimic fit example:digits --levels 2 -o digits.mimic --model pixelnet --budget 10m --resume digits.state`,
		Args:              words("DATA..."),
		ValidArgsFunction: completeData,
	}
	outFlag(cmd, &out, "", "write the model to `MODEL`; - is standard output")
	cmd.Flags().StringVar(&resume, "resume", "", "keep the state of a long fit in `FILE`, and go on from it where it is there")
	family.register(cmd)
	known.register(cmd)
	text.register(cmd)

	cmd.RunE = func(cmd *cobra.Command, data []string) error {
		start := time.Now()
		if out == "" {
			return misusef("fit needs -o MODEL, the file to write the model to")
		}
		onOut, err := con.onOut(out, "the model")
		if err != nil {
			return err
		}
		if err := family.check(); err != nil {
			return err
		}
		if resume != "" && family.model == auto {
			return misusef("--resume keeps the state of one fit: name its rung with --model")
		}
		state := checkpoint(resume)
		if err := writable(out, data...); err != nil {
			return err
		}
		p := con.progress()
		defer p.stop()
		d, err := readData(cmd.Context(), p, data, text, known)
		if err != nil {
			return err
		}
		f, err := family.fit(state.keeps(cmd.Context()), p, d)
		if err != nil {
			return state.explain(err)
		}
		if err := con.save(out, &f.Artifact); err != nil {
			return err
		}
		if err := state.drop(); err != nil {
			return err
		}
		p.stop()
		took := time.Since(start)
		result := struct {
			Data    account `json:"data"`
			Model   model   `json:"model"`
			Out     string  `json:"out"`
			Seconds float64 `json:"seconds"`
		}{d.account(), f.account(), out, took.Seconds()}
		return con.report(onOut, result, func(s *screen) {
			d.draw(s)
			s.line("")
			f.draw(s)
			s.line("")
			s.line("%s to %s; %s in all", f.Model.Kind(), place(out), seconds(took))
		})
	}
	return cmd
}
