// Package spell guesses what a person meant who wrote a name that does not
// exist.
package spell

import (
	"fmt"
	"strconv"
	"strings"
)

// Nearest returns the name that word most likely stands for: the one fewest
// edits away, capitals aside, if those are at most a third of its letters, rounded
// up. It returns "" if no name is near.
//
// Reference: Damerau (1964), A technique for computer detection and correction
// of spelling errors: insertion, deletion, substitution and transposition.
func Nearest(word string, names []string) string {
	best, edits := "", 0
	w := []rune(strings.ToLower(word))
	for _, name := range names {
		n := []rune(strings.ToLower(name))
		limit := (max(len(w), len(n)) + 2) / 3
		if len(w) == 1 && len(n) == 1 {
			limit = 0 // else any letter would be like any other
		}
		if d := len(n) - len(w); d > limit || -d > limit {
			continue
		}
		if d := distance(w, n); d <= limit && (best == "" || d < edits) {
			best, edits = name, d
		}
	}
	return best
}

// maxListed is how many names an error lists.
const maxListed = 20

// Suggest says what would have been right in the place of word, for the end of
// an error: "did you mean "sex"?", or the names there are.
func Suggest(word string, names []string) string {
	if near := Nearest(word, names); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	return There(names)
}

// There says which names there are.
func There(names []string) string {
	if more := len(names) - maxListed; more > 0 {
		return fmt.Sprintf("there are %s … and %d more", list(names[:maxListed]), more)
	}
	return "there are " + list(names)
}

// list quotes names and sets commas between them.
func list(names []string) string {
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = strconv.Quote(n)
	}
	return strings.Join(quoted, ", ")
}

// distance is the optimal string alignment distance of a and b, in
// O(len(a)·len(b)).
func distance(a, b []rune) int {
	two, one, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range a {
		two, one, row = one, row, two
		row[0] = i + 1
		for j := range b {
			substitute := one[j]
			if a[i] != b[j] {
				substitute++
			}
			row[j+1] = min(substitute, one[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], two[j-1]+1)
			}
		}
	}
	return row[len(b)]
}
