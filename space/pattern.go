package space

import (
	"errors"
	"fmt"
	"math/bits"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/seed-64d012fb/mimic/rng"
)

// FillIDs sets dst to the IDs of rows first, first+1, …, made by f.Pattern. An
// ID depends on the key, the pattern and the row alone, and no two rows have
// the same. It fails if the pattern has fewer IDs than that.
//
// A pattern is text in which
//
//	[0-9a-f]   is one character of a set, [0-9a-f]{8} are eight of them
//	{301..}    is the number of the row, counted from 301; {0301..} with zeros
//	\[         is a bracket; so with \] \{ \} \\ and, in a set, \-
//
// so that [A-Z]{2}-{0001..} gives QF-0001, KB-0002, …
func FillIDs(f *Field, k rng.Key, dst []string, first int64) error {
	p, err := parsePattern(f.Pattern)
	if err != nil {
		return fmt.Errorf("field %q: %w", f.Name, err)
	}
	if err := p.fill(k, dst, first); err != nil {
		return fmt.Errorf("field %q: %w", f.Name, err)
	}
	return nil
}

// maxShuffled bounds the IDs that are told apart by shuffling; a pattern that
// has more fills the rest of its characters at random.
const maxShuffled = 1 << 62

// wordValues is how many different values are drawn from one random word; so
// few, that they are equally likely but for a part in 2^24.
const wordValues = 1 << 40

// idPattern is a pattern taken apart.
type idPattern struct {
	text  string
	parts []idPart
	// shuffled characters come first in the order of filling; they have ids
	// different values together.
	shuffled int
	ids      uint64
	words    int64 // random words that the other characters of an ID take
	serial   bool
}

// idPart is a literal, the characters of a set, or the number of the row.
type idPart struct {
	literal string
	set     []string // characters
	count   int      // of characters of the set
	serial  bool
	start   int64
	width   int // to which the number is padded with zeros
}

// maxPatternCount bounds the characters of an ID.
const maxPatternCount = 1 << 12

func parsePattern(text string) (*idPattern, error) {
	bad := func(format string, args ...any) (*idPattern, error) {
		return nil, fmt.Errorf("pattern %q: "+format, append([]any{text}, args...)...)
	}
	if !utf8.ValidString(text) {
		return bad("not UTF-8")
	}
	p := &idPattern{text: text, ids: 1}
	characters := 0
	for rest := text; rest != ""; {
		var part idPart
		var err error
		switch rest[0] {
		case '[':
			part.set, rest, err = parseSet(rest[1:])
			part.count = 1
			if err == nil && strings.HasPrefix(rest, "{") && !isSerial(rest) {
				part.count, rest, err = parseRepeat(rest[1:])
			}
			characters += part.count
		case '{':
			if p.serial {
				return bad("two row numbers")
			}
			p.serial, part.serial = true, true
			part.start, part.width, rest, err = parseSerial(rest[1:])
		case ']', '}':
			return bad("%q without its opening; write it as \\%c", rest[0], rest[0])
		default:
			part.literal, rest, err = parseLiteral(rest)
		}
		if err != nil {
			return bad("%w", err)
		}
		if characters > maxPatternCount {
			return bad("more than %d characters", maxPatternCount)
		}
		p.parts = append(p.parts, part)
	}
	p.plan()
	return p, nil
}

// plan says which characters are shuffled and which are random.
func (p *idPattern) plan() {
	open := !p.serial
	if p.serial {
		p.ids = maxShuffled // as many as rows can be counted
	}
	var left uint64 // different values that the last word is still good for
	for _, part := range p.parts {
		if part.set == nil {
			continue
		}
		n := uint64(len(part.set))
		for range part.count {
			if open = open && p.ids <= maxShuffled/n; open {
				p.ids *= n
				p.shuffled++
				continue
			}
			if left < n {
				left = wordValues
				p.words++
			}
			left /= n
		}
	}
}

var errUnclosed = errors.New("a bracket is not closed")

// parseLiteral reads text up to the next bracket.
func parseLiteral(text string) (literal, rest string, err error) {
	var b strings.Builder
	i := 0
	for i < len(text) && !strings.ContainsRune("[]{}", rune(text[i])) {
		if text[i] == '\\' {
			if i++; i == len(text) {
				return "", "", errors.New(`it ends in "\"; write \\ for that character`)
			}
		}
		b.WriteByte(text[i])
		i++
	}
	return b.String(), text[i:], nil
}

// parseSet reads a set up to its closing bracket.
func parseSet(text string) (set []string, rest string, err error) {
	var (
		seen     = map[rune]bool{}
		previous rune
		ranging  bool
	)
	for i, escaped := 0, false; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		i += size
		switch {
		case !escaped && r == '\\':
			escaped = true
			continue
		case !escaped && r == ']':
			if ranging || len(set) == 0 {
				return nil, "", errors.New("a set without characters, or with half a range")
			}
			return set, text[i:], nil
		case !escaped && r == '-' && !ranging && previous != 0:
			ranging = true
			continue
		}
		escaped = false
		from := r
		if ranging {
			if from = previous + 1; from > r+1 || r-from > 1<<10 {
				return nil, "", fmt.Errorf("range %c-%c is none", previous, r)
			}
		}
		for c := from; c <= r; c++ {
			if seen[c] && !ranging || !utf8.ValidRune(c) {
				return nil, "", fmt.Errorf("%q is twice in a set", c)
			}
			if !seen[c] {
				seen[c] = true
				set = append(set, string(c))
			}
		}
		previous, ranging = r, false
	}
	return nil, "", errUnclosed
}

// isSerial reports whether a brace opens a row number rather than a repeat.
func isSerial(text string) bool {
	inside, _, _ := strings.Cut(text, "}")
	return strings.HasSuffix(inside, "..")
}

// parseRepeat reads "8}".
func parseRepeat(text string) (count int, rest string, err error) {
	inside, rest, ok := strings.Cut(text, "}")
	if !ok {
		return 0, "", errUnclosed
	}
	count, err = strconv.Atoi(inside)
	if err != nil || count < 1 || count > maxPatternCount {
		return 0, "", fmt.Errorf("{%s} is no number of characters: 1 to %d", inside, maxPatternCount)
	}
	return count, rest, nil
}

// parseSerial reads "0301..}".
func parseSerial(text string) (start int64, width int, rest string, err error) {
	inside, rest, ok := strings.Cut(text, "}")
	if !ok {
		return 0, 0, "", errUnclosed
	}
	digits, ok := strings.CutSuffix(inside, "..")
	n, err := strconv.ParseUint(digits, 10, 62)
	if !ok || err != nil || len(digits) > 40 {
		return 0, 0, "", fmt.Errorf("{%s} is no row number such as {1..} or {0001..}", inside)
	}
	return int64(n), len(digits), rest, nil
}

// fill makes the IDs of rows first … first+len(dst)-1.
func (p *idPattern) fill(k rng.Key, dst []string, first int64) error {
	end := first + int64(len(dst))
	if first < 0 || end < first || uint64(end) > p.ids {
		return fmt.Errorf("pattern %q has %d different IDs, too few for row %d: widen it in the schema", p.text, p.ids, end)
	}
	var (
		order  = newShuffle(p.ids, k.Child(0))
		random = k.Child(1)
		buf    []byte
		ends   = make([]int, len(dst))
	)
	for i := range dst {
		row := first + int64(i)
		buf = p.append(buf, row, order, random)
		ends[i] = len(buf)
	}
	all, from := string(buf), 0 // one allocation for all
	for i, end := range ends {
		dst[i], from = all[from:end], end
	}
	return nil
}

// append appends the ID of a row.
func (p *idPattern) append(dst []byte, row int64, order *shuffle, random rng.Key) []byte {
	var rest uint64 // of the row's place in the shuffled order
	if !p.serial {
		rest = order.at(uint64(row))
	}
	var (
		shuffled = p.shuffled
		word     uint64
		words    = row * p.words // used up before the next
		left     uint64          // values that word is still good for
	)
	for i := range p.parts {
		part := &p.parts[i]
		if part.serial {
			dst = appendPadded(dst, int(part.start+row), part.width)
		}
		dst = append(dst, part.literal...)
		n := uint64(len(part.set))
		for range part.count {
			var c uint64
			if shuffled > 0 {
				shuffled--
				c, rest = rest%n, rest/n
			} else {
				if left < n {
					word, words, left = random.Uint64(words), words+1, wordValues
				}
				left /= n
				c, word = bits.Mul64(word, n)
			}
			dst = append(dst, part.set[c]...)
		}
	}
	return dst
}
