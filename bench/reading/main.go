// Reading measures how fast, and in how much memory, a CSV file becomes typed
// columns: by mimic, and by a plain reader made of encoding/csv and strconv that
// is told the types.
//
//	go run ./bench/reading [-rows 1000000] [-rounds 3]
//
// Each reading is a process of its own, so that its greatest size in memory can
// be seen. Compare ratios within one run.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"time"

	"github.com/seed-64d012fb/mimic/internal/par"
	"github.com/seed-64d012fb/mimic/table"
	"github.com/seed-64d012fb/mimic/table/csv"
	"github.com/seed-64d012fb/mimic/table/ingest"
)

func main() {
	rows := flag.Int("rows", 1_000_000, "rows of the table")
	rounds := flag.Int("rounds", 3, "how often each reader runs; the least of each figure counts, and the greatest peak")
	read := flag.String("read", "", "read a file with this reader and print what it took (used by the benchmark itself)")
	workers := flag.Int("workers", 0, "workers of mimic; 0: one for each processor")
	flag.Parse()
	var err error
	if *read != "" {
		err = child(*read, flag.Arg(0), *workers)
	} else {
		err = compare(*rows, *rounds)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "reading:", err)
		os.Exit(1)
	}
}

// took is what a reading took.
type took struct {
	wall, cpu time.Duration
	columns   int64 // bytes of the typed columns
	peak      int64 // greatest resident size of the process
	rows      int64
}

// add keeps the least of each figure: what others on the machine did not add.
func (t *took) add(u took) {
	if t.wall == 0 {
		*t = u
	}
	t.wall, t.cpu, t.peak = min(t.wall, u.wall), min(t.cpu, u.cpu), max(t.peak, u.peak)
}

// compare generates the table and runs the readers on it in turns.
func compare(rows, rounds int) error {
	dir, err := os.MkdirTemp("", "mimic-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "table.csv")
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := generate(f, rows); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	fmt.Printf("%d rows, %d columns, %.0f MB; %d processors, %s\n\n", rows, len(names), mb(info.Size()), runtime.GOMAXPROCS(0), runtime.Version())

	readers := []struct{ name, reader, workers string }{
		{"encoding/csv + strconv", "plain", "1"},
		{"mimic, 1 worker", "mimic", "1"},
		{"mimic, " + strconv.Itoa(runtime.GOMAXPROCS(0)) + " workers", "mimic", "0"},
	}
	best := make([]took, len(readers))
	for range rounds {
		for i, r := range readers {
			t, err := run(r.reader, r.workers, path)
			if err != nil {
				return err
			}
			best[i].add(t)
		}
	}
	fmt.Printf("%-24s %8s %8s %8s %8s %9s %10s\n", "reader", "wall s", "speed", "cpu s", "per cpu", "peak MB", "columns MB")
	for i, r := range readers {
		t := best[i]
		fmt.Printf("%-24s %8.2f %7.1fx %8.2f %7.1fx %9.0f %10.0f\n", r.name,
			t.wall.Seconds(), best[0].wall.Seconds()/t.wall.Seconds(),
			t.cpu.Seconds(), best[0].cpu.Seconds()/t.cpu.Seconds(), mb(t.peak), mb(t.columns))
	}
	return nil
}

func mb(bytes int64) float64 { return float64(bytes) / 1e6 }

// run reads path in a process of its own.
func run(reader, workers, path string) (t took, err error) {
	self, err := os.Executable()
	if err != nil {
		return t, err
	}
	cmd := exec.Command(self, "-read", reader, "-workers", workers, path)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return t, err
	}
	t.cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	t.peak = peak(cmd.ProcessState)
	_, err = fmt.Sscan(string(out), &t.wall, &t.columns, &t.rows)
	return t, err
}

// child reads path and prints what that took.
func child(reader, path string, workers int) error {
	start := time.Now()
	var columns, rows int64
	if reader == "plain" {
		t, err := readPlain(path)
		if err != nil {
			return err
		}
		rows = int64(t.rows)
		for j := range types {
			columns += int64(8*len(t.num[j]) + 4*len(t.code[j]))
			columns += textBytes(t.text[j])
		}
	} else {
		t, err := readMimic(path, workers)
		if err != nil {
			return err
		}
		rows = t.Rows()
		for _, c := range t.All().Cols {
			columns += int64(8*len(c.Num)+4*len(c.Code)) + textBytes(c.Text)
		}
	}
	fmt.Println(int64(time.Since(start)), columns, rows)
	return nil
}

func textBytes(texts []string) (n int64) {
	for _, s := range texts {
		n += 16 + int64(len(s))
	}
	return n
}

func readMimic(path string, workers int) (*table.Table, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	in, err := csv.NewInput(ingest.File{
		Name: path,
		Size: info.Size(),
		Open: func() (io.ReadCloser, error) { return os.Open(path) },
	}, csv.Options{})
	if err != nil {
		return nil, err
	}
	t, _, err := ingest.Read(par.WithWorkers(context.Background(), workers), []ingest.Input{in}, ingest.Options{})
	return t, err
}
