package main

import (
	"fmt"
	"math"
	"strconv"

	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// reason says why rows have probability zero.
type reason struct {
	Field string `json:"field"`
	Value string `json:"value"` // the first of them
	Why   string `json:"why"`
	Rows  int64  `json:"rows"`
	First int64  `json:"first"` // number of the first of them
}

// impossible returns the reasons why rows of log-probability -Inf are outside
// the sample space, field by field. A row may have several.
func impossible(d *dataset, logp []float64) []reason {
	var rows []int
	for i, x := range logp {
		if math.IsInf(x, -1) {
			rows = append(rows, i)
		}
	}
	unlisted := map[string]string{}
	for _, u := range d.Report.Unknown {
		unlisted[u.Field] = u.First
	}
	b, reasons := d.All(), []reason{}
	blamed := make([]bool, len(rows))
	for j := range b.Schema.Fields {
		f := &b.Schema.Fields[j]
		seen := map[string]int{} // place in reasons
		for r, i := range rows {
			value, why := outside(f, b.Cols[j], i)
			if why == "" {
				continue
			}
			if f.Kind.Coded() && b.Cols[j].Code[i] == table.Unknown {
				value = unlisted[f.Name]
			}
			blamed[r] = true
			at, ok := seen[why]
			if !ok {
				at = len(reasons)
				seen[why] = at
				reasons = append(reasons, reason{Field: f.Name, Value: value, Why: why, First: int64(i)})
			}
			reasons[at].Rows++
		}
	}
	whole := reason{Why: "no field alone: the model rules out the combination"}
	for r, i := range rows {
		if blamed[r] {
			continue
		}
		if whole.Rows == 0 {
			whole.First = int64(i)
		}
		whole.Rows++
	}
	if whole.Rows > 0 {
		reasons = append(reasons, whole)
	}
	return reasons
}

// outside says why value i of a column is outside the field's domain; why is
// empty if it is not. The text of a level that the field does not have is not
// kept in the column.
func outside(f *space.Field, c table.Column, i int) (value, why string) {
	switch {
	case f.Kind.Coded():
		switch code := c.Code[i]; {
		case code == table.Unknown:
			return "", fmt.Sprintf("none of its %s", many(int64(len(f.Levels)), "level"))
		case code == table.Missing && !f.Optional():
			return "", neverMissing
		}
	case f.Kind.Numeric():
		x := c.Num[i]
		switch {
		case math.IsNaN(x) && !f.Optional():
			return "", neverMissing
		case x < f.Min || x > f.Max:
			return string(f.AppendNum(nil, x)), "outside " + domain(f)
		case !math.IsNaN(x) && f.Snap(x) != x:
			return strconv.FormatFloat(x, 'g', -1, 64), "between the points of its grid"
		}
	}
	return "", ""
}

const neverMissing = "missing, and it never was"
