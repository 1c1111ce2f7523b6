// Command density measures rungs on the standard binary density sets: the mean
// log-likelihood of their test rows in nats, beside published figures.
//
//	go run ./bench/density -data DIR [-sets nltcs,msnbc] [-models chowliu,nade] [-seed 1] [-seeds 5] [-json OUT]
//	go run ./bench/density -from OUT[,OUT…]
//
// The second form prints the table of results that were written before. A run
// that is interrupted keeps what it has finished.
//
// DIR holds NAME.ts.data.gz, NAME.valid.data.gz and NAME.test.data.gz of each
// set. One rule for all: every rung has its default options; the validation
// rows are the last of the rows that it is given, for it to choose by
// (models.Options.Validation) and to learn from in the end, as every fit does; test
// rows are looked at once. A model named twice is fitted twice, with seeds of its
// own. A blend takes constituents that have been fitted already as they are; its
// seconds are those of all of them.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/fit"
	"github.com/seed-64d012fb/mimic/models"
	"github.com/seed-64d012fb/mimic/models/blend"
)

// result is one fit, measured.
type result struct {
	Set     string   `json:"set"`
	Model   string   `json:"model"`
	Seed    uint64   `json:"seed"`
	Valid   fit.Nats `json:"valid"`
	Test    fit.Nats `json:"test"`
	Seconds float64  `json:"seconds"` // to fit
	CPU     float64  `json:"cpu"`     // processor seconds of that
}

type options struct {
	data   string
	models []string
	first  uint64
	seeds  int
	budget time.Duration
	json   string
}

func main() {
	var (
		opt   options
		names []string
		from  = flag.String("from", "", "files of results to print the table of, in place of measuring")
	)
	for _, b := range benchmarks {
		names = append(names, b.name)
	}
	flag.StringVar(&opt.data, "data", "", "folder of the sets")
	sets := flag.String("sets", strings.Join(names, ","), "sets to measure on")
	kinds := flag.String("models", "chowliu,treemix,mixing,nade,blend", "models to fit, of "+strings.Join(models.Kinds(), ", "))
	flag.StringVar(&opt.json, "json", "", "file to write all results to, set by set")
	flag.Uint64Var(&opt.first, "seed", 1, "seed of the first fit")
	flag.IntVar(&opt.seeds, "seeds", 1, "fits to average over, of consecutive seeds")
	flag.DurationVar(&opt.budget, "budget", 0, "time after which a fit that improves as long as it is let is to end; 0 for none")
	flag.Parse()
	opt.models = strings.Split(*kinds, ",")
	var (
		results []result
		err     error
	)
	if *from != "" {
		results, err = readJSON(strings.Split(*from, ","))
	} else {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
		defer stop()
		results, err = run(ctx, strings.Split(*sets, ","), opt)
	}
	if len(results) > 0 {
		printTable(results)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "density:", err)
		os.Exit(1)
	}
}

// run measures all sets with one seed, and then with the next.
func run(ctx context.Context, sets []string, opt options) (results []result, err error) {
	fmt.Printf("%s/%s, %d processors, %s\n\n", runtime.GOOS, runtime.GOARCH, runtime.GOMAXPROCS(0), runtime.Version())
	start := time.Now()
	for i := range opt.seeds {
		for _, name := range sets {
			at := slices.IndexFunc(benchmarks, func(b benchmark) bool { return b.name == name || b.file == name })
			if at < 0 {
				return results, fmt.Errorf("no set %q", name)
			}
			s, err := read(opt.data, benchmarks[at].file)
			if err != nil {
				return results, err
			}
			more, err := measure(ctx, benchmarks[at].name, s, opt.first+uint64(i), opt)
			results = append(results, more...)
			if opt.json != "" {
				err = errors.Join(err, writeJSON(opt.json, results))
			}
			if err != nil {
				return results, fmt.Errorf("%s: %w", name, err)
			}
		}
		fmt.Printf("\nseeds so far: %d, in %.0f s, %.0f processor s\n\n", i+1, time.Since(start).Seconds(), processorSeconds())
	}
	return results, nil
}

// again is between the seeds of a model that is named twice.
const again = 1000

// measure fits each model to a set once. All choices are made before any model
// learns from the validation rows.
func measure(ctx context.Context, name string, s *set, seed uint64, opt options) (results []result, err error) {
	all := &fits{set: s, budget: opt.budget, of: map[string]*fitted{}}
	times := map[string]uint64{}
	var chosen []*fitted
	for _, kind := range opt.models {
		own := models.Options{Seed: seed + again*times[kind], Validation: s.valid.Rows()}
		times[kind]++
		f, err := all.choose(ctx, kind, own)
		if err != nil {
			return nil, err
		}
		r := result{Set: name, Model: kind, Seed: own.Seed}
		if n := times[kind]; n > 1 {
			r.Model = fmt.Sprintf("%s·%d", kind, n)
		}
		if r.Valid, err = fit.Evaluate(ctx, f.chosen, s.valid); err != nil {
			return nil, err
		}
		results, chosen = append(results, r), append(chosen, f)
	}
	for i, f := range chosen {
		r := &results[i]
		if err := f.refit(ctx); err != nil {
			return results[:i], err
		}
		r.Seconds, r.CPU = f.cost()
		if r.Test, err = fit.Evaluate(ctx, f.model, s.test); err != nil {
			return results[:i], err
		}
		r.print(f.model)
	}
	return results, nil
}

// print prints what was found of a model.
func (r *result) print(m mimic.Model) {
	fmt.Printf("%-8s %-14s seed %-5d valid %9.3f  test %9.3f ± %.3f  %6.1f s, %6.1f processor s", r.Set, r.Model, r.Seed, r.Valid.Mean, r.Test.Mean, r.Test.StdErr, r.Seconds, r.CPU)
	if r.Test.Impossible > 0 {
		fmt.Printf("  %d rows impossible", r.Test.Impossible)
	}
	if b, ok := m.(*blend.Model); ok {
		fmt.Printf("  weights %.2f", b.Weights())
	}
	fmt.Println()
}
