// Command sheets draws what rungs of the ladder make of pictures: a contact sheet
// of each rung's samples, beside real ones, and a table of how probable real
// pictures are under it that no fit has seen.
//
//	go run ./examples/sheets -out docs/pixels -name avatars example:avatar-pictures independent chowliu
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"image"
	"math"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/fit"
	"github.com/seed-64d012fb/mimic/models"
	"github.com/seed-64d012fb/mimic/sample"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
	"github.com/seed-64d012fb/mimic/table/files"
	"github.com/seed-64d012fb/mimic/table/ingest"
	"github.com/seed-64d012fb/mimic/table/pictures"
)

type options struct {
	out, name   string
	test, image string
	label, drop string
	levels      int
	budget      time.Duration
	columns     int
	count       int
	seed        uint64
}

func main() {
	var o options
	flag.StringVar(&o.out, "out", "", "folder for the sheets; none are drawn without")
	flag.StringVar(&o.name, "name", "pictures", "how the names of the sheets begin")
	flag.StringVar(&o.test, "test", "", "data to measure by; a tenth of the data by default")
	flag.StringVar(&o.image, "image", "", "columns are the pixels of a picture of this size")
	flag.StringVar(&o.label, "label", "", "field that rungs with a label explain")
	flag.StringVar(&o.drop, "drop", "", "field to leave out")
	flag.IntVar(&o.levels, "levels", 0, "levels of pixels")
	flag.DurationVar(&o.budget, "budget", time.Minute, "for each fit")
	flag.IntVar(&o.columns, "columns", 8, "of a sheet")
	flag.IntVar(&o.count, "n", 32, "pictures on a sheet")
	flag.Uint64Var(&o.seed, "seed", 1, "of everything that is drawn")
	flag.Usage = func() {
		fmt.Fprintln(os.Stderr, "usage: sheets [flags] DATA MODEL...")
		flag.PrintDefaults()
	}
	flag.Parse()
	if flag.NArg() < 2 {
		flag.Usage()
		os.Exit(2)
	}
	if err := o.run(context.Background(), flag.Arg(0), flag.Args()[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "sheets:", err)
		os.Exit(1)
	}
}

func (o *options) run(ctx context.Context, data string, kinds []string) error {
	train, err := o.read(ctx, data, nil)
	if err != nil {
		return err
	}
	var held *table.Table
	if o.test == "" {
		train, held = fit.Split(train, .1, o.seed)
	} else if held, err = o.read(ctx, o.test, train.Schema()); err != nil {
		return err
	}
	if err := o.sheet("real", held.All().Slice(0, min(o.count, int(held.Rows())))); err != nil {
		return err
	}
	fmt.Printf("%s: %d rows, measured on %d others\n\n| rung | nats per row | ± stderr | bits per dimension | fit | pictures/s |\n|---|---|---|---|---|---|\n",
		data, train.Rows(), held.Rows())
	for _, kind := range kinds {
		if err := o.rung(ctx, kind, train, held); errors.Is(err, mimic.ErrUnsuited) {
			fmt.Fprintf(os.Stderr, "%s is left out: %v\n", kind, err)
		} else if err != nil {
			return fmt.Errorf("%s: %w", kind, err)
		}
	}
	return nil
}

// read reads data, by a sample space if one is known.
func (o *options) read(ctx context.Context, data string, s *space.Schema) (*table.Table, error) {
	opt := files.Options{Options: ingest.Options{Schema: s}}
	if s == nil {
		opt.Shape = pictures.Shape{Levels: o.levels}
		if o.drop != "" {
			opt.Drop = []string{o.drop}
		}
		if o.image != "" {
			opt.Overrides = &space.Overrides{}
			if err := opt.Overrides.SetImage(o.image); err != nil {
				return nil, err
			}
		}
	}
	t, _, err := files.Read(ctx, []string{data}, opt)
	return t, err
}

// rung fits one kind of model, measures it and draws its sheet.
func (o *options) rung(ctx context.Context, kind string, train, held *table.Table) error {
	r, err := models.Lookup(kind)
	if err != nil {
		return err
	}
	family, err := r.New(models.Options{Label: o.label, Seed: o.seed})
	if err != nil {
		return err
	}
	start := time.Now()
	m, err := fit.Run(ctx, train, family, fit.Options{Budget: o.budget})
	if err != nil {
		return err
	}
	took := time.Since(start)
	nats, err := fit.Evaluate(ctx, m, held)
	if err != nil {
		return err
	}
	speed := math.NaN()
	if _, ok := m.(mimic.Sampler); ok {
		const n = 500
		start = time.Now()
		made, err := sample.Table(ctx, m, table.Range{Hi: n}, o.seed)
		if err != nil {
			return err
		}
		speed = n / time.Since(start).Seconds()
		if err := o.sheet(kind, made.All().Slice(0, min(o.count, n))); err != nil {
			return err
		}
	}
	bits := math.NaN()
	if image := m.Schema().Image; image != nil {
		bits = -nats.Mean / math.Ln2 / float64(image.Pixels())
	}
	fmt.Printf("| `%s` | %.2f | %.2f | %.4f | %.1f s | %.0f |\n", kind, nats.Mean, nats.StdErr, bits, took.Seconds(), speed)
	return nil
}

// sheet draws pictures, where there are some and a folder for them.
func (o *options) sheet(what string, b *table.Batch) error {
	if b.Schema.Image == nil || o.out == "" {
		return nil
	}
	var img image.Image
	img, err := pictures.Sheet(b, o.columns)
	if err != nil {
		return err
	}
	file, err := pictures.PNG(img)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(o.out, strings.Join([]string{o.name, what}, "-")+".png"), file, 0o644)
}
