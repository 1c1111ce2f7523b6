package main

import (
	"encoding/csv"
	"io"
	"math"
	"os"
	"strconv"
	"strings"
	"time"
)

// plain is what one writes with the standard library: encoding/csv, strconv, a
// map for each dictionary. It is told the types of the columns.
type plain struct {
	num   [][]float64
	code  [][]int32
	level []map[string]int32
	text  [][]string
	rows  int
}

func readPlain(path string) (*plain, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.ReuseRecord = true
	if _, err := r.Read(); err != nil {
		return nil, err
	}
	n := len(types)
	t := &plain{num: make([][]float64, n), code: make([][]int32, n), level: make([]map[string]int32, n), text: make([][]string, n)}
	for j := range types {
		t.level[j] = map[string]int32{}
	}
	for {
		record, err := r.Read()
		if err == io.EOF {
			return t, nil
		}
		if err != nil {
			return nil, err
		}
		t.rows++
		for j, cell := range record {
			switch types[j] {
			case "number":
				x := math.NaN()
				if cell != "" {
					if x, err = strconv.ParseFloat(cell, 64); err != nil {
						return nil, err
					}
				}
				t.num[j] = append(t.num[j], x)
			case "date", "time":
				layout := time.DateOnly
				if types[j] == "time" {
					layout = time.DateTime
				}
				when, err := time.Parse(layout, cell)
				if err != nil {
					return nil, err
				}
				t.num[j] = append(t.num[j], float64(when.Unix()))
			case "category":
				code, ok := t.level[j][cell]
				if !ok {
					code = int32(len(t.level[j]))
					t.level[j][strings.Clone(cell)] = code
				}
				t.code[j] = append(t.code[j], code)
			default:
				t.text[j] = append(t.text[j], strings.Clone(cell))
			}
		}
	}
}
