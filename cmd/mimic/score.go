package main

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/artifact"
	"github.com/seed-64d012fb/mimic/fit"
	"github.com/seed-64d012fb/mimic/internal/par"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
	"github.com/seed-64d012fb/mimic/table/files"
)

func newScore(con *console) *cobra.Command {
	var (
		text textFlags
		odd  int
		out  string
	)
	cmd := &cobra.Command{
		Use:     "score MODEL DATA...",
		GroupID: groupAsk,
		Short:   "Give the log-probability of rows under a model, in nats",
		Long: `Score reads rows of the model's sample space and says how probable they are: the
mean of log p(x) in nats per row, with its standard error. Rows outside the
sample space have probability zero: they are counted, with the reason, and left
out of the mean.

With -o it writes the log-probability of each row, in the order of the rows: the
number of the row, from 0, and log_prob, which is -Inf for an impossible row. Of
a field on a grid (levels, whole numbers, decimals, dates) it is the logarithm of
a mass, of a real field that of a density.

--surprising lists the least probable rows, each with the fields to blame: those
that add less to log p(x) than they usually do.`,
		Example: `  mimic score adult.mimic held-out.csv
  mimic score adult.mimic new.csv -o nats.csv
  mimic score adult.mimic data.csv --surprising 20    the oddest rows
  mimic score digits.mimic pictures/ --surprising 20 -o oddest.png
  mimic score adult.mimic new.parquet --json`,
		Args:              words("MODEL", "DATA..."),
		ValidArgsFunction: completeModelFile,
	}
	outFlag(cmd, &out, "", "write log p(x) of each row to `FILE`, in the format that its name says; - is standard output")
	cmd.Flags().IntVar(&odd, "surprising", 0, "list the `N` least probable of the possible rows")
	text.register(cmd)

	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		ctx, start := cmd.Context(), time.Now()
		onOut, err := con.onOut(out, "the log-probabilities")
		if err != nil {
			return err
		}
		if odd < 0 {
			return misusef("--surprising %d: a number of rows is 0 or more", odd)
		}
		if err := writableRows(out, args...); err != nil {
			return err
		}
		a, err := con.load(args[0], args[1:]...)
		if err != nil {
			return err
		}
		sheet := files.IsSheet(out)
		if sheet && odd == 0 {
			return misusef("-o %s would be a sheet of the least probable pictures: say how many, with --surprising N", out)
		}
		if err := files.CheckSchema(out, a.Model.Schema()); err != nil {
			return err
		}
		density, ok := a.Model.(mimic.Density)
		if !ok {
			return fmt.Errorf("the log-probability of rows under %s: %w", a.Model.Kind(), mimic.ErrUnsupported)
		}
		p := con.progress()
		defer p.stop()
		d, err := readLike(ctx, p, args[1:], text, a.Model.Schema())
		if err != nil {
			return err
		}
		logp, err := logProbs(ctx, p, density, d.Table)
		if err != nil {
			return err
		}
		n, err := fit.Evaluate(ctx, recorded{a.Model, logp}, d.Table)
		if err != nil {
			return err
		}
		var oddest []surprise
		if odd > 0 {
			if oddest, err = surprising(ctx, density, d.Table, logp, odd); err != nil {
				return err
			}
		}
		switch {
		case out == "":
		case sheet:
			err = writeSheet(out, d.Table, oddest)
		default:
			err = writeLogProbs(out, logp)
		}
		if err != nil {
			return err
		}
		p.stop()
		result := scored{
			Data: d.account(), Model: a.Model.Kind(), Nats: n, BitsPerField: number(bitsPerField(n.Mean, a.Model.Schema())),
			BitsPerDimension: number(bitsPerDimension(n.Mean, a.Model.Schema())),
			Impossible:       impossible(d, logp), Surprising: oddest, Out: out, Seconds: time.Since(start).Seconds(),
		}
		return con.report(onOut, result, func(s *screen) {
			d.draw(s)
			s.line("")
			result.draw(s, a.Manifest.HeldOut)
		})
	}
	return cmd
}

// scored is the account of rows that were scored, in JSON.
type scored struct {
	Data         account  `json:"data"`
	Model        string   `json:"model"`
	Nats         fit.Nats `json:"nats"`
	BitsPerField *float64 `json:"bits_per_field"`
	// BitsPerDimension is of pictures alone: log p(x) shared out among the pixels.
	BitsPerDimension *float64   `json:"bits_per_dimension,omitempty"`
	Impossible       []reason   `json:"impossible"`
	Surprising       []surprise `json:"surprising,omitempty"`
	Out              string     `json:"out,omitempty"`
	Seconds          float64    `json:"seconds"`
}

// logProbs returns log p(x) of every row.
func logProbs(ctx context.Context, p *progress, m mimic.Density, t *table.Table) ([]float64, error) {
	logp := make([]float64, t.Rows())
	done := p.counter("score", t.Rows())
	err := par.Do(ctx, (len(logp)+table.BlockRows-1)/table.BlockRows, func(i int) error {
		lo, hi := i*table.BlockRows, min((i+1)*table.BlockRows, len(logp))
		b, err := t.Batch(table.Range{Lo: int64(lo), Hi: int64(hi)})
		if err != nil {
			return err
		}
		done(b.N)
		return m.LogProb(logp[lo:hi], b)
	})
	return logp, err
}

// recorded is a density whose answers for the rows of one table are there.
type recorded struct {
	mimic.Model
	logp []float64
}

func (r recorded) LogProb(dst []float64, b *table.Batch) error {
	copy(dst, r.logp[b.First:])
	return nil
}

// writeLogProbs writes one row for each: its number and its log-probability.
func writeLogProbs(path string, logp []float64) error {
	s := &space.Schema{Fields: []space.Field{
		{Name: "row", Kind: space.Integer, Max: float64(len(logp))},
		{Name: "log_prob", Kind: space.Real, Min: math.Inf(-1), Max: math.Inf(1)},
	}}
	w, err := files.Create(path, s)
	if err != nil {
		return err
	}
	defer w.Abort()
	row := make([]float64, table.BlockRows)
	for lo := 0; lo < len(logp); lo += table.BlockRows {
		n := min(table.BlockRows, len(logp)-lo)
		for i := range n {
			row[i] = float64(lo + i)
		}
		b := &table.Batch{Schema: s, First: int64(lo), N: n, Cols: []table.Column{{Num: row[:n]}, {Num: logp[lo : lo+n]}}}
		if err := w.Write(b); err != nil {
			return err
		}
	}
	return w.Close()
}

// writeSheet draws the least probable rows, which are pictures, on a sheet.
func writeSheet(path string, t *table.Table, oddest []surprise) error {
	rows := make([]int, len(oddest))
	for i := range oddest {
		rows[i] = int(oddest[i].Row)
	}
	w, err := files.Create(path, t.Schema())
	if err != nil {
		return err
	}
	defer w.Abort()
	if err := w.Write(t.Select(rows).All()); err != nil {
		return err
	}
	return w.Close()
}

// bitsPerDimension returns the bits that pictures take for each pixel; NaN where
// rows have no picture.
func bitsPerDimension(nats float64, s *space.Schema) float64 {
	if s.Image == nil {
		return math.NaN()
	}
	return -nats / math.Ln2 / float64(s.Image.Pixels())
}

// draw shows how probable the rows are, beside the rows held out at the fit.
func (r *scored) draw(s *screen, held *artifact.HeldOut) {
	g := &grid{head: []string{"log p(x) under " + r.Model, " nats per row", " ± stderr", " rows"}}
	g.add("these rows", nats(r.Nats.Mean), nats(r.Nats.StdErr), count(r.Nats.Rows-r.Nats.Impossible))
	if held != nil {
		g.add("rows held out at the fit", nats(held.Nats.Mean), nats(held.Nats.StdErr), count(held.Nats.Rows-held.Nats.Impossible))
	}
	s.grid(g)
	if r.BitsPerDimension != nil {
		s.line("%s bits per dimension: log p(x) is shared out among the pixels", fixed(*r.BitsPerDimension, 3))
	} else if r.BitsPerField != nil {
		s.line("%s bits per field", fixed(*r.BitsPerField, 3))
	}
	if r.Nats.Impossible > 0 {
		s.line("")
		s.line("%s of probability zero, left out of the mean:", many(r.Nats.Impossible, "row"))
		g := &grid{head: []string{"field", "value", "why", " rows", " first row"}}
		for _, why := range r.Impossible {
			g.add(why.Field, why.Value, why.Why, count(why.Rows), count(why.First))
		}
		s.grid(g)
	}
	if len(r.Surprising) > 0 {
		s.line("")
		drawSurprising(s, r.Surprising)
	}
	if files.IsSheet(r.Out) {
		s.line("")
		s.line("their pictures, in this order, to %s", place(r.Out))
	} else if r.Out != "" {
		s.line("")
		s.line("log p(x) of each row to %s", place(r.Out))
	}
}
