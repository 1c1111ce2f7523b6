// Command kde measures densities of 1,000 rows under kernels on 100,000 rows of two
// reals, of the bandwidth n^(-1/6) (Scott's rule). With -python it also measures
// scikit-learn's KernelDensity, exact as it is by default, on the same rows in the
// same run, by kernels.py beside this file (requirements.txt has its version),
// compares the densities and prints the ratio.
//
//	go run ./bench/kde -python python3
package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/seed-64d012fb/mimic/fit"
	"github.com/seed-64d012fb/mimic/internal/par"
	"github.com/seed-64d012fb/mimic/models/kde"
	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

const rows, probes = 100_000, 1000

func main() {
	python := flag.String("python", "", "Python with scikit-learn; empty leaves it out")
	flag.Parse()
	if err := run(context.Background(), *python); err != nil {
		fmt.Fprintln(os.Stderr, "kde:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, python string) error {
	bandwidth := math.Pow(rows, -1./6)
	train, probe := normals(rows, 1), normals(probes, 2)
	start := time.Now()
	fitted, err := fit.Run(ctx, table.New(train), kde.Family{Bandwidth: bandwidth}, fit.Options{})
	if err != nil {
		return err
	}
	fitTime := time.Since(start).Seconds()
	m := fitted.(*kde.Model)
	own := make([]float64, probes)
	start = time.Now()
	const part = 50
	err = par.Do(ctx, probes/part, func(i int) error {
		return m.LogProb(own[i*part:(i+1)*part], probe.Slice(i*part, (i+1)*part))
	})
	if err != nil {
		return err
	}
	scoring := time.Since(start).Seconds()
	fmt.Printf("kde: %.3f s to fit, %.3f s to score %d rows\n", fitTime, scoring, probes)
	if python == "" {
		return nil
	}
	dir, err := os.MkdirTemp("", "kde")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	files := []string{filepath.Join(dir, "train.f64"), filepath.Join(dir, "probe.f64")}
	for i, b := range []*table.Batch{train, probe} {
		if err := os.WriteFile(files[i], flat(b), 0o644); err != nil {
			return err
		}
	}
	cmd := exec.Command(python, "bench/kde/kernels.py", files[0], files[1], fmt.Sprint(bandwidth))
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, os.Stderr
	if err := cmd.Run(); err != nil {
		return err
	}
	var other struct {
		Version              string
		Fit, Score, ScoreTwo float64
		LogProb              []float64
	}
	if err := json.Unmarshal(out.Bytes(), &other); err != nil {
		return err
	}
	var most float64
	for i, v := range other.LogProb {
		most = max(most, math.Abs(v-own[i]))
	}
	fmt.Printf("scikit-learn %s: %.3f s to fit, %.3f s to score on one core, %.3f s by two threads\n", other.Version, other.Fit, other.Score, other.ScoreTwo)
	fmt.Printf("densities differ by %.1e nats at most; scikit-learn takes %.1f times as long, by two threads\n", most, other.ScoreTwo/scoring)
	return nil
}

// normals are n rows of two reals.
func normals(n int, seed uint64) *table.Batch {
	s := &space.Schema{}
	for _, name := range []string{"x", "y"} {
		s.Fields = append(s.Fields, space.Field{Name: name, Kind: space.Real, Min: -10, Max: 10})
	}
	b := table.NewBatch(s, 0, n)
	r := rand.New(rng.New(seed).Stream(0))
	for i := range n {
		b.Cols[0].Num[i] = r.NormFloat64()
		b.Cols[1].Num[i] = r.NormFloat64() + 0.5*b.Cols[0].Num[i]
	}
	return b
}

// flat returns rows as float64 in a file, row by row.
func flat(b *table.Batch) (out []byte) {
	for i := range b.N {
		for _, c := range b.Cols {
			out = binary.LittleEndian.AppendUint64(out, math.Float64bits(c.Num[i]))
		}
	}
	return out
}
