package spell

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestNearest(t *testing.T) {
	names := []string{"age", "sex", "workclass", "education", "education-num", "Zürich"}
	for word, want := range map[string]string{
		"sxe": "sex", "Age": "age", "workclas": "workclass", "eductaion": "education", "education_num": "education-num",
		"zurich": "Zürich", "salary": "", "": "", "x": "", "aeg": "age", "ag": "age",
	} {
		if got := Nearest(word, names); got != want {
			t.Errorf("Nearest(%q) = %q, not %q", word, got, want)
		}
	}
	if got := Nearest("x", []string{"a", "b"}); got != "" {
		t.Errorf("of one letter all is wrong, and yet it is like %q", got)
	}
}

func TestSuggest(t *testing.T) {
	if got := Suggest("sxe", []string{"age", "sex"}); got != `did you mean "sex"?` {
		t.Error(got)
	}
	if got := Suggest("salary", []string{"age", "sex"}); got != `there are "age", "sex"` {
		t.Error(got)
	}
	if got := Suggest("salary", strings.Split(strings.Repeat("abcdefgh ", 30), " ")); !strings.HasSuffix(got, "… and 11 more") {
		t.Error(got)
	}
}

// naive is the definition of the distance, without a table.
func naive(a, b []rune) int {
	if len(a) == 0 || len(b) == 0 {
		return len(a) + len(b)
	}
	i, j := len(a)-1, len(b)-1
	substitute := naive(a[:i], b[:j])
	if a[i] != b[j] {
		substitute++
	}
	best := min(substitute, naive(a[:i], b)+1, naive(a, b[:j])+1)
	if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
		best = min(best, naive(a[:i-1], b[:j-1])+1)
	}
	return best
}

func TestDistance(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		letters := rapid.StringMatching(`[abc]{0,6}`)
		a, b := []rune(letters.Draw(t, "a")), []rune(letters.Draw(t, "b"))
		if got, want := distance(a, b), naive(a, b); got != want {
			t.Fatalf("distance(%q, %q) = %d, not %d", string(a), string(b), got, want)
		}
	})
}
