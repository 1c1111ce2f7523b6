// Command pixels measures rungs on pictures: the mean log-likelihood of held-out
// pictures in nats, how fast they are learned, scored and drawn, and how often
// Bayes' rule finds their labels.
//
//	go run ./bench/pixels -data DIR [-what bits,labels,grey] [-model pixelnet] [-budget 10m] [-discriminate 4] [-networks 8] [-sheet OUT.png]
//
// bits: DIR/binary/bmnist.{ts,valid,test}.data.gz, MNIST binarised once at random;
// the validation pictures are for the rung to choose by. labels: DIR/images, MNIST
// as IDX files with their labels, made black and white at half (-levels 2). grey:
// the same pictures as they are, by mixing. Test pictures are looked at once.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/fit"
	"github.com/seed-64d012fb/mimic/models"
	"github.com/seed-64d012fb/mimic/models/pixelnet"
	"github.com/seed-64d012fb/mimic/predict"
	"github.com/seed-64d012fb/mimic/sample"
	"github.com/seed-64d012fb/mimic/table"
	"github.com/seed-64d012fb/mimic/table/files"
	"github.com/seed-64d012fb/mimic/table/pictures"
)

type options struct {
	data, kind string
	budget     time.Duration
	seed       uint64
	draw       int
	levels     int
	tell       float64
	networks   int
	sheet      string
}

func main() {
	var opt options
	what := flag.String("what", "bits,labels", "what to measure, of bits, labels, grey")
	flag.StringVar(&opt.data, "data", "", "folder of the data")
	flag.StringVar(&opt.kind, "model", "pixelnet", "model to fit to bits and labels")
	flag.DurationVar(&opt.budget, "budget", 10*time.Minute, "time of each fit; 0 for as long as it gains")
	flag.Uint64Var(&opt.seed, "seed", 1, "seed of the fits and samples")
	flag.IntVar(&opt.draw, "draw", 4096, "pictures to draw for the speed of that")
	flag.IntVar(&opt.levels, "levels", 2, "levels of the pictures with labels")
	flag.Float64Var(&opt.tell, "discriminate", 0, "weight of telling labels in the fit of pixelnet")
	flag.IntVar(&opt.networks, "networks", 0, "networks of pixelnet at most; 0 for as many as gain")
	flag.StringVar(&opt.sheet, "sheet", "", "PNG file to draw 100 samples into, of the last model")
	flag.Parse()
	if err := run(context.Background(), strings.Split(*what, ","), opt); err != nil {
		fmt.Fprintln(os.Stderr, "pixels:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, what []string, opt options) error {
	fmt.Printf("%s/%s, %d processors, %s; %s, budget %v\n", runtime.GOOS, runtime.GOARCH, runtime.GOMAXPROCS(0), runtime.Version(), opt.kind, opt.budget)
	for _, w := range what {
		measure := map[string]func(context.Context, options) error{"bits": bits, "labels": labels, "grey": grey}[w]
		if measure == nil {
			return fmt.Errorf("nothing is called %q", w)
		}
		fmt.Printf("\n%s\n", w)
		if err := measure(ctx, opt); err != nil {
			return fmt.Errorf("%s: %w", w, err)
		}
	}
	return nil
}

// bits measures on binarised MNIST.
func bits(ctx context.Context, opt options) error {
	s, err := readBits(filepath.Join(opt.data, "binary"), "bmnist", 28, 28)
	if err != nil {
		return err
	}
	_, err = opt.measure(ctx, opt.kind, s.learn, s.test, models.Options{Seed: opt.seed, Validation: s.valid})
	return err
}

// readIDX reads MNIST and its labels.
func readIDX(ctx context.Context, opt options, shape pictures.Shape) (train, test *table.Table, err error) {
	o := files.Options{Shape: shape}
	if train, _, err = files.Read(ctx, []string{filepath.Join(opt.data, "images", "train-images-idx3-ubyte.gz")}, o); err != nil {
		return nil, nil, err
	}
	o.Schema = train.Schema()
	test, _, err = files.Read(ctx, []string{filepath.Join(opt.data, "images", "t10k-images-idx3-ubyte.gz")}, o)
	return train, test, err
}

// labels measures on MNIST with labels, and has the model find them.
func labels(ctx context.Context, opt options) error {
	train, test, err := readIDX(ctx, opt, pictures.Shape{Levels: opt.levels})
	if err != nil {
		return err
	}
	s := train.Schema()
	label := 0
	for s.Image.Has(label) {
		label++
	}
	m, err := opt.measure(ctx, opt.kind, train, test, models.Options{Seed: opt.seed, Label: s.Fields[label].Name})
	if err != nil {
		return err
	}
	start := time.Now()
	p, err := predict.Run(ctx, m, test, predict.Options{Label: s.Fields[label].Name})
	if err != nil {
		return err
	}
	found := p.Measure(test.All().Cols[label].Code)
	fmt.Printf("labels found     %.2f %% ± %.2f of %d, %.4f nats, in %.1f s\n", 100*found.Accuracy, 100*found.AccuracyErr, found.Rows, found.LogLoss, time.Since(start).Seconds())
	return nil
}

// grey measures mixing on MNIST as it is.
func grey(ctx context.Context, opt options) error {
	train, test, err := readIDX(ctx, opt, pictures.Shape{})
	if err != nil {
		return err
	}
	_, err = opt.measure(ctx, "mixing", alone(train), alone(test), models.Options{Seed: opt.seed})
	return err
}

// alone returns the pictures without their labels.
func alone(t *table.Table) *table.Table {
	b, s := t.All(), t.Schema()
	var fields []int
	p := table.Batch{N: b.N}
	for j := range s.Fields {
		if s.Image.Has(j) {
			fields, p.Cols = append(fields, j), append(p.Cols, b.Cols[j])
		}
	}
	p.Schema = s.Project(fields)
	return table.New(&p)
}

// measure fits a model, and says what it is worth and how long everything takes.
func (opt options) measure(ctx context.Context, kind string, learn, test *table.Table, o models.Options) (mimic.Model, error) {
	rung, err := models.Lookup(kind)
	if err != nil {
		return nil, err
	}
	family, err := rung.New(o)
	if err != nil {
		return nil, err
	}
	if f, ok := family.(pixelnet.Family); ok {
		f.Discriminate, f.Networks = opt.tell, opt.networks
		family = f
	}
	told := ""
	progress := func(stage string, done, total int64) {
		if stage != told {
			told = stage
			fmt.Fprintf(os.Stderr, "%s\n", stage)
		}
	}
	clock := newClock()
	m, err := fit.Run(ctx, learn, family, fit.Options{Budget: opt.budget, Progress: progress})
	if err != nil {
		return nil, err
	}
	clock.lap("fit", "pictures", learn.Rows())
	nats, err := fit.Evaluate(ctx, m, test)
	if err != nil {
		return nil, err
	}
	clock.lap("score", "pictures", test.Rows())
	drawn, err := sample.Table(ctx, m, table.Range{Hi: int64(opt.draw)}, opt.seed)
	if err != nil {
		return nil, err
	}
	clock.lap("draw", "pictures", drawn.Rows())
	dims := float64(learn.Schema().Image.Pixels())
	fmt.Printf("test             %.3f ± %.3f nats, %.4f bits a pixel, %d impossible of %d\n",
		nats.Mean, nats.StdErr, -nats.Mean/dims/math.Ln2, nats.Impossible, nats.Rows)
	if p, ok := m.(fit.Parametric); ok {
		fmt.Printf("parameters       %d\n", p.Parameters())
	}
	if opt.sheet != "" {
		err = sheet(opt.sheet, drawn)
	}
	return m, err
}

// clock prints how long things take.
type clock struct {
	at  time.Time
	cpu float64
}

func newClock() *clock { return &clock{time.Now(), processorSeconds()} }

func (c *clock) lap(what, of string, n int64) {
	now, cpu := time.Now(), processorSeconds()
	seconds := now.Sub(c.at).Seconds()
	fmt.Printf("%-16s %.1f s, %.1f processor seconds, %.0f %s a second\n", what, seconds, cpu-c.cpu, float64(n)/seconds, of)
	c.at, c.cpu = now, cpu
}

// sheet draws the first pictures of a table into a file.
func sheet(path string, t *table.Table) error {
	img, err := pictures.Sheet(t.All().Slice(0, min(100, t.All().N)), 10)
	if err != nil {
		return err
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(png.Encode(f, img), f.Close())
}
