package rules

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/internal/land"
	"github.com/seed-64d012fb/mimic/internal/par"
	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

var nan = math.NaN()

// rows returns four rows of every kind.
func rows() *table.Batch {
	s := &space.Schema{Fields: []space.Field{
		{Name: "hours-per-week", Kind: space.Integer, Min: 0, Max: 400},
		{Name: "start", Kind: space.Datetime, Unit: time.Second, Min: 0, Max: 4e9},
		{Name: "end", Kind: space.Datetime, Unit: 24 * time.Hour, Min: 0, Max: 1e5},
		{Name: "education", Kind: space.Ordinal, Levels: []string{"none", "school", "college"}},
		{Name: "education_num", Kind: space.Integer, Min: 1, Max: 3},
		{Name: "longitude", Kind: space.Real, Min: -180, Max: 180},
		{Name: "latitude", Kind: space.Real, Min: -90, Max: 90},
		{Name: "town", Kind: space.Category, Levels: []string{"Ayr", "Bo'ness"}},
		{Name: "2nd price", Kind: space.Decimal, Digits: 2, Min: 0, Max: 100},
		{Name: "took", Kind: space.Duration, Unit: time.Minute, Min: 0, Max: 1e6},
		{Name: "key", Kind: space.ID, Pattern: "x"},
	}}
	b := table.NewBatch(s, 0, 4)
	set := func(j int, v ...float64) { copy(b.Cols[j].Num, v) }
	set(0, 40, 168, 169, nan)
	set(1, 86400, 86400, 0, -1)                           // 2 January 1970, 2 January, 1 January, the last second of 1969
	set(2, 1, 0, nan, 0)                                  // 2 January, 1 January, missing, 1 January
	copy(b.Cols[3].Code, []int32{0, 1, 2, table.Unknown}) // none, school, college, outside
	set(4, 1, 3, 3, 1)
	set(5, 2.35, -30, 37.6, nan) // Paris, the Atlantic, Moscow
	set(6, 48.85, 40, 55.75, 0)
	copy(b.Cols[7].Code, []int32{0, 1, table.Missing, 0})
	set(8, 1.25, 1.5, 0, 2)
	set(9, 0, 60, 1440, 2880)
	copy(b.Cols[10].Text, []string{"x1", "x2", "x3", "x4"})
	return b
}

// Each rule is broken by just the rows that break it; a missing operand breaks
// nothing.
func TestCheck(t *testing.T) {
	dir := t.TempDir()
	square := `{"type":"Polygon","coordinates":[[[0,40],[10,40],[10,50],[0,50],[0,40]],[[2,48],[3,48],[3,49],[2,49],[2,48]]]}`
	if err := os.WriteFile(filepath.Join(dir, "square.geojson"), []byte(square), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		rule string
		want []int32
	}{
		{"hours_per_week <= 168", []int32{2}},
		{"hours_per_week % 2 == 0", []int32{2}},
		{"start <= end", []int32{1}},
		{`start >= date("1970-01-01")`, []int32{3}},
		{"start.Year() == 1970", []int32{3}},
		{"education_num == level(education)", []int32{1}},
		{`education != "school"`, []int32{1}},
		{`within(longitude, latitude, "example:land")`, []int32{1}},
		{`within(longitude, latitude, "square.geojson")`, []int32{0, 1, 2}}, // Paris is in the hole
		{`within(longitude, latitude, "square.geojson", 0.4)`, []int32{1, 2}},
		{`within(longitude, latitude, "square.geojson", 100)`, nil},
		{`within(longitude, hours_per_week, "square.geojson", 1)`, []int32{1, 2}},
		{`town in ["Ayr", "Bo'ness"]`, nil},
		{`town == "Ayr" || hours_per_week < 100`, []int32{1}},
		{"_2nd_price < 1.5", []int32{1, 3}},
		{`took <= duration("24h")`, []int32{3}},
		{"start - end <= took", []int32{1}},
		{`key matches "^x[1-3]$"`, []int32{3}},
	} {
		set, err := Compile(rows().Schema, []string{c.rule}, Options{Dir: dir})
		if err != nil {
			t.Errorf("%s: %v", c.rule, err)
			continue
		}
		got, err := set.Check(context.Background(), rows())
		if err != nil {
			t.Errorf("%s: %v", c.rule, err)
			continue
		}
		if !slices.Equal(got[0], c.want) {
			t.Errorf("%s: broken by rows %v, not %v", c.rule, got[0], c.want)
		}
	}
}

// What is wrong with a rule is said with its number, its place and the way out.
func TestCompileErrors(t *testing.T) {
	twice := rows().Schema
	twice.Fields = append(slices.Clone(twice.Fields), space.Field{Name: "hours_per-week", Kind: space.Real})
	dir := t.TempDir()
	for name, text := range map[string]string{"empty.geojson": `{"type":"FeatureCollection","features":[]}`, "no.geojson": "x,y", "odd.geojson": `{"type":"Polygon","coordinates":[[[1]]]}`} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		rule string
		want []string
	}{
		{"hours_per_wek <= 168", []string{"rule 2", "column 1", "there is no field hours_per_wek", "hours_per_week"}},
		{"hours_per_week <=", []string{"rule 2", "column"}},
		{"hours_per_week + 1", []string{"rule 2", "bool"}},
		{"hours_per_week <= town", []string{"rule 2", "column 16"}},
		{"1 < 2", []string{"reads no field"}},
		{"level(town) == 1", []string{"town", "category", "ordinal"}},
		{"level(3) == 1", []string{"level takes a field"}},
		{"level(town, town) == 1", []string{"one field"}},
		{`within(longitude, "a")`, []string{"within takes"}},
		{`within(longitude, latitude, town)`, []string{"named in quotes"}},
		{`within(town, latitude, "example:land")`, []string{"rule 2", "takes numbers", "town"}},
		{`within(longitude, latitude, "gone.geojson")`, []string{"gone.geojson"}},
		{`within(longitude, latitude, "empty.geojson")`, []string{"empty.geojson", "no polygons"}},
		{`within(longitude, latitude, "no.geojson")`, []string{"no.geojson", "no GeoJSON"}},
		{`within(longitude, latitude, "odd.geojson")`, []string{"odd.geojson", "no point"}},
		{"start < now()", []string{"now"}},
	} {
		_, err := Compile(rows().Schema, []string{"hours_per_week > 0", c.rule}, Options{Dir: dir})
		if err == nil {
			t.Errorf("%s is taken for a rule", c.rule)
			continue
		}
		for _, want := range c.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v; it does not say %q", c.rule, err, want)
			}
		}
		if strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: an error of several lines: %v", c.rule, err)
		}
	}
	if _, err := Compile(twice, []string{"hours_per_week > 0"}, Options{}); err == nil || !strings.Contains(err.Error(), "rename") {
		t.Errorf("a name of two fields: %v", err)
	}
	if _, err := Compile(twice, []string{"longitude > 0"}, Options{}); err != nil {
		t.Errorf("a rule that does not use the name of two fields: %v", err)
	}
}

// An error of a rule while it runs names the row.
func TestRunError(t *testing.T) {
	set, err := Compile(rows().Schema, []string{"hours_per_week % (education_num - 3) == 0"}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := set.Check(context.Background(), rows()); err == nil || !strings.Contains(err.Error(), "row 2") {
		t.Errorf("division by zero in row 2: %v", err)
	}
}

func FuzzCompile(f *testing.F) {
	for _, rule := range []string{"hours_per_week <= 168", "start <= end", "level(education) == 2", `within(longitude, latitude, "example:land", 0.1)`, "(((", "a.b[1].c()", "map(1..9, # * 2) == town", `"\xff"`, "let x = 1; x < hours_per_week"} {
		f.Add(rule)
	}
	b := rows()
	f.Fuzz(func(t *testing.T, rule string) {
		if set, err := Compile(b.Schema, []string{rule}, Options{Dir: t.TempDir()}); err == nil {
			set.Check(context.Background(), b) // an error, never a panic
		}
	})
}

func FuzzGeoJSON(f *testing.F) {
	f.Add([]byte(`{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}`))
	f.Add([]byte(`{"type":"FeatureCollection","features":[{"geometry":{"type":"MultiPolygon","coordinates":[[[[0,0],[1,0]]]]}}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		if p, err := readPolygons(text); err == nil {
			newArea(p).contains(0.5, 0.25, 0.1)
		}
	})
}

// The slabs answer as a walk over every edge does.
func TestAreaEqualsScan(t *testing.T) {
	polygons, err := readPolygons(land.GeoJSON)
	if err != nil {
		t.Fatal(err)
	}
	a := newArea(polygons)
	var edges []edge
	for p, polygon := range polygons {
		for _, ring := range polygon {
			for i := range ring {
				u, v := ring[i], ring[(i+1)%len(ring)]
				edges = append(edges, edge{int32(p), u[0], u[1], v[0], v[1]})
			}
		}
	}
	k := rng.New(1)
	on := 0
	for i := range int64(2000) {
		x, y := -180+360*k.Float64(2*i), -90+180*k.Float64(2*i+1)
		want := inside(edges, x, y)
		if got := a.contains(x, y, 0); got != want {
			t.Fatalf("(%v, %v): %v, a scan says %v", x, y, got, want)
		}
		if want {
			on++
		}
		near := want
		for _, e := range edges {
			near = near || e.distance(x, y) <= 2
		}
		if got := a.contains(x, y, 2); got != near {
			t.Fatalf("(%v, %v) with a margin of 2: %v, a scan says %v", x, y, got, near)
		}
	}
	if on < 500 || on > 900 { // about a third of the plane of degrees
		t.Errorf("%d of 2000 points are on land", on)
	}
}

// dice is a model of two whole numbers from 1 to 6.
type dice struct{ schema *space.Schema }

func (d dice) Kind() string                          { return "dice" }
func (d dice) Schema() *space.Schema                 { return d.schema }
func (d dice) AppendBinary(b []byte) ([]byte, error) { return b, nil }
func (d dice) Sample(dst *table.Batch, k rng.Key) error {
	for j := range dst.Cols {
		u := make([]float64, dst.N)
		k.Child(uint64(j)).Float64s(u, dst.First)
		for i, v := range u {
			dst.Cols[j].Num[i] = math.Floor(1 + 6*v)
		}
	}
	return nil
}

var _ mimic.Sampler = dice{}

func newDice() dice {
	return dice{&space.Schema{Fields: []space.Field{
		{Name: "a", Kind: space.Integer, Min: 1, Max: 6}, {Name: "b", Kind: space.Integer, Min: 1, Max: 6}}}}
}

// Enforced rows obey the rules, are the model's own where the first draw did,
// do not depend on how the sequence is cut, and follow p(x given the rules).
func TestEnforce(t *testing.T) {
	m := newDice()
	set, err := Compile(m.schema, []string{"a < b"}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	e, err := Enforce(m, set, 0)
	if err != nil {
		t.Fatal(err)
	}
	const n = 30000
	k := rng.New(7)
	plain, whole := table.NewBatch(m.schema, 0, n), table.NewBatch(m.schema, 0, n)
	if err := m.Sample(plain, k); err != nil {
		t.Fatal(err)
	}
	if err := e.Sample(whole, k); err != nil {
		t.Fatal(err)
	}
	count := map[[2]float64]float64{}
	broken := int64(0)
	for i := range n {
		a, b := whole.Cols[0].Num[i], whole.Cols[1].Num[i]
		count[[2]float64{a, b}]++
		if a >= b {
			t.Fatalf("row %d breaks the rule: %v, %v", i, a, b)
		}
		if p, q := plain.Cols[0].Num[i], plain.Cols[1].Num[i]; p >= q {
			broken++
		} else if p != a || q != b {
			t.Fatalf("row %d is %v, %v without need: the model drew %v, %v", i, a, b, p, q)
		}
	}
	if r := e.Redraws(); r.Rows != n || r.Broken != broken || r.Redrawn < broken {
		t.Errorf("%+v; %d rows broke the rule at first", r, broken)
	}
	// 15 outcomes of equal probability: chi-squared with 14 degrees of freedom
	// is below 51.4 but for once in 300,000; a fifteenth lost would be seen.
	chi := 0.0
	for a := 1.0; a <= 6; a++ {
		for b := a + 1; b <= 6; b++ {
			d := count[[2]float64{a, b}] - n/15.0
			chi += d * d / (n / 15.0)
		}
	}
	if chi > 51.4 {
		t.Errorf("chi-squared %v with 14 degrees of freedom", chi)
	}
	for lo := 0; lo < 2000; lo += 137 {
		part := table.NewBatch(m.schema, int64(lo), 137)
		if err := e.Sample(part, k); err != nil {
			t.Fatal(err)
		}
		for j := range part.Cols {
			if !slices.Equal(part.Cols[j].Num, whole.Cols[j].Num[lo:lo+137]) {
				t.Fatalf("rows %d to %d are others when they are drawn by themselves", lo, lo+137)
			}
		}
	}
}

func TestEnforceGivesUp(t *testing.T) {
	m := newDice()
	set, err := Compile(m.schema, []string{"a + b > 12"}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	e, err := Enforce(m, set, 20)
	if err != nil {
		t.Fatal(err)
	}
	err = e.Sample(table.NewBatch(m.schema, 100, 50), rng.New(1))
	if !errors.Is(err, ErrTries) || !strings.Contains(err.Error(), "row 100") || !strings.Contains(err.Error(), "a + b > 12") {
		t.Errorf("an impossible rule: %v", err)
	}
	if r := e.Redraws(); r.Redrawn != 19*50 {
		t.Errorf("%d draws beyond the first of 50 rows with 20 tries", r.Redrawn)
	}
	ids, err := Compile(rows().Schema, []string{`key != ""`}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Enforce(dice{rows().Schema}, ids, 0); err == nil || !strings.Contains(err.Error(), "key") {
		t.Errorf("a rule over an ID: %v", err)
	}
}

func TestCheckForAnyWorkers(t *testing.T) {
	m := newDice()
	b := table.NewBatch(m.schema, 0, 20000)
	if err := m.Sample(b, rng.New(3)); err != nil {
		t.Fatal(err)
	}
	set, err := Compile(m.schema, []string{"a <= b", "a != 3"}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	one, err := set.Check(par.WithWorkers(context.Background(), 1), b)
	if err != nil {
		t.Fatal(err)
	}
	five, err := set.Check(par.WithWorkers(context.Background(), 5), b)
	if err != nil {
		t.Fatal(err)
	}
	for k := range one {
		if !slices.Equal(one[k], five[k]) || len(one[k]) == 0 {
			t.Errorf("rule %d: %d rows by one worker, %d by five", k, len(one[k]), len(five[k]))
		}
	}
}

func BenchmarkCheck(b *testing.B) {
	m := newDice()
	rows := table.NewBatch(m.schema, 0, 100000)
	if err := m.Sample(rows, rng.New(3)); err != nil {
		b.Fatal(err)
	}
	set, err := Compile(m.schema, []string{"a <= b"}, Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := set.Check(context.Background(), rows); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(rows.N*b.N)/b.Elapsed().Seconds(), "rows/s")
}
