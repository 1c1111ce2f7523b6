package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/seed-64d012fb/mimic/fit"
	"github.com/seed-64d012fb/mimic/models/forest"
	"github.com/seed-64d012fb/mimic/sample"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
	"github.com/seed-64d012fb/mimic/table/files"
)

// speed times the fit of half of Adult, sampling to memory, and how the cost
// grows with rows and columns. Seconds are of the clock, and of all processors
// together: on a machine that does other work too, the latter are the measure.
func speed(ctx context.Context) error {
	all, _, err := files.Read(ctx, []string{"example:adult"}, files.Options{})
	if err != nil {
		return err
	}
	half, _ := fit.Split(all, .5, 1)
	m, err := timeFit(ctx, "half of Adult", half)
	if err != nil {
		return err
	}
	const drawn = 1 << 20
	t := start()
	million, err := sample.Table(ctx, m, table.Range{Hi: drawn}, 1)
	if err != nil {
		return err
	}
	clock, cpu := t.stop()
	fmt.Printf("sample %d rows to memory: %.2f s, %.2f s of processors: %.2fM rows/s, %.2fM a processor-second\n\n",
		drawn, clock, cpu, drawn/clock/1e6, drawn/cpu/1e6)

	for _, columns := range []int{15, 50, 200, 500} {
		if _, err := timeFit(ctx, "wide", widen(million, columns, 10000)); err != nil {
			return err
		}
	}
	for _, rows := range []int{10000, 100000, 1000000} {
		if _, err := timeFit(ctx, "long", million.Select(upTo(0, rows))); err != nil {
			return err
		}
	}
	return nil
}

func timeFit(ctx context.Context, what string, src *table.Table) (*forest.Model, error) {
	t := start()
	m, err := fit.Run(ctx, src, forest.Family{}, fit.Options{})
	if err != nil {
		return nil, err
	}
	clock, cpu := t.stop()
	blob, err := m.AppendBinary(nil)
	if err != nil {
		return nil, err
	}
	fmt.Printf("fit %-14s %8d rows × %3d: %7.2f s, %7.2f s of processors, model %.1f MB, peak memory so far %.2f GB\n",
		what, src.Rows(), len(src.Schema().Fields), clock, cpu, float64(len(blob))/1e6, peakMemory()/1e9)
	return m.(*forest.Model), nil
}

// widen returns a table of so many columns: those of src, and again those of
// other rows of src, and so on.
func widen(src *table.Table, columns, rows int) *table.Table {
	s := &space.Schema{}
	wide := &table.Batch{Schema: s, N: rows}
	for copies := 0; len(s.Fields) < columns; copies++ {
		part := src.Select(upTo(copies*rows, rows)).All()
		for j, f := range part.Schema.Fields {
			if len(s.Fields) == columns {
				break
			}
			f.Name = strings.Join([]string{f.Name, strconv.Itoa(copies)}, " ")
			s.Fields = append(s.Fields, f)
			wide.Cols = append(wide.Cols, part.Cols[j])
		}
	}
	return table.New(wide)
}

func upTo(lo, n int) []int {
	rows := make([]int, n)
	for i := range rows {
		rows[i] = lo + i
	}
	return rows
}

// stopwatch measures the clock and the processors.
type stopwatch struct {
	clock time.Time
	cpu   float64
}

func start() stopwatch { return stopwatch{time.Now(), processorSeconds()} }

func (s stopwatch) stop() (clock, cpu float64) {
	return time.Since(s.clock).Seconds(), processorSeconds() - s.cpu
}
