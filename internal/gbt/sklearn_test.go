package gbt

import (
	"compress/gzip"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"strconv"
	"testing"

	"github.com/seed-64d012fb/mimic/internal/testdata"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// The reference figures are those of scikit-learn on the same rows and folds;
// internal/refgen/gbt makes them. Both grow the same kind of trees, but bin
// and break ties differently, so figures agree to a tolerance: AUC to .005,
// losses to 1 %. A trainer without categorical splits, or that loses the
// direction of missing values, is off by more on at least one line.
func TestAgainstScikitLearn(t *testing.T) {
	var reference struct {
		Figures []struct {
			File   string
			Target int
			What   string
			Rounds int
			Value  float64
		}
	}
	blob, err := os.ReadFile("testdata/sklearn.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(blob, &reference); err != nil {
		t.Fatal(err)
	}
	for _, f := range reference.Figures {
		t.Run(fmt.Sprintf("%s/%s/%d", f.File, f.What, f.Target), func(t *testing.T) {
			b := readTable(t, f.File)
			var fields []int
			for j := range b.Schema.Fields {
				if j != f.Target {
					fields = append(fields, j)
				}
			}
			binner, err := NewBinner(fields, b)
			if err != nil {
				t.Fatal(err)
			}
			y := Value(b.Cols[f.Target].Num)
			if c := b.Cols[f.Target].Code; c != nil {
				y = Class(c, len(b.Schema.Fields[f.Target].Levels))
			}
			folds := make([]int32, b.N)
			for i := range folds {
				folds[i] = int32(uint64(uint32(i*2654435761)) * 3 >> 32)
			}
			r, err := CrossFit(context.Background(), binner.Bin(b), y, nil, folds, Options{Rounds: f.Rounds})
			if err != nil {
				t.Fatal(err)
			}
			got, tolerance := 0.0, 0.005
			switch f.What {
			case "auc":
				got = AUC(r.Predictions[0], y.class)
			case "logloss":
				tolerance = .01 * f.Value
				for i, k := range y.class {
					got -= math.Log(r.Predictions[k][i]) / float64(b.N)
				}
			case "rmse":
				tolerance = .01 * f.Value
				for i, v := range y.value {
					d := v - r.Predictions[0][i]
					got += d * d / float64(b.N)
				}
				got = math.Sqrt(got)
			}
			t.Logf("%s: %.5f, scikit-learn %.5f", f.What, got, f.Value)
			if math.Abs(got-f.Value) > tolerance {
				t.Errorf("%s is %v, scikit-learn has %v", f.What, got, f.Value)
			}
		})
	}
}

// readTable reads a table of numbers and categories; "?" is missing.
func readTable(t *testing.T, name string) *table.Batch {
	t.Helper()
	file, err := os.Open(testdata.Shared(t, "tables/"+name))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	z, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(z).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if name == "adult.csv.gz" {
		rows = rows[1:]
	}
	s := &space.Schema{}
	var cols []table.Column
	for j := range rows[0] {
		f := space.Field{Name: strconv.Itoa(j), Kind: space.Real}
		c := table.Column{Num: make([]float64, len(rows))}
		for i, row := range rows {
			if c.Num[i], err = strconv.ParseFloat(row[j], 64); err != nil {
				f.Kind = space.Category
				break
			}
		}
		if f.Kind == space.Category {
			for _, row := range rows {
				if row[j] != "?" {
					f.Levels = append(f.Levels, row[j])
				}
			}
			slices.Sort(f.Levels)
			f.Levels = slices.Compact(f.Levels)
			c = table.Column{Code: make([]int32, len(rows))}
			for i, row := range rows {
				k, ok := slices.BinarySearch(f.Levels, row[j])
				c.Code[i] = int32(k)
				if !ok {
					c.Code[i] = table.Missing
				}
			}
		}
		s.Fields = append(s.Fields, f)
		cols = append(cols, c)
	}
	return &table.Batch{Schema: s, N: len(rows), Cols: cols}
}
