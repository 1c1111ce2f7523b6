// Command forest measures the forest rung: how well it mimics six tables, and
// what it costs. Its output is the page of figures of docs/rungs/forest.md.
//
//	go run ./bench/forest -data DIR quality
//	go run ./bench/forest -data DIR family
//	go run ./bench/forest speed
//
// DIR holds adult.csv.gz, shoppers-noheader.csv.gz, magic04-noheader.csv.gz,
// iris.csv, wine.csv and diabetes.csv; without it only the embedded Adult is
// measured. quality -csv OUT also writes the rows of the first seed, for
// check.py to have scikit-learn try the two-sample test. family asks what can be asked for
// of tables as small as iris, wine and diabetes: see family.go.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"runtime"
)

func main() {
	var (
		data  = flag.String("data", "", "folder of the datasets")
		seeds = flag.Int("seeds", 10, "splits, fits and samples to average over; three times as many for tables of less than 1,000 rows, twelve times for family")
		csv   = flag.String("csv", "", "folder to write the rows of the first seed to")
		only  = flag.String("only", "", "the one dataset to measure")
		first = flag.Int("first", 0, "the first split")
		sharp = flag.Bool("sharp", false, "measure the sharp mode")
	)
	flag.Parse()
	ctx := context.Background()
	fmt.Printf("%s/%s, %d processors, %s\n\n", runtime.GOOS, runtime.GOARCH, runtime.GOMAXPROCS(0), runtime.Version())
	var err error
	switch what := flag.Arg(0); what {
	case "quality":
		err = quality(ctx, qualityOptions{*data, *csv, *only, *first, *seeds, *sharp})
	case "family":
		err = knowFamily(ctx, *data, 12**seeds)
	case "speed":
		err = speed(ctx)
	default:
		err = fmt.Errorf("%q is none of quality, family and speed", what)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "forest:", err)
		os.Exit(1)
	}
}
