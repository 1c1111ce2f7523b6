package dist

import (
	"math"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"github.com/seed-64d012fb/mimic/internal/wire"
	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// drawField draws a grid field of at most some hundred values.
func drawField(t *rapid.T) *space.Field {
	f := &space.Field{Name: "x", Kind: space.Integer}
	if rapid.Bool().Draw(t, "decimal") {
		f.Kind, f.Digits = space.Decimal, rapid.IntRange(0, 3).Draw(t, "digits")
	}
	f.Min = f.Snap(float64(rapid.IntRange(-50, 50).Draw(t, "min")) * f.Step())
	f.Max = f.Snap(f.Min + float64(rapid.SampledFrom([]int{0, 1, 5, 50, 300, 900}).Draw(t, "span"))*f.Step())
	if rapid.Bool().Draw(t, "optional") {
		f.Missing = []string{""}
	}
	return f
}

// domain returns all values of a grid field, missing last if it is optional.
func domain(f *space.Field) (x []float64) {
	for i := 0; ; i++ {
		v := f.Snap(f.Min + float64(i)*f.Step())
		if v > f.Max {
			break
		}
		x = append(x, v)
	}
	if f.Optional() {
		x = append(x, math.NaN())
	}
	return x
}

// drawBook draws a field, rows of it, and returns their summary's codebook.
func drawBook(t *rapid.T) (*space.Field, *Codebook, []float64) {
	f := drawField(t)
	values := domain(f)
	// Rows that are spread evenly or lean to one end, with some heavy values.
	n := rapid.SampledFrom([]int{0, 1, 2, 7, 40, 400, 4000}).Draw(t, "rows")
	lean := rapid.Float64Range(1, 6).Draw(t, "lean")
	heavy := rapid.SliceOfN(rapid.SampledFrom(values), 0, 3).Draw(t, "heavy")
	r := rng.New(rapid.Uint64().Draw(t, "seed")).Stream(0)
	x := make([]float64, n)
	for i := range x {
		x[i] = values[int(math.Pow(r.Float64(), lean)*float64(len(values)))]
		if k := int(r.Float64() * 10); k < len(heavy) {
			x[i] = heavy[k]
		}
	}
	s := NewSummary(f)
	if err := s.Add(table.Column{Num: x}, nil); err != nil {
		t.Fatal(err)
	}
	book, counts, err := s.Codebook()
	if err != nil {
		t.Fatal(err)
	}
	var total float64
	for _, n := range counts {
		total += n
	}
	if total != float64(len(x)) {
		t.Fatalf("counts sum to %v, of %d rows", total, len(x))
	}
	return f, book, counts
}

// detail returns codes and p(x | code) of a column.
func detail(book *Codebook, col table.Column, n int) (codes []uint16, p []float64) {
	codes, p = make([]uint16, n), make([]float64, n)
	book.Encode(codes, col)
	book.LogDetail(p, codes, col)
	for i := range p {
		p[i] = math.Exp(p[i])
	}
	return codes, p
}

func TestCodebookNormalises(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f, book, _ := drawBook(t)
		values := domain(f)
		codes, p := detail(book, table.Column{Num: values}, len(values))
		sums := make([]float64, book.Codes())
		for i, code := range codes {
			if code == Outside || p[i] <= 0 {
				t.Fatalf("value %v of the domain has code %d, p(x | code) = %v", values[i], code, p[i])
			}
			if i > 0 && code < codes[i-1] {
				t.Fatalf("codes do not ascend at %v", values[i])
			}
			sums[code] += p[i]
		}
		for code, s := range sums {
			if math.Abs(s-1) > 1e-12 {
				t.Errorf("p(x | code %d) sums to %v", code, s)
			}
		}
	})
}

func TestCodebookOutside(t *testing.T) {
	f := &space.Field{Name: "x", Kind: space.Decimal, Digits: 1, Min: 1, Max: 2}
	s := NewSummary(f)
	if err := s.Add(table.Column{Num: []float64{1, 1.5, 2}}, nil); err != nil {
		t.Fatal(err)
	}
	book, _, err := s.Codebook()
	if err != nil {
		t.Fatal(err)
	}
	x := []float64{0.9, 2.1, 1.55, math.Inf(1), math.Inf(-1), math.NaN()}
	codes, p := detail(book, table.Column{Num: x}, len(x))
	for i := range x {
		if codes[i] != Outside || p[i] != 0 {
			t.Errorf("%v: code %d, p %v; want Outside and 0", x[i], codes[i], p[i])
		}
	}
}

// TestCodebookDecode inverts the distribution within a code at evenly spread u:
// each value then comes up as often as its probability says, to a draw for each
// piece of the code.
func TestCodebookDecode(t *testing.T) {
	const draws = 4000
	rapid.Check(t, func(t *rapid.T) {
		f, book, _ := drawBook(t)
		values := domain(f)
		where := map[float64]int{}
		for i, v := range values {
			where[v] = i
		}
		valueCodes, p := detail(book, table.Column{Num: values}, len(values))
		codes, u := make([]uint16, draws), make([]float64, draws)
		col := table.Column{Num: make([]float64, draws)}
		for code := range book.Values() {
			for i := range codes {
				codes[i] = uint16(code)
				u[i] = (float64(i) + 0.5) / draws
			}
			book.Decode(&col, codes, u)
			seen := make([]float64, len(values))
			for _, x := range col.Num {
				i, ok := where[x]
				if !ok {
					t.Fatalf("decoded %v, not in the domain", x)
				}
				if int(valueCodes[i]) != code {
					t.Fatalf("decoded %v of code %d from code %d", x, valueCodes[i], code)
				}
				seen[i]++
			}
			for i, n := range seen {
				if int(valueCodes[i]) == code && math.Abs(n-p[i]*draws) > 3 {
					t.Fatalf("code %d gave %v %v times of %d; its probability is %v", code, values[i], n, draws, p[i])
				}
			}
		}
		if code, ok := book.Missing(); ok {
			book.Decode(&col, []uint16{code}, []float64{0.5})
			if !math.IsNaN(col.Num[0]) {
				t.Errorf("missing decoded as %v", col.Num[0])
			}
		}
	})
}

func TestCodebookRestrict(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f, book, _ := drawBook(t)
		values := domain(f)
		given := space.Given{Missing: rapid.Bool().Draw(t, "missing")}
		admits := func(x float64) bool { return math.IsNaN(x) && given.Missing }
		for range rapid.IntRange(0, 3).Draw(t, "ranges") {
			r := space.Interval{Min: rapid.SampledFrom(values).Draw(t, "from"), Max: rapid.SampledFrom(values).Draw(t, "to")}
			if rapid.Bool().Draw(t, "off grid") {
				r.Min, r.Max = r.Min-f.Step()/3, r.Max+f.Step()/3
			}
			given.Ranges = append(given.Ranges, r)
			before := admits
			admits = func(x float64) bool { return before(x) || r.Min <= x && x <= r.Max }
		}
		col := table.Column{Num: values}
		codes, p := detail(book, col, len(values))
		r, share := book.Restrict(given)
		codes2, p2 := detail(r, col, len(values))
		want := make([]float64, book.Codes())
		for i, x := range values {
			if codes2[i] != codes[i] {
				t.Fatalf("%v changed its code from %d to %d", x, codes[i], codes2[i])
			}
			if admits(x) {
				want[codes[i]] += p[i]
			}
		}
		for code := range want {
			if math.Abs(share[code]-want[code]) > 1e-12 {
				t.Fatalf("share of code %d is %v, want %v", code, share[code], want[code])
			}
		}
		for i, x := range values {
			joint := 0.0
			if admits(x) {
				joint = p[i]
			}
			// Missing keeps p(x | code) = 1: its share says whether it is admitted.
			if got := p2[i] * share[codes[i]]; math.Abs(got-joint) > 1e-12 {
				t.Fatalf("p(%v, given | code) = %v, want %v", x, got, joint)
			}
		}
		roundTrip(t, f, r)
	})
}

func TestCodebookWire(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f, book, _ := drawBook(t)
		roundTrip(t, f, book)
	})
}

func roundTrip(t *rapid.T, f *space.Field, book *Codebook) {
	t.Helper()
	blob, err := wire.Append(nil, book.Wire())
	if err != nil {
		t.Fatal(err)
	}
	var w BookWire
	if err := wire.Decode(blob, &w); err != nil {
		t.Fatal(err)
	}
	again, err := NewBook(f, w)
	if err != nil {
		t.Fatal(err)
	}
	x := append(domain(f), f.Min-1, f.Max+1)
	codes, p := detail(book, table.Column{Num: x}, len(x))
	codes2, p2 := detail(again, table.Column{Num: x}, len(x))
	if !reflect.DeepEqual(codes, codes2) || !reflect.DeepEqual(p, p2) {
		t.Fatalf("codes or densities changed on the way through %d bytes", len(blob))
	}
}

// TestCodebookReals integrates the density of a real field over its tiles and
// adds its atoms, whose density is their mass over the resolution.
func TestCodebookReals(t *testing.T) {
	const n = 4000
	x := make([]float64, n)
	rng.New(1).Float64s(x, 0)
	for i := range x {
		x[i] = -math.Log(x[i])
		if i%5 == 0 {
			x[i] = 1.25
		}
	}
	f := &space.Field{Name: "x", Kind: space.Real, Min: -1, Max: 40}
	s := NewSummary(f)
	if err := s.Add(table.Column{Num: x}, nil); err != nil {
		t.Fatal(err)
	}
	book, counts, err := s.Codebook()
	if err != nil {
		t.Fatal(err)
	}
	resolution := math.Nextafter(40, 50) - 40
	sums := make([]float64, book.Codes())
	add := func(x, measure float64) {
		codes, p := detail(book, table.Column{Num: []float64{x}}, 1)
		sums[codes[0]] += p[0] * measure
	}
	for code := range book.tiles {
		for k, lo := range book.tiles[code].lo {
			hi := book.tiles[code].hi[k]
			add(lo+(hi-lo)/math.Pi, hi-lo)
		}
	}
	add(1.25, resolution)
	for code, sum := range sums {
		if math.Abs(sum-1) > 1e-9 {
			t.Errorf("p(x | code %d) integrates to %v", code, sum)
		}
	}
	codes, p := detail(book, table.Column{Num: []float64{1.25, -1, 40, 0.5}}, 4)
	if counts[codes[0]] != n/5 || p[0]*resolution < 0.99 {
		t.Errorf("the atom 1.25 has %v rows and mass %v in its code", counts[codes[0]], p[0]*resolution)
	}
	for i := range p {
		if p[i] <= 0 || codes[i] == Outside {
			t.Errorf("value %d of the domain has p %v", i, p[i])
		}
	}
	// An exponential's density is close to what the codebook says: the mean log
	// ratio over fresh draws is the divergence, and 256 bins of 12 rows leave
	// about 1/24 of a nat. Draws have a standard error of .01.
	fresh := make([]float64, 20000)
	rng.New(2).Float64s(fresh, 0)
	var kl, total float64
	for _, c := range counts {
		total += c
	}
	for i, u := range fresh {
		fresh[i] = -math.Log(u)
	}
	fc, fp := detail(book, table.Column{Num: fresh}, len(fresh))
	for i := range fresh {
		kl += -fresh[i] + math.Log(0.8) - math.Log(fp[i]*counts[fc[i]]/total)
	}
	if kl /= float64(len(fresh)); kl < 0 || kl > 0.15 {
		t.Errorf("divergence from the true density: %.3f nats", kl)
	}
	point, share := book.Restrict(space.Given{Ranges: []space.Interval{{Min: 0.5, Max: 0.5}}})
	var col = table.Column{Num: make([]float64, 1)}
	point.Decode(&col, codes[3:], []float64{0.3})
	if want := p[3] * resolution; math.Abs(share[codes[3]]/want-1) > 1e-9 || col.Num[0] != 0.5 {
		t.Errorf("given x = 0.5: share %v, want %v; drew %v", share[codes[3]], want, col.Num[0])
	}
}

func TestCodebookFewRows(t *testing.T) {
	for _, f := range []*space.Field{
		{Name: "int", Kind: space.Integer, Min: 0, Max: 10},
		{Name: "one", Kind: space.Integer, Min: 3, Max: 3},
		{Name: "real", Kind: space.Real, Min: 0, Max: 10},
		{Name: "point", Kind: space.Real, Min: 3, Max: 3},
		{Name: "optional", Kind: space.Real, Min: 0, Max: 10, Missing: []string{"?"}},
	} {
		for n := range 5 {
			for _, equal := range []bool{true, false} {
				x := make([]float64, n)
				for i := range x {
					x[i] = 3
					if !equal && f.Min < f.Max {
						x[i] = float64(i)
					}
				}
				s := NewSummary(f)
				if err := s.Add(table.Column{Num: x}, nil); err != nil {
					t.Fatal(err)
				}
				book, _, err := s.Codebook()
				if err != nil {
					t.Fatal(err)
				}
				probe := []float64{f.Min, 3, f.Max}
				codes, p := detail(book, table.Column{Num: probe}, 3)
				for i := range probe {
					if codes[i] == Outside || !(p[i] > 0) || math.IsInf(p[i], 0) {
						t.Errorf("%s, %d rows: p(%v | %d) = %v", f.Name, n, probe[i], codes[i], p[i])
					}
				}
				if f.Kind == space.Real && f.Min < f.Max && !equal && p[1] > 1 {
					t.Errorf("%s: %d different rows make a density of %v", f.Name, n, p[1])
				}
			}
		}
	}
}

// TestCodebookRules holds NewNumberBook to what its comment says.
func TestCodebookRules(t *testing.T) {
	of := func(f space.Field, x []float64) (*Codebook, []float64) {
		s := NewSummary(&f)
		if err := s.Add(table.Column{Num: x}, nil); err != nil {
			t.Fatal(err)
		}
		book, counts, err := s.Codebook()
		if err != nil {
			t.Fatal(err)
		}
		return book, counts
	}
	u := make([]float64, 12000)
	rng.New(3).Float64s(u, 0)

	// Each of 101 values is a code; two rows in 2502 have one for themselves.
	ages := []float64{499, 77}
	for i := range 2500 {
		ages = append(ages, float64(i%99)*5+1)
	}
	wide := space.Field{Name: "age", Kind: space.Integer, Min: 0, Max: 499}
	book, counts := of(wide, ages)
	if book.Values() != 101 {
		t.Errorf("%d codes of 101 values that repeat", book.Values())
	}
	unseen := 1.0
	codes, p := detail(book, table.Column{Num: ages}, len(ages))
	done := map[float64]bool{}
	for i, x := range ages {
		if !done[x] {
			done[x] = true
			unseen -= p[i] * counts[codes[i]] / float64(len(ages))
		}
	}
	if want := 2.5 / 2502; math.Abs(unseen/want-1) > 0.05 {
		t.Errorf("probability %v of what was not seen, want about %v", unseen, want)
	}

	// 12,000 different reals make 256 bins of 47 rows, give or take one.
	book, counts = of(space.Field{Name: "real", Kind: space.Real, Min: 0, Max: 1}, u)
	if book.Values() != 256 {
		t.Errorf("%d codes of 12,000 reals", book.Values())
	}
	for code, n := range counts {
		if n < 45 || n > 49 {
			t.Errorf("bin %d has %v rows", code, n)
		}
	}
	// 1,000 make 41 of 24.
	if book, _ = of(space.Field{Name: "real", Kind: space.Real, Min: 0, Max: 1}, u[:1000]); book.Values() != 41 {
		t.Errorf("%d codes of 1,000 reals", book.Values())
	}

	// A value of half the rows is a code of its own, whose mass is its atom's.
	mixed := append(make([]float64, 6000), u[:6000]...)
	book, counts = of(space.Field{Name: "real", Kind: space.Real, Min: 0, Max: 1}, mixed)
	codes, p = detail(book, table.Column{Num: []float64{0}}, 1)
	resolution := math.Nextafter(1, 2) - 1
	if counts[codes[0]] != 6000 || math.Abs(p[0]*resolution-1) > 1e-3 {
		t.Errorf("the heavy value's code has %v rows, and the value the mass %v of it", counts[codes[0]], p[0]*resolution)
	}
}
