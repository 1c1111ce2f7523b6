package main

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/internal/par"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// surprise is one of the least probable rows, in JSON. Fields are missing where
// the model cannot tell what each adds.
type surprise struct {
	Row     int64   `json:"row"`
	LogProb float64 `json:"log_prob"`
	Fields  []blame `json:"fields,omitempty"` // the most surprising first
}

// blame is what one field adds to log p(x) of a row, beside what it adds to
// that of other rows on average: some fields are always hard to guess.
type blame struct {
	Field string  `json:"field"`
	Value string  `json:"value"`
	Nats  float64 `json:"nats"`
	Usual float64 `json:"usual"`
}

// surprising returns the n least probable of the possible rows, the least
// probable first.
func surprising(ctx context.Context, m mimic.Density, t *table.Table, logp []float64, n int) ([]surprise, error) {
	rows := make([]int, 0, len(logp))
	for i, x := range logp {
		if !math.IsInf(x, -1) {
			rows = append(rows, i)
		}
	}
	slices.SortStableFunc(rows, func(a, b int) int { return cmp.Compare(logp[a], logp[b]) })
	rows = rows[:min(n, len(rows))]
	found := make([]surprise, len(rows))
	for r, i := range rows {
		found[r] = surprise{Row: int64(i), LogProb: logp[i]}
	}
	fields, ok := byField(m)
	if !ok {
		return found, nil
	}
	usual, err := usualNats(ctx, fields, t)
	if err != nil {
		return nil, err
	}
	b := t.Select(rows).All()
	nats, err := natsByField(fields, b)
	if err != nil {
		return nil, err
	}
	for r := range found {
		for j := range b.Schema.Fields {
			if f := &b.Schema.Fields[j]; f.Kind.Learned() {
				found[r].Fields = append(found[r].Fields, blame{f.Name, cell(f, b.Cols[j], r), nats[j][r], usual[j]})
			}
		}
		slices.SortStableFunc(found[r].Fields, func(a, b blame) int { return cmp.Compare(a.Nats-a.Usual, b.Nats-b.Usual) })
	}
	return found, nil
}

// natsByField returns what each field adds to log p(x) [fields][n rows].
func natsByField(m mimic.FieldDensity, b *table.Batch) ([][]float64, error) {
	nats := make([][]float64, len(b.Cols))
	for j := range nats {
		nats[j] = make([]float64, b.N)
	}
	return nats, m.LogProbFields(nats, b)
}

// usualNats returns what each field adds on average to the rows to which it
// adds anything finite.
func usualNats(ctx context.Context, m mimic.FieldDensity, t *table.Table) ([]float64, error) {
	type total struct{ sum, rows float64 }
	fields := len(t.Schema().Fields)
	blocks := make([][]total, (t.Rows()+table.BlockRows-1)/table.BlockRows)
	err := par.Do(ctx, len(blocks), func(i int) error {
		lo := int64(i) * table.BlockRows
		b, err := t.Batch(table.Range{Lo: lo, Hi: min(lo+table.BlockRows, t.Rows())})
		if err != nil {
			return err
		}
		nats, err := natsByField(m, b)
		blocks[i] = make([]total, fields)
		for j := range nats {
			for _, x := range nats[j] {
				if !math.IsInf(x, 0) {
					blocks[i][j].sum += x
					blocks[i][j].rows++
				}
			}
		}
		return err
	})
	usual := make([]float64, fields)
	for j := range usual {
		var all total
		for _, b := range blocks {
			all.sum += b[j].sum
			all.rows += b[j].rows
		}
		usual[j] = all.sum / max(1, all.rows)
	}
	return usual, err
}

// blamed is how many fields of a surprising row the screen names, and how many
// nats below the usual a field must be for that.
const (
	blamed  = 3
	blameBy = 1.0
)

// drawSurprising shows the rows with the fields to blame.
func drawSurprising(s *screen, rows []surprise) {
	if len(rows) > 0 && len(rows[0].Fields) == 0 {
		s.line("the least probable rows; the model does not tell which fields are to blame")
	} else {
		s.line("the least probable rows, with the fields to blame: their nats, and those usual for the field")
	}
	g := &grid{head: []string{" row", " log p(x)", "fields"}}
	for _, r := range rows {
		var fields []string
		for _, f := range r.Fields[:min(blamed, len(r.Fields))] {
			if f.Usual-f.Nats >= blameBy {
				fields = append(fields, fmt.Sprintf("%s=%s %s (%s)", f.Field, f.Value, fixed(f.Nats, 1), fixed(f.Usual, 1)))
			}
		}
		g.add(count(r.Row), nats(r.LogProb), strings.Join(fields, ", "))
	}
	s.grid(g)
}

// cell returns value i of a column as its field writes it.
func cell(f *space.Field, c table.Column, i int) string {
	switch {
	case f.Kind.Numeric() && !math.IsNaN(c.Num[i]):
		return string(f.AppendNum(nil, c.Num[i]))
	case f.Kind.Coded() && c.Code[i] >= 0:
		return f.Levels[c.Code[i]]
	}
	return "missing"
}
