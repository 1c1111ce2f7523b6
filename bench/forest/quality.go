package main

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/fit"
	"github.com/seed-64d012fb/mimic/internal/gbt"
	"github.com/seed-64d012fb/mimic/judge"
	"github.com/seed-64d012fb/mimic/models/forest"
	"github.com/seed-64d012fb/mimic/sample"
	"github.com/seed-64d012fb/mimic/table"
	"github.com/seed-64d012fb/mimic/table/files"
	"gonum.org/v1/gonum/stat"
)

type qualityOptions struct {
	data, csv, only string
	first, seeds    int
	sharp           bool
}

// datasets are the tables that are measured; the label is the last field.
var datasets = []string{
	"adult.csv.gz", "shoppers-noheader.csv.gz", "magic04-noheader.csv.gz", "iris.csv", "wine.csv", "diabetes.csv",
}

// A single split of a small table says little.
const (
	smallTable = 1000 // rows, less than that
	smallSeeds = 3    // times as many splits
)

// column is one column of the table that is printed.
type column struct {
	name   string
	format string
}

var columns = []column{
	{"nats/row held out", "%.2f"},
	{"on its training rows", "%.2f"},
	{"AUC stratified", "%.3f"},
	{"AUC i.i.d.", "%.3f"},
	{"AUC by judge", "%.3f"},
	{"of real", "%.3f"},
	{"Shape error %", "%.2f"},
	{"of real", "%.2f"},
	{"Trend error %", "%.2f"},
	{"of real", "%.2f"},
	{"trained on samples", "%.4f"},
	{"on real", "%.4f"},
	{"copies", "%.1f"},
	{"of real", "%.1f"},
	{"nearer to training", "%.3f"},
}

func quality(ctx context.Context, opt qualityOptions) error {
	fmt.Printf("Means over %d splits in halves (%d of tables of less than %d rows, with their standard errors), each with a fit and a sample of its own",
		opt.seeds, smallSeeds*opt.seeds, smallTable)
	if opt.sharp {
		fmt.Print(", --sharp")
	}
	fmt.Print(".\n\n| table | rows × fields |")
	for _, c := range columns {
		fmt.Printf(" %s |", c.name)
	}
	fmt.Print("\n|---|---|" + strings.Repeat("---|", len(columns)) + "\n")
	for _, name := range datasets {
		path := filepath.Join(opt.data, name)
		if opt.data == "" {
			path = "example:adult"
		}
		short, _, _ := strings.Cut(name, ".")
		short = strings.TrimSuffix(short, "-noheader")
		if opt.only != "" && opt.only != short || opt.data == "" && short != "adult" {
			continue
		}
		all, _, err := files.Read(ctx, []string{path}, files.Options{})
		if err != nil {
			return err
		}
		splits, small := opt.seeds, all.Rows() < smallTable
		if small {
			splits *= smallSeeds
		}
		values := make([][]float64, len(columns))
		for seed := uint64(opt.first); seed < uint64(opt.first+splits); seed++ {
			one, err := measure(ctx, all, seed, opt, short)
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			for i, x := range one {
				values[i] = append(values[i], x)
			}
		}
		fmt.Printf("| %s | %d × %d |", short, all.Rows(), len(all.Schema().Fields))
		for i, c := range columns {
			mean, sd := stat.MeanStdDev(values[i], nil)
			fmt.Printf(" "+c.format, mean)
			if small {
				fmt.Printf(" ± "+c.format, sd/math.Sqrt(float64(splits)))
			}
			fmt.Print(" |")
		}
		fmt.Println()
	}
	fmt.Println(explanation)
	return nil
}

const explanation = `
AUC: boosted trees telling samples from as many held-out rows, three folds, 200
rounds at most, fewer where ten in a row gain nothing on a tenth of the rows; by
judge: the test of mimic judge, five folds, 100 rounds, stratified samples; of
real: one half of the held-out rows from the other, by judge.
Shape and Trend: 100·(1 − SDMetrics), against the training rows; of real: the
held-out rows in place of samples. Trained on samples: boosted trees that
predict the last field, tested on held-out rows, as AUC (RMSE of a number).
Copies: per 10,000 rows, identical to a training row. Nearer to training: the
share of samples nearer to a training row than to any of as many held-out rows,
ties one half.`

// measure returns one value for each column.
func measure(ctx context.Context, all *table.Table, seed uint64, opt qualityOptions, name string) ([]float64, error) {
	train, held := fit.Split(all, .5, seed+1)
	fitted, err := fit.Run(ctx, train, forest.Family{Seed: seed, Sharp: opt.sharp}, fit.Options{})
	if err != nil {
		return nil, err
	}
	m := fitted.(*forest.Model)
	nats, err := fit.Evaluate(ctx, m, held)
	if err != nil {
		return nil, err
	}
	own, err := fit.Evaluate(ctx, m, train)
	if err != nil {
		return nil, err
	}
	rows := table.Range{Hi: train.Rows()}
	label := all.Schema().Fields[len(all.Schema().Fields)-1]
	auc := [2]float64{}
	for i, model := range []mimic.Model{m, m.IID()} {
		s, err := sample.Table(ctx, model, rows, seed)
		if err != nil {
			return nil, err
		}
		if auc[i], err = tellApart(ctx, held.All(), s.All(), seed); err != nil {
			return nil, err
		}
		if opt.csv != "" && seed == uint64(opt.first) {
			err = write(opt.csv, name, map[string]*table.Table{"held": held, []string{"stratified", "iid"}[i]: s})
			if err != nil {
				return nil, err
			}
		}
	}
	j, err := judge.Run(ctx, judge.Input{Train: train, Held: held, Model: m}, judge.Options{Label: label.Name, Seed: seed})
	if err != nil {
		return nil, err
	}
	utility := "utility.auc"
	if label.Kind.Numeric() && figure(j, utility) == nil {
		utility = "utility.rmse"
	}
	value := func(key string, of func(judge.Compared) judge.Estimate) float64 {
		f := figure(j, key)
		if f == nil {
			return math.NaN()
		}
		return float64(of(f.Compared).Value)
	}
	samples := func(c judge.Compared) judge.Estimate { return c.Samples }
	real := func(c judge.Compared) judge.Estimate { return c.Held }
	copyOf := func(c judge.Compared) judge.Estimate { return c.Copy }
	return []float64{
		nats.Mean, own.Mean, auc[0], auc[1], value("twosample.trees.auc", samples), value("twosample.trees.auc", real),
		100 * (1 - value("shape", samples)), 100 * (1 - value("shape", real)),
		100 * (1 - value("trend", samples)), 100 * (1 - value("trend", real)),
		value(utility, samples), value(utility, copyOf),
		1e4 * value("copies", samples), 1e4 * value("copies", real),
		value("nearer", samples),
	}, nil
}

// figure returns the figure of that key, or nil.
func figure(j *judge.Judgement, key string) *judge.Figure {
	for i := range j.Figures {
		if j.Figures[i].Key == key && !j.Figures[i].Samples.IsNone() {
			return &j.Figures[i]
		}
	}
	return nil
}

// tellApart returns the AUC of boosted trees that tell samples from real rows.
func tellApart(ctx context.Context, real, made *table.Batch, seed uint64) (float64, error) {
	return tellApartBy(ctx, real, made, seed, 3, gbt.Options{Rounds: 200, Patience: 10, Seed: seed})
}

// tellApartBy does so in so many folds by other trees.
func tellApartBy(ctx context.Context, real, made *table.Batch, seed uint64, folds int, opt gbt.Options) (float64, error) {
	n := min(real.N, made.N)
	real, made = real.Slice(0, n), made.Slice(0, n)
	var fields []int
	for j := range real.Schema.Fields {
		if real.Schema.Fields[j].Kind.Learned() {
			fields = append(fields, j)
		}
	}
	binner, err := gbt.NewBinner(fields, real, made)
	if err != nil {
		return 0, err
	}
	class := make([]int32, 2*n)
	for i := n; i < 2*n; i++ {
		class[i] = 1
	}
	y := gbt.Class(class, 2)
	r, err := gbt.CrossFit(ctx, binner.Bin(real, made), y, nil, gbt.Folds(y, folds, seed), opt)
	if err != nil {
		return 0, err
	}
	return gbt.AUC(r.Predictions[0], class), nil
}

// write writes tables as CSV files NAME-PART.csv.
func write(dir, name string, parts map[string]*table.Table) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for part, t := range parts {
		s := *t.Schema()
		s.Dialect.NoHeader = false // check.py goes by names
		w, err := files.Create(filepath.Join(dir, name+"-"+part+".csv"), &s)
		if err != nil {
			return err
		}
		if err := w.Write(t.All()); err != nil {
			return err
		}
		if err := w.Close(); err != nil {
			return err
		}
	}
	return nil
}
