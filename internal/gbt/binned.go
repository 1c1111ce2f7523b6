package gbt

import (
	"fmt"
	"math"
	"slices"
	"sort"

	"github.com/seed-64d012fb/mimic/table"
)

const (
	maxBins   = 255    // codes of one predictor beside the missing one
	edgeRows  = 200000 // rows from which the bins of a number are found
	otherRows = maxBins - 1
)

// Binned holds predictors as codes [n rows, d columns], one byte each. Code 0
// is a missing value; numbers take codes 1, 2, … in rising order.
type Binned struct {
	Rows    int
	Columns []Column
}

// Column is one predictor.
type Column struct {
	Name        string
	Code        []uint8 // [n rows]
	Bins        int     // codes are less than Bins
	Categorical bool    // codes have no order
}

// Binner turns fields of batches into codes.
type Binner struct{ columns []binColumn }

type binColumn struct {
	field int
	name  string
	edges []float64 // of a number: code 1+i is edges[i-1] < x <= edges[i]
	code  []uint8   // of a level
	bins  int
	coded bool
}

// NewBinner finds bins for the given fields from the rows of all batches
// together, which have one schema: a bin for each value where a number has at
// most 255 of them and each level where there are at most 255, else bins of
// equal counts, and one bin for all levels but the 254 most frequent.
func NewBinner(fields []int, batches ...*table.Batch) (*Binner, error) {
	b := &Binner{columns: make([]binColumn, len(fields))}
	for i, j := range fields {
		f := &batches[0].Schema.Fields[j]
		c := binColumn{field: j, name: f.Name, coded: f.Kind.Coded()}
		switch {
		case c.coded:
			c.code, c.bins = levelBins(len(f.Levels), j, batches)
		case f.Kind.Numeric():
			c.edges = numberEdges(j, batches)
			c.bins = len(c.edges) + 2
		default:
			return nil, fmt.Errorf("field %q is of kind %v, which predicts nothing", f.Name, f.Kind)
		}
		b.columns[i] = c
	}
	return b, nil
}

// levelBins returns the code of each level and the number of codes.
func levelBins(levels, j int, batches []*table.Batch) ([]uint8, int) {
	code := make([]uint8, levels)
	if levels <= maxBins {
		for k := range code {
			code[k] = uint8(k + 1)
		}
		return code, levels + 1
	}
	count := make([]int, levels)
	for _, b := range batches {
		for _, k := range b.Cols[j].Code {
			if k >= 0 {
				count[k]++
			}
		}
	}
	order := make([]int, levels)
	for k := range order {
		order[k] = k
		code[k] = maxBins
	}
	slices.SortStableFunc(order, func(a, b int) int { return count[b] - count[a] })
	for i, k := range order[:otherRows] {
		code[k] = uint8(i + 1)
	}
	return code, maxBins + 1
}

// numberEdges returns the upper edges of all bins but the last.
func numberEdges(j int, batches []*table.Batch) []float64 {
	rows := 0
	for _, b := range batches {
		rows += b.N
	}
	stride := 1 + rows/edgeRows
	values := make([]float64, 0, rows/stride+len(batches))
	for _, b := range batches {
		for i := 0; i < b.N; i += stride {
			if v := b.Cols[j].Num[i]; !math.IsNaN(v) {
				values = append(values, v)
			}
		}
	}
	slices.Sort(values)
	distinct := slices.Compact(slices.Clone(values))
	var edges []float64
	if len(distinct) <= maxBins {
		for i := 1; i < len(distinct); i++ {
			edges = append(edges, midpoint(distinct[i-1], distinct[i]))
		}
		return edges
	}
	for k := 1; k < maxBins; k++ {
		at := float64(k) / maxBins * float64(len(values)-1)
		lo := int(at)
		e := midpoint(values[lo], values[min(lo+1, len(values)-1)])
		if len(edges) == 0 || e > edges[len(edges)-1] {
			edges = append(edges, e)
		}
	}
	return edges
}

// midpoint returns a value m with a <= m < b for a < b, and a for a == b.
func midpoint(a, b float64) float64 {
	if m := a + (b-a)/2; m < b {
		return m
	}
	return a
}

// Bin returns the codes of the rows of all batches, one after the other. A
// value that the schema does not list counts as missing.
func (b *Binner) Bin(batches ...*table.Batch) *Binned {
	x := &Binned{Columns: make([]Column, len(b.columns))}
	for _, batch := range batches {
		x.Rows += batch.N
	}
	for i := range b.columns {
		c := &b.columns[i]
		codes := make([]uint8, 0, x.Rows)
		for _, batch := range batches {
			if c.coded {
				for _, k := range batch.Cols[c.field].Code {
					if k < 0 || int(k) >= len(c.code) {
						codes = append(codes, 0)
					} else {
						codes = append(codes, c.code[k])
					}
				}
				continue
			}
			for _, v := range batch.Cols[c.field].Num {
				if math.IsNaN(v) {
					codes = append(codes, 0)
				} else {
					codes = append(codes, uint8(1+sort.SearchFloat64s(c.edges, v)))
				}
			}
		}
		x.Columns[i] = Column{Name: c.name, Code: codes, Bins: c.bins, Categorical: c.coded}
	}
	return x
}
