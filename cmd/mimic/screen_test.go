package main

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/mattn/go-runewidth"
)

func TestGrid(t *testing.T) {
	g := &grid{head: []string{"city", " people"}}
	g.add("São Paulo", count(12400232))
	g.add("東京", count(9733276))

	var s screen
	s.grid(g)
	want := "city           people\n" +
		"São Paulo  12,400,232\n" +
		"東京        9,733,276\n"
	if diff := cmp.Diff(want, s.String()); diff != "" {
		t.Error(diff)
	}
}

// TestGridFits narrows the terminal: lines stay within it, and the numbers
// whole, until there is no room for them.
func TestGridFits(t *testing.T) {
	g := &grid{head: []string{"field", "domain", " rows"}}
	g.add("workclass", "9 levels: Private, Self-emp-not-inc, Local-gov, 東京", "48,842")
	for width := 80; width >= 20; width-- {
		s := screen{width: width}
		s.grid(g)
		for line := range strings.Lines(s.String()) {
			if got := runewidth.StringWidth(strings.TrimSuffix(line, "\n")); got > width {
				t.Errorf("width %d: a line of %d: %q", width, got, line)
			}
		}
		if !strings.Contains(s.String(), "48,842") {
			t.Errorf("width %d: the number is cut:\n%s", width, &s)
		}
	}
}

func TestNumbers(t *testing.T) {
	for got, want := range map[string]string{
		count(0):                           "0",
		count(999):                         "999",
		count(-1000):                       "-1,000",
		count(48842):                       "48,842",
		count(1000000000):                  "1,000,000,000",
		many(1, "row"):                     "1 row",
		many(2, "category"):                "2 categories",
		many(0, "row"):                     "0 rows",
		nats(-28.00049):                    "-28.000",
		nats(math.Inf(-1)):                 "-Inf",
		nats(math.NaN()):                   "-",
		seconds(1234 * time.Millisecond):   "1.23 s",
		seconds(12340 * time.Millisecond):  "12.3 s",
		seconds(123400 * time.Millisecond): "123 s",
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
