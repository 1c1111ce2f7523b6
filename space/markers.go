package space

import (
	"bytes"
	"slices"
	"strings"
)

// IsMarker reports whether text is usually written where a number, a date or a
// truth value is missing. Spaces around it do not matter.
func IsMarker(text []byte) bool {
	text = bytes.Trim(text, " \t")
	if len(text) == 0 {
		return true
	}
	const longest = len("unknown")
	if len(text) > longest {
		return false
	}
	var buf [longest]byte
	for i, c := range text {
		if c-'A' < 26 {
			c |= 0x20
		}
		buf[i] = c
	}
	switch string(buf[:len(text)]) {
	case "?", "-", "--", ".", "..", "*",
		"na", "n/a", "#n/a", "#na", "n.a.", "<na>",
		"nan", "-nan", "nat", "null", "(null)", `\n`, "nil", "none",
		"missing", "unknown":
		return true
	}
	return false
}

// isPlainMarker reports whether text means missing even among texts: None, "-"
// and "unknown" do not, since they may well be levels like the others.
func isPlainMarker(text string) bool {
	if n := len(text); n > 0 && (text[0] <= ' ' || text[n-1] <= ' ') {
		text = strings.Trim(text, " \t")
	}
	if len(text) > len("(null)") {
		return false
	}
	switch text {
	case "", "?", "NA", "N/A", "n/a", "#N/A", "#NA", "<NA>", "NaN", "nan", "NaT", "NULL", "null", "Null", "(null)", `\N`:
		return true
	}
	return false
}

// missingAmong returns which of the levels of a text column are markers of a
// missing value.
//
// "NA" is none where all other levels are two capital letters: there it is
// Namibia.
func missingAmong(levels []string) func(level string) bool {
	var (
		truths []string // the first three that are no marker at all
		others int      // levels that are no plain marker
		codes  = true   // all of them are two capital letters
	)
	for _, l := range levels {
		if isPlainMarker(l) {
			continue
		}
		others++
		codes = codes && len(l) == 2 && l[0]-'A' < 26 && l[1]-'A' < 26
		if len(truths) < 3 && !IsMarker([]byte(l)) {
			truths = append(truths, l)
		}
	}
	switch {
	case isTruth(truths):
		return func(l string) bool { return IsMarker([]byte(l)) }
	case codes && others >= 3:
		return func(l string) bool { return l != "NA" && isPlainMarker(l) }
	}
	return isPlainMarker
}

// truthPairs are the pairs of levels that make a bool, false first.
var truthPairs = [...][2]string{{"false", "true"}, {"no", "yes"}, {"f", "t"}, {"n", "y"}, {"off", "on"}, {"0", "1"}}

// isTruth reports whether levels are a pair of truth values, in any order.
func isTruth(levels []string) bool {
	if len(levels) != 2 {
		return false
	}
	a, b := strings.ToLower(levels[0]), strings.ToLower(levels[1])
	if a > b {
		a, b = b, a
	}
	return slices.Contains(truthPairs[:], [2]string{a, b})
}
