package space

import (
	"maps"
	"slices"
	"strings"
	"unsafe"
)

// IsMarker reports whether text is usually written where a number, a date or a
// truth value is missing. Spaces around it do not matter.
func IsMarker(text []byte) bool {
	return isMarker(unsafe.String(unsafe.SliceData(text), len(text)))
}

func isMarker(text string) bool {
	text = trimBlanks(text)
	const longest = len("unknown")
	if len(text) > longest {
		return false
	}
	var buf [longest]byte
	for i, c := range []byte(text) {
		if c-'A' < 26 {
			c |= 0x20
		}
		buf[i] = c
	}
	switch string(buf[:len(text)]) {
	case "", "?", "-", "--", ".", "..", "*",
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
	switch trimBlanks(text) {
	case "", "?", "NA", "N/A", "n/a", "#N/A", "#NA", "<NA>", "NaN", "nan", "NaT", "NULL", "null", "Null", "(null)", `\N`:
		return true
	}
	return false
}

func trimBlanks(text string) string {
	if n := len(text); n > 0 && (text[0] <= ' ' || text[n-1] <= ' ') {
		return strings.Trim(text, " \t")
	}
	return text
}

// missing returns the levels of a column of text that are markers of a missing
// value, and how often they occur.
//
// "NA" is none where all other levels are two capital letters: there it is
// Namibia.
func (p *Profile) missing(o *Override) map[string]int64 {
	var (
		found  = map[string]int64{}
		truths []string // the first three that are no marker at all
		others = 0      // levels that are no plain marker
		codes  = true   // all of them are two capital letters
	)
	for i, l := range p.Levels {
		if o.Has(SetMissing) {
			if o.Declares(l) {
				found[l] = p.count(i)
			}
			continue
		}
		marker := isMarker(l)
		if marker {
			found[l] = p.count(i)
		} else if len(truths) < 3 {
			truths = append(truths, l)
		}
		if !marker || !isPlainMarker(l) {
			others++
			codes = codes && len(l) == 2 && l[0]-'A' < 26 && l[1]-'A' < 26
		}
	}
	if !o.Has(SetMissing) && !isTruth(truths) {
		maps.DeleteFunc(found, func(l string, _ int64) bool {
			return !isPlainMarker(l) || l == "NA" && codes && others >= 3
		})
	}
	return found
}

// truthPairs are the pairs of levels that make a bool, false first.
var truthPairs = [...][2]string{{"false", "true"}, {"no", "yes"}, {"f", "t"}, {"n", "y"}, {"off", "on"}, {"0", "1"}, {"0.0", "1.0"}}

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
