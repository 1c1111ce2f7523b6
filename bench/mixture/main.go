// Command mixture measures EM of a Gaussian mixture: 100,000 rows of 10 reals, 20
// components of full covariance, ten iterations. With -python it also measures
// scikit-learn's GaussianMixture on the same rows in the same run, from the same
// means and for as many iterations, by em.py beside this file (requirements.txt
// has its version), and prints the ratio.
//
//	go run ./bench/mixture -python python3
package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
)

func main() {
	python := flag.String("python", "", "Python with scikit-learn; empty leaves it out")
	flag.Parse()
	if err := run(*python); err != nil {
		fmt.Fprintln(os.Stderr, "mixture:", err)
		os.Exit(1)
	}
}

func run(python string) error {
	dir, err := os.MkdirTemp("", "mixture")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	data := filepath.Join(dir, "rows.f64")
	os.Setenv("MIMIC_BENCH_ROWS", data) // the benchmark leaves its rows there
	own, err := seconds("go", "test", "./models/mixture", "-run", "^$", "-bench", "^BenchmarkEM$", "-benchtime", "10x")
	if err != nil || python == "" {
		return err
	}
	other, err := seconds(python, "bench/mixture/em.py", data)
	if err != nil {
		return err
	}
	fmt.Printf("an iteration: mixture %.3f s, scikit-learn %.3f s, %.1f times as long\n", own, other, other/own)
	return nil
}

var perIteration = regexp.MustCompile(`([0-9.e+-]+) s/iteration`)

// seconds runs a command that prints its seconds an iteration.
func seconds(name string, args ...string) (float64, error) {
	var out bytes.Buffer
	cmd := exec.Command(name, args...)
	cmd.Stdout, cmd.Stderr = &out, os.Stderr
	err := cmd.Run()
	os.Stdout.Write(out.Bytes())
	if err != nil {
		return 0, err
	}
	found := perIteration.FindSubmatch(out.Bytes())
	if found == nil {
		return 0, fmt.Errorf("%s prints no seconds an iteration", name)
	}
	return strconv.ParseFloat(string(found[1]), 64)
}
