//go:build unix

// Command judge measures a whole judgement: half of the census rows for
// training, half held out, as many samples drawn from a rung. With -python it
// also measures SDMetrics on the same rows in the same run, by shape_trend.py
// beside this file (requirements.txt has its version).
//
//	go run ./bench/judge -model forest -python python3
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/pprof"
	"syscall"
	"time"

	"github.com/seed-64d012fb/mimic/fit"
	"github.com/seed-64d012fb/mimic/judge"
	"github.com/seed-64d012fb/mimic/models"
	"github.com/seed-64d012fb/mimic/sample"
	"github.com/seed-64d012fb/mimic/table"
	"github.com/seed-64d012fb/mimic/table/files"
)

func main() {
	var (
		data    = flag.String("data", "example:adult", "table to part into training and held-out rows")
		model   = flag.String("model", "independent", "rung that the samples come from")
		label   = flag.String("label", "", "label, for usefulness")
		python  = flag.String("python", "", "Python with SDMetrics; empty leaves it out")
		profile = flag.String("cpuprofile", "", "file for a CPU profile of the judgement")
	)
	flag.Parse()
	if err := run(context.Background(), *data, *model, *label, *python, *profile); err != nil {
		fmt.Fprintln(os.Stderr, "judge:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, data, model, label, python, profile string) error {
	all, _, err := files.Read(ctx, []string{data}, files.Options{})
	if err != nil {
		return err
	}
	train, held := fit.Split(all, 0.5, 1)
	rung, err := models.Lookup(model)
	if err != nil {
		return err
	}
	family, err := rung.New(models.Options{Seed: 1})
	if err != nil {
		return err
	}
	m, err := fit.Run(ctx, train, family, fit.Options{})
	if err != nil {
		return err
	}
	samples, err := sample.Table(ctx, m, table.Range{Hi: train.Rows()}, 1)
	if err != nil {
		return err
	}
	if profile != "" {
		f, err := os.Create(profile)
		if err != nil {
			return err
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
	}
	stage, begun := "", time.Now()
	cpu := cpuTime()
	start, startCPU := begun, cpu
	j, err := judge.Run(ctx, judge.Input{Train: train, Held: held, Samples: samples, Model: m}, judge.Options{Label: label, Seed: 1,
		Progress: func(next string, _, _ int64) {
			if stage != "" {
				fmt.Printf("  %-18s %6.2f s %6.2f CPU-s\n", stage, time.Since(begun).Seconds(), (cpuTime() - cpu).Seconds())
			}
			stage, begun, cpu = next, time.Now(), cpuTime()
		}})
	pprof.StopCPUProfile()
	if err != nil {
		return err
	}
	fmt.Printf("judgement of %d samples of %s against %d training and %d held-out rows of %d fields:\n%.2f s, %.2f CPU-s, peak memory of the process %d MB\n",
		samples.Rows(), model, train.Rows(), held.Rows(), len(all.Schema().Fields),
		time.Since(start).Seconds(), (cpuTime() - startCPU).Seconds(), peakMemory()>>20)
	for _, f := range j.Figures {
		fmt.Printf("  %-28s %9.4f  real %9.4f  copy %9.4f  independent %9.4f  %s\n", f.Name, f.Samples.Value, f.Held.Value, f.Copy.Value, f.Independent.Value, f.Outcome)
	}
	fmt.Println(j.Verdict.Sentence)
	for _, note := range j.Notes {
		fmt.Println(note)
	}
	if python == "" {
		return nil
	}
	return compare(python, train, samples)
}

// compare runs SDMetrics on the same rows.
func compare(python string, train, samples *table.Table) error {
	dir, err := os.MkdirTemp("", "judge")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	for name, t := range map[string]*table.Table{"real.csv": train, "made.csv": samples} {
		w, err := files.Create(filepath.Join(dir, name), t.Schema())
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
	cmd := exec.Command(python, "bench/judge/shape_trend.py", filepath.Join(dir, "real.csv"), filepath.Join(dir, "made.csv"))
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	return cmd.Run()
}

// cpuTime returns the CPU time that this process has used.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// peakMemory returns the largest resident size so far, in bytes, where the
// system counts kilobytes.
func peakMemory() int64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return int64(u.Maxrss) << 10
}
