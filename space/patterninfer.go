package space

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// InferIDPattern returns the pattern of a column of unique values: all of them,
// in any order. Values that are a number with perhaps a constant text around it
// are counted on from the largest, unless they have one length and many gaps:
// such numbers, and all other values, are described place by place, by the
// characters that are seen there. See FillIDs for what a pattern is.
func InferIDPattern(values []string) string {
	prefix, suffix := commonEnds(values)
	var (
		n                 = int64(len(values))
		numbers, width    int
		smallest, largest = int64(math.MaxInt64), int64(-1)
		sameLength        = true
	)
	for _, v := range values {
		sameLength = sameLength && len(v) == len(values[0])
		number := v[len(prefix) : len(v)-len(suffix)]
		x, ok := wholeNumber(number)
		if !ok {
			continue
		}
		numbers++
		smallest, largest = min(smallest, x), max(largest, x)
		if number[0] == '0' && len(number) > 1 {
			width = len(number)
		}
	}
	count := func(start int64, width int) string {
		return escapePattern(prefix) + "{" + string(appendPadded(nil, int(start), max(1, width))) + "..}" + escapePattern(suffix)
	}
	if numbers > 0 && numbers == len(values) && (!sameLength || largest-smallest < 2*n) {
		return count(largest+1, width)
	}
	if p, ok := inferTemplate(values); ok {
		return p
	}
	return count(max(n, largest)+1, 0)
}

// wholeNumber reads a whole number of at most 18 digits.
func wholeNumber(text string) (n int64, ok bool) {
	for _, c := range []byte(text) {
		if c-'0' > 9 {
			return 0, false
		}
		n = 10*n + int64(c-'0')
	}
	return n, len(text) > 0 && len(text) <= 18
}

// commonEnds returns what all values begin with and, behind that, end in, apart
// from digits, which may be a part of a number.
func commonEnds(values []string) (prefix, suffix string) {
	if len(values) == 0 {
		return "", ""
	}
	prefix = values[0]
	for _, v := range values {
		n := 0
		for n < min(len(prefix), len(v)) && prefix[n] == v[n] {
			n++
		}
		prefix = prefix[:n]
	}
	for !utf8.ValidString(prefix) { // a character is cut in half
		prefix = prefix[:len(prefix)-1]
	}
	prefix = strings.TrimRight(prefix, digits)
	suffix = values[0][len(prefix):]
	for _, v := range values {
		v, n := v[len(prefix):], 0
		for n < min(len(suffix), len(v)) && suffix[len(suffix)-1-n] == v[len(v)-1-n] {
			n++
		}
		suffix = suffix[len(suffix)-n:]
	}
	for !utf8.ValidString(suffix) {
		suffix = suffix[1:]
	}
	return prefix, strings.TrimLeft(suffix, digits)
}

const (
	digits = "0123456789"
	upper  = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	lower  = "abcdefghijklmnopqrstuvwxyz"
)

// classes are the sets of characters that IDs are made of, the likeliest first,
// each in the order of its characters.
var classes = [][]rune{
	[]rune(digits), []rune(lower), []rune(upper), []rune(digits + "abcdef"), []rune(digits + "ABCDEF"),
	[]rune(digits + lower), []rune(digits + upper), []rune(upper + lower), []rune(digits + upper + lower),
	[]rune("-" + digits + upper + "_" + lower),
}

// unlikely is how improbable it must be that a narrower set is seen by chance.
const unlikely = 1e-4

// inferTemplate describes the values of the commonest length place by place. It
// fails where so few IDs come out that they would soon be used up.
func inferTemplate(values []string) (pattern string, ok bool) {
	alike := commonestLength(sparse(values))
	if len(alike) == 0 {
		return "", false
	}
	seen := make([][]rune, len(alike[0])) // [places], sorted
	for place := range seen {
		column := make([]rune, len(alike))
		for i, v := range alike {
			column[i] = v[place]
		}
		slices.Sort(column)
		seen[place] = slices.Compact(column)
	}
	sets := make([][]rune, len(seen))
	for from := 0; from < len(seen); {
		// A run of letters and digits is of one class, unless its places show
		// clearly that they are of a narrower one.
		to := from
		var run []rune
		for to < len(seen) && classOf(seen[to]) != nil {
			run = append(run, seen[to]...)
			to++
		}
		class := classOf(run)
		for place := from; place < to; place++ {
			sets[place] = narrow(class, seen[place], len(alike))
		}
		if to == from {
			sets[to] = seen[to]
			to++
		}
		from = to
	}
	pattern = writeTemplate(sets)
	p, err := parsePattern(pattern)
	return pattern, err == nil && p.ids/4 > uint64(len(values))
}

// templateSample is how many values are looked at place by place: a character
// that none of them has is rare enough to be left out.
const templateSample = 1 << 14

// sparse returns at most templateSample of the values, evenly spaced.
func sparse(values []string) []string {
	if len(values) <= templateSample {
		return values
	}
	some := make([]string, templateSample)
	for i := range some {
		some[i] = values[i*len(values)/templateSample]
	}
	return some
}

// commonestLength returns the values whose length is the commonest, in runes.
func commonestLength(values []string) [][]rune {
	byLength := map[int][][]rune{}
	best := 0
	for _, v := range values {
		if utf8.ValidString(v) {
			r := []rune(v)
			byLength[len(r)] = append(byLength[len(r)], r)
		}
	}
	for length, alike := range byLength {
		if n := len(byLength[best]); len(alike) > n || len(alike) == n && length > best {
			best = length
		}
	}
	return byLength[best]
}

// classOf returns the likeliest class that has all characters, or nil.
func classOf(characters []rune) []rune {
	for _, class := range classes {
		has := true
		for _, c := range characters {
			if _, ok := slices.BinarySearch(class, c); !ok {
				has = false
				break
			}
		}
		if has {
			return class
		}
	}
	return nil
}

// narrow returns the set of a place of which n values show the characters seen:
// class, or the place's own class, or only the characters seen, if n draws from
// the wider one would hardly have missed the rest.
func narrow(class, seen []rune, n int) []rune {
	if own := classOf(seen); missed(len(own), len(class), n) < math.Log(unlikely) {
		class = own
	}
	// There are as many sets of that size to be seen as ways to choose them.
	if missed(len(seen), len(class), n)+logChoose(len(class), len(seen)) < math.Log(unlikely) {
		return seen
	}
	return class
}

// missed returns the log-probability that n draws from c characters are all
// among s given ones.
func missed(s, c, n int) float64 { return float64(n) * math.Log(float64(s)/float64(c)) }

// logChoose returns the log of the number of ways to choose k of n.
func logChoose(n, k int) float64 {
	lgamma := func(n int) float64 { x, _ := math.Lgamma(float64(n + 1)); return x }
	return lgamma(n) - lgamma(k) - lgamma(n-k)
}

// writeTemplate writes a pattern of one set for each place.
func writeTemplate(sets [][]rune) string {
	var b strings.Builder
	for i := 0; i < len(sets); {
		n := i + 1
		for n < len(sets) && slices.Equal(sets[n], sets[i]) {
			n++
		}
		if len(sets[i]) == 1 {
			b.WriteString(strings.Repeat(escapePattern(string(sets[i])), n-i))
		} else {
			writeSet(&b, sets[i])
			if n-i > 1 {
				b.WriteString("{" + strconv.Itoa(n-i) + "}")
			}
		}
		i = n
	}
	return b.String()
}

// writeSet writes a sorted set, runs of three and more as ranges.
func writeSet(b *strings.Builder, set []rune) {
	escape := func(r rune) {
		if strings.ContainsRune(`[]{}\-`, r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	b.WriteByte('[')
	for i := 0; i < len(set); {
		n := i + 1
		for n < len(set) && set[n] == set[n-1]+1 {
			n++
		}
		if n-i < 3 {
			n = i + 1
		}
		escape(set[i])
		if n-i > 1 {
			b.WriteByte('-')
			escape(set[n-1])
		}
		i = n
	}
	b.WriteByte(']')
}

// escapePattern returns the pattern of a literal text.
func escapePattern(text string) string {
	return strings.NewReplacer(`\`, `\\`, "[", `\[`, "]", `\]`, "{", `\{`, "}", `\}`).Replace(text)
}
