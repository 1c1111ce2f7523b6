package space

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/seed-64d012fb/mimic/rng"
)

func idsOf(t interface{ Fatal(...any) }, pattern string, k rng.Key, first int64, n int) []string {
	dst := make([]string, n)
	if err := FillIDs(&Field{Name: "id", Kind: ID, Pattern: pattern}, k, dst, first); err != nil {
		t.Fatal(err)
	}
	return dst
}

// TestAllIDs enumerates small patterns wholly: every ID comes once, and there is
// none more.
func TestAllIDs(t *testing.T) {
	for _, pattern := range []string{"[0-9]", "x", "[ab]", "[ab]-[0-9]{2}", "[a-c]{5}", "A[0-9a-f]{3}z", "[äöü][ß日]{2}", "[0-9]{4}"} {
		p, err := parsePattern(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for seed := range uint64(5) {
			ids := idsOf(t, pattern, rng.New(seed), 0, int(p.ids))
			form := regexp.MustCompile("^" + pattern + "$")
			seen := map[string]bool{}
			for _, id := range ids {
				if !form.MatchString(id) {
					t.Fatalf("%s gives %q", pattern, id)
				}
				seen[id] = true
			}
			if len(seen) != len(ids) {
				t.Errorf("%s: %d different IDs in %d rows", pattern, len(seen), len(ids))
			}
		}
		err = FillIDs(&Field{Name: "id", Kind: ID, Pattern: pattern}, rng.New(0), make([]string, 1), int64(p.ids))
		want := fmt.Sprintf("pattern %q has %d different IDs, too few for row %d", pattern, p.ids, p.ids+1)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %s", err, want)
		}
	}
}

// TestShuffleIsBijection proves it for all small n and some larger ones.
func TestShuffleIsBijection(t *testing.T) {
	check := func(n uint64, k rng.Key) {
		s, seen := newShuffle(n, k), make([]bool, n)
		for i := range n {
			x := s.at(i)
			if x >= n || seen[x] {
				t.Fatalf("n = %d: %d comes to %d, out of range or twice", n, i, x)
			}
			seen[x] = true
		}
	}
	for n := range uint64(300) {
		check(n+1, rng.New(n))
	}
	for _, n := range []uint64{1 << 16, 1<<16 + 1, 99_991, 300 * 300} {
		check(n, rng.New(n))
	}
	rapid.Check(t, func(t *rapid.T) { // the largest stay within their bounds
		n := rapid.Uint64Range(1, maxShuffled).Draw(t, "n")
		s := newShuffle(n, rng.New(1))
		if s.a*s.b < n || s.a*s.b-n >= s.a {
			t.Fatalf("n = %d: %d × %d", n, s.a, s.b)
		}
		i, j := rapid.Uint64Range(0, n-1).Draw(t, "i"), rapid.Uint64Range(0, n-1).Draw(t, "j")
		if x, y := s.at(i), s.at(j); x >= n || y >= n || (x == y) != (i == j) {
			t.Fatalf("n = %d: %d and %d come to %d and %d", n, i, j, x, y)
		}
	})
}

// TestShuffleIsRandom holds where the first and second numbers go, over many
// keys, against a uniform draw of a pair: χ² with 41 and with 89 degrees of
// freedom, and its 1e-6 quantiles. Eight rounds would give 1679 and 214.
func TestShuffleIsRandom(t *testing.T) {
	for n, most := range map[uint64]float64{7: 99.7, 10: 167.7} {
		const keys = 200_000
		count := map[[2]uint64]float64{}
		for k := range uint64(keys) {
			s := newShuffle(n, rng.New(k))
			count[[2]uint64{s.at(0), s.at(1)}]++
		}
		want, chi := keys/float64(n*(n-1)), 0.0
		for i := range n {
			for j := range n {
				if i != j {
					chi += math.Pow(count[[2]uint64{i, j}]-want, 2) / want
				}
			}
		}
		if chi > most {
			t.Errorf("n = %d: χ² = %.1f", n, chi)
		}
	}
}

var patterns = []string{
	"{1..}", "A-{0099..}-[xyz]", "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}",
	`\[[A-Z]{2}\]\{[0-9]{6}\}\\`, `[a\-z\]]{12}`, "[1-9][0-9]{17}", "日[0-9]{5}",
}

// TestIDsByRow: an ID depends on its row alone, however the rows are asked for.
func TestIDsByRow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pattern, k := rapid.SampledFrom(patterns).Draw(t, "pattern"), rng.New(rapid.Uint64().Draw(t, "seed"))
		n := rapid.IntRange(1, 100).Draw(t, "n")
		first := rapid.Int64Range(0, 90_000).Draw(t, "first")
		cut := rapid.IntRange(0, n).Draw(t, "cut")
		all := idsOf(t, pattern, k, first, n)
		parts := append(idsOf(t, pattern, k, first, cut), idsOf(t, pattern, k, first+int64(cut), n-cut)...)
		if !slices.Equal(all, parts) {
			t.Fatalf("%s: %q in one go, %q in two", pattern, all, parts)
		}
		if other := idsOf(t, pattern, k.Child(1), first, n); slices.Equal(all, other) && n > 10 && pattern != "{1..}" {
			t.Fatalf("%s: two keys give %q", pattern, all)
		}
	})
}

func TestIDsAreDistinct(t *testing.T) {
	for _, pattern := range patterns {
		ids := idsOf(t, pattern, rng.New(7), 0, 50_000)
		slices.Sort(ids)
		if n := len(slices.Compact(ids)); n != 50_000 {
			t.Errorf("%s: %d of 50,000 IDs are different", pattern, n)
		}
	}
}

func TestIDTexts(t *testing.T) {
	for pattern, want := range map[string][]string{
		"{1..}":                              {"1", "2", "3"},
		"A{098..}B":                          {"A098B", "A099B", "A100B"},
		"x{9..}":                             {"x9", "x10", "x11"},
		`\{\[\]\}\\{5..}`:                    {`{[]}\5`, `{[]}\6`, `{[]}\7`},
		"{000000000000000000000000000009..}": {"000000000000000000000000000009", "000000000000000000000000000010", "000000000000000000000000000011"},
	} {
		if got := idsOf(t, pattern, rng.New(0), 0, 3); !slices.Equal(got, want) {
			t.Errorf("%s gives %q, not %q", pattern, got, want)
		}
	}
}

// TestIDCharactersAreUniform: every place of a pattern, shuffled or filled at
// random, has every character as often: χ² with 15 degrees of freedom, whose
// 1e-8 quantile is 69.6, in 32 places. A character 16 % too rare is seen.
func TestIDCharactersAreUniform(t *testing.T) {
	const n = 20_000
	ids := idsOf(t, "[0-9a-f]{32}", rng.New(3), 0, n)
	for place := range 32 {
		count := map[byte]float64{}
		for _, id := range ids {
			count[id[place]]++
		}
		chi := 0.0
		for _, c := range "0123456789abcdef" {
			chi += math.Pow(count[byte(c)]-n/16, 2) / (n / 16)
		}
		if chi > 69.6 {
			t.Errorf("place %d: χ² = %.1f with 15 degrees of freedom", place, chi)
		}
	}
}

func TestPatternsRefused(t *testing.T) {
	for pattern, want := range map[string]string{
		"[a":                       "a bracket is not closed",
		"[a-":                      "a bracket is not closed",
		"[]":                       "a set without characters",
		"[a-]":                     "half a range",
		"[z-a]":                    "range z-a is none",
		"[aa]":                     `'a' is twice in a set`,
		"a]":                       "without its opening",
		"a}":                       "without its opening",
		"[a]{0}":                   "{0} is no number of characters",
		"[a]{x}":                   "{x} is no number of characters",
		"[a]{9999}":                "{9999} is no number of characters",
		"[a]{3":                    "a bracket is not closed",
		"[a]{4000}[b]{4000}":       "more than 4096 characters",
		"{3}":                      "{3} is no row number",
		"{x..}":                    "{x..} is no row number",
		"{-1..}":                   "{-1..} is no row number",
		"{1..":                     "a bracket is not closed",
		"{1..}{2..}":               "two row numbers",
		`a\`:                       `it ends in "\"`,
		"\xff":                     "not UTF-8",
		"{99999999999999999999..}": "is no row number",
	} {
		if _, err := parsePattern(pattern); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %s", pattern, err, want)
		}
	}
}

func TestInferIDPattern(t *testing.T) {
	series := func(format string, from, to, step int) (ids []string) {
		for i := from; i < to; i += step {
			ids = append(ids, fmt.Sprintf(format, i))
		}
		return ids
	}
	for _, c := range []struct {
		values []string
		want   string
	}{
		{series("%d", 1, 101, 1), "{101..}"},
		{series("%d", 0, 100, 1), "{100..}"},
		{series("user-%05d", 1, 301, 1), "user-{00301..}"},
		{series("AB12-%d", 1, 30, 1), "AB12-{30..}"},
		{series("%d/2024", 7, 50, 1), "{50..}/2024"},
		{series("[%d]", 7, 50, 1), `\[{50..}\]`},
		{series("é%d", 7, 50, 1), "é{50..}"},
		{series("%d", 1, 3000, 97), "{2912..}"}, // of different lengths: counted on
		{[]string{"a1"}, "a{2..}"},
		{[]string{"a"}, "[a-z]"},
		{[]string{"aa", "aaa"}, "[a-z]{3}"},
		{nil, "{1..}"},
		{[]string{"\xff", "\xfe"}, "{3..}"},
		{[]string{"x\xc3\xa9", "x\xc3\xa8"}, "[a-z][èé]"},
		{idsOf(t, "AB-[0-9]{4}-[a-z]", rng.New(1), 0, 2000), "AB-[0-9]{4}-[a-z]"},
		{idsOf(t, "[A-Z]{2}[0-9]{6}", rng.New(1), 0, 2000), "[A-Z]{2}[0-9]{6}"},
		{idsOf(t, "[A-Z]{2}[0-9]{6}", rng.New(1), 0, 100), "[A-Z]{2}[0-9]{6}"},
		{idsOf(t, "[1-9][0-9]{9}", rng.New(1), 0, 2000), "[1-9][0-9]{9}"},
		{idsOf(t, patterns[2], rng.New(1), 0, 500), patterns[2]},
		{idsOf(t, "[0-9a-f]{32}", rng.New(1), 0, 30), "[0-9a-f]{32}"},
		{idsOf(t, "[0-9A-F]{2}:[0-9A-F]{2}:[0-9A-F]{2}", rng.New(1), 0, 1000), "[0-9A-F]{2}:[0-9A-F]{2}:[0-9A-F]{2}"},
		{idsOf(t, "[0-9A-Za-z]{11}", rng.New(1), 0, 1000), "[0-9A-Za-z]{11}"},
		{idsOf(t, "[\\-0-9A-Z_a-z]{22}", rng.New(1), 0, 5000), `[\-0-9A-Z_a-z]{22}`},
		{idsOf(t, "[+\\-]x[0-9]{7}", rng.New(1), 0, 1000), `[+\-]x[0-9]{7}`},
		// So few that they would soon be used up: counted instead.
		{idsOf(t, "x-[abc]{4}", rng.New(1), 0, 60), "x-{61..}"},
	} {
		if got := InferIDPattern(c.values); got != c.want {
			t.Errorf("%.5q …: %s, not %s", c.values, got, c.want)
		}
	}
}

// TestInferredPatternsWork: whatever the values, the pattern gives as many IDs
// again, of which those of numbered values are new.
func TestInferredPatternsWork(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.OneOf(
			rapid.SliceOfNDistinct(texts(), 0, 40, rapid.ID),
			rapid.SliceOfNDistinct(rapid.StringMatching(`[a-c]{1,3}[0-9]{1,4}[x-z]{0,2}`), 0, 40, rapid.ID),
			rapid.SliceOfNDistinct(rapid.StringMatching(`no\. [0-9]{1,3}`), 0, 40, rapid.ID),
		).Draw(t, "values")
		pattern := InferIDPattern(values)
		ids := idsOf(t, pattern, rng.New(0), 0, 2*len(values)+1)
		if !strings.Contains(pattern, "..}") {
			return
		}
		for _, id := range ids {
			if slices.Contains(values, id) {
				t.Fatalf("%s of %q gives %q again", pattern, values, id)
			}
		}
	})
}

func BenchmarkFillIDs(b *testing.B) {
	for _, pattern := range []string{"user-{000001..}", "AB-[0-9]{4}-[a-z]{3}", patterns[2]} {
		b.Run(pattern, func(b *testing.B) {
			b.ReportAllocs()
			f, dst := &Field{Kind: ID, Pattern: pattern}, make([]string, 4096)
			for b.Loop() {
				if err := FillIDs(f, rng.New(1), dst, 0); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/4096, "ns/ID")
		})
	}
}
