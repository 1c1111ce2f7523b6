package space

import (
	"bytes"
	"encoding/binary"
	"math"
	"math/bits"
)

// Numbers says what the numbers of a column look like, so that its kind can be
// chosen and its values written as they were. The zero Numbers has seen none.
// Numbers are a monoid under Merge, in the order of the rows.
type Numbers struct {
	Count    int64   // numbers seen
	Whole    int64   // of them without a fraction
	Min, Max float64 // of those seen

	// As they are written:
	MinDigits, MaxDigits int    // fewest and most digits after the point
	Mantissa             uint64 // greatest number that the digits make without the point
	TrailingZero         bool   // a fraction ends in zero: "1.50"
	Padded               bool   // one has leading zeros: "007"
	Odd                  bool   // one is not written so again: 1e5, +1, -0, .5, or with blanks
	Large                bool   // one is beyond the whole numbers that a float64 tells apart

	// Sequence says that each is greater by one than the one before it.
	Sequence    bool
	First, Last float64
}

// Add reads a finite number, and takes notice of how it is written. It reports
// false, and notices nothing, if text is no such number.
func (n *Numbers) Add(text []byte) (x float64, ok bool) {
	// The usual number: digits, perhaps with a minus sign and a point.
	digits := text
	if len(text) > 0 && text[0] == '-' {
		digits = text[1:]
	}
	mantissa, fraction, ok := scanShort(digits)
	if !ok {
		mantissa, fraction, ok = scanLong(digits)
	}
	if !ok {
		return n.addUnusual(text)
	}
	whole := len(digits)
	if fraction > 0 {
		whole -= 1 + fraction
		n.TrailingZero = n.TrailingZero || digits[len(digits)-1] == '0'
	}
	n.Padded = n.Padded || digits[0] == '0' && whole > 1
	x = float64(mantissa)
	switch {
	case fraction == 0:
	case mantissa <= maxExact: // and so is exact, as is the power of ten
		x /= pow10[fraction]
	default:
		x = quotient(mantissa, fraction)
	}
	if len(digits) < len(text) {
		x = 0 - x // -0 is read as 0
		n.Odd = n.Odd || mantissa == 0
	}
	n.Large = n.Large || mantissa > maxExact && fraction == 0
	n.add(x, fraction, mantissa)
	return x, true
}

// AddCell is Add for a text with perhaps blanks around it.
func (n *Numbers) AddCell(text []byte) (x float64, ok bool) {
	if x, ok = n.Add(text); ok {
		return x, true
	}
	if number := Trim(text); len(number) < len(text) {
		x, ok = n.Add(number)
		n.Odd = n.Odd || ok
	}
	return x, ok
}

// Trim returns a text as it is read for a number or a time: without the blanks
// around it.
func Trim(text []byte) []byte {
	if n := len(text); n > 0 && (text[0] <= ' ' || text[n-1] <= ' ') {
		return bytes.Trim(text, " \t")
	}
	return text
}

// quotient returns the float64 nearest to m / 10^digits, for m > 0 and 1 to 19
// digits.
func quotient(m uint64, digits int) float64 {
	// Both are shifted until their highest bits are set; then the quotient has
	// at least 63 bits, and float64 rounds it correctly if the last of them says
	// whether there is a remainder.
	d := uint64(pow10[digits])
	shift := bits.LeadingZeros64(d) - bits.LeadingZeros64(m)
	m <<= bits.LeadingZeros64(m)
	d <<= bits.LeadingZeros64(d)
	q, rest := bits.Div64(m>>1, m<<63, d)
	if rest != 0 {
		q |= 1
	}
	return math.Ldexp(float64(q), shift-63)
}

// scanShort reads at most eight digits and point in one word, without a loop
// whose end the processor would guess wrong at every other number. It is not ok
// where that cannot be, for whatever reason.
//
// Reference: Lemire (2018), Quickly parsing eight digits: neighbours are joined
// to numbers of two digits, those to numbers of four, those to one of eight.
func scanShort(text []byte) (mantissa uint64, fraction int, ok bool) {
	const (
		ones  = 0x0101010101010101
		highs = 0x80 * ones
		zeros = '0' * ones
	)
	length := len(text)
	if uint(length-1) >= 8 || cap(text) < 8 {
		return 0, 0, false
	}
	// The text, in the upper bytes; zeros before it, in the lower ones.
	w := binary.LittleEndian.Uint64(text[:8])
	w = w<<(64-8*uint(length)) | zeros>>(8*uint(length))
	if d := w ^ '.'*ones; (d-ones)&^d&highs != 0 {
		at := uint(bits.TrailingZeros64((d-ones)&^d&highs)) &^ 7 // bits before the point
		fraction = 7 - int(at/8)
		if fraction == 0 || fraction == length-1 {
			return 0, 0, false
		}
		before := w & (1<<at - 1)
		w = w&^(1<<(at+8)-1) | before<<8 | '0'
	}
	if w&(0xf0*ones)|(w+6*ones)&(0xf0*ones)>>4 != 0x33*ones {
		return 0, 0, false // not all are digits: 0x30 to 0x39
	}
	w = w & (0x0f * ones) * (10<<8 + 1) >> 8
	w = w & 0x00ff00ff00ff00ff * (100<<16 + 1) >> 16
	w = w & 0x0000ffff0000ffff * (10000<<32 + 1) >> 32
	return w, fraction, true
}

// scanLong reads at most 19 digits and a point among them.
func scanLong(text []byte) (mantissa uint64, fraction int, ok bool) {
	digits, point := len(text), -1
	for i, c := range text {
		if d := c - '0'; d < 10 {
			mantissa = mantissa*10 + uint64(d)
		} else if c == '.' && point < 0 && i > 0 && i < len(text)-1 {
			point = i
			fraction = len(text) - 1 - i
			digits--
		} else {
			return 0, 0, false
		}
	}
	return mantissa, fraction, digits > 0 && digits <= 19
}

// addUnusual adds what is a number, if at all, with an exponent, a plus sign, a
// bare point or many digits.
func (n *Numbers) addUnusual(text []byte) (x float64, ok bool) {
	x, ok = parseNumber(text)
	if !ok {
		return 0, false
	}
	var (
		whole, fraction int // digits before and behind the point
		mantissa        uint64
		pointed         bool
		padded          bool
	)
	digits, exponent := text, 0
	if i := bytes.IndexAny(text, "eE"); i >= 0 {
		digits = text[:i]
		exponent, _ = parseExponent(text[i:])
	}
	for i, c := range digits {
		switch {
		case c == '.':
			pointed = true
		case c-'0' >= 10: // a sign
		default:
			if pointed {
				fraction++
			} else {
				padded = padded || c == '0' && whole == 0 && i+1 < len(digits) && digits[i+1]-'0' < 10
				whole++
			}
			if mantissa < maxExact {
				mantissa = mantissa*10 + uint64(c-'0')
			}
		}
	}
	written := len(digits) == len(text)
	n.Padded = n.Padded || padded
	n.Odd = n.Odd || !written || text[0] == '+' || text[0] == '-' && x == 0 || whole == 0 || pointed && fraction == 0
	n.Large = n.Large || written && fraction == 0 && math.Abs(x) > maxExact
	n.TrailingZero = n.TrailingZero || written && fraction > 0 && text[len(text)-1] == '0'
	n.add(x, max(0, fraction-exponent), mantissa)
	return x, true
}

// AddValue adds a number that was never text, as if it were written with as few
// digits as it can be. NaN and infinities are left to the caller.
func (n *Numbers) AddValue(x float64) {
	const none = len(pow10) // no number of digits is enough
	digits := none
	if n.Count == 0 || n.MaxDigits < none { // else it does not matter any more
		for digits = 0; digits < none && !onGrid(x, digits); {
			digits++
		}
	}
	mantissa := uint64(maxExact)
	if digits < none {
		mantissa = uint64(math.Round(math.Abs(x) * pow10[digits]))
	}
	n.add(x, digits, mantissa)
}

// onGrid reports whether so many digits after the point are enough to write x.
func onGrid(x float64, digits int) bool {
	scaled := math.Round(x * pow10[digits])
	return math.Abs(scaled) <= maxExact && scaled/pow10[digits] == x
}

func (n *Numbers) add(x float64, digits int, mantissa uint64) {
	if n.Count == 0 {
		n.Min, n.Max = x, x
		n.MinDigits, n.MaxDigits = digits, digits
		n.First, n.Sequence = x, true
	} else {
		if x < n.Min {
			n.Min = x
		} else if x > n.Max {
			n.Max = x
		}
		n.MinDigits = min(n.MinDigits, digits)
		n.MaxDigits = max(n.MaxDigits, digits)
		n.Sequence = n.Sequence && x == n.Last+1
	}
	n.Count++
	n.Last = x
	n.Mantissa = max(n.Mantissa, mantissa)
	if digits == 0 || x == math.Trunc(x) {
		n.Whole++
	}
}

// Merge adds the numbers of later rows.
func (n *Numbers) Merge(later *Numbers) {
	switch {
	case later.Count == 0:
		return
	case n.Count == 0:
		*n = *later
		return
	}
	n.Count += later.Count
	n.Whole += later.Whole
	n.Min = min(n.Min, later.Min)
	n.Max = max(n.Max, later.Max)
	n.MinDigits = min(n.MinDigits, later.MinDigits)
	n.MaxDigits = max(n.MaxDigits, later.MaxDigits)
	n.TrailingZero = n.TrailingZero || later.TrailingZero
	n.Mantissa = max(n.Mantissa, later.Mantissa)
	n.Padded = n.Padded || later.Padded
	n.Odd = n.Odd || later.Odd
	n.Large = n.Large || later.Large
	n.Sequence = n.Sequence && later.Sequence && later.First == n.Last+1
	n.Last = later.Last
}

// maxDistinct is how many different numbers a Distinct tells apart.
const maxDistinct = 1000

// Distinct counts the different numbers of a column, as far as it matters: up
// to maxDistinct. The zero Distinct has seen none. It is a commutative monoid.
type Distinct struct {
	repeats bool
	count   int       // more than maxDistinct means many
	slots   []float64 // open addressing; NaN is free
}

const distinctBits = 12 // of a slot's index: at most a quarter of the slots is taken

// Count returns how many different numbers were seen; exact is false where
// there are more than that.
func (d *Distinct) Count() (n int, exact bool) {
	return min(d.count, maxDistinct), d.count <= maxDistinct
}

// Repeats reports whether some number is known to have been seen twice. Where
// it says no and Count is not exact, that is not known.
func (d *Distinct) Repeats() bool { return d.repeats }

// Add adds numbers; NaN is left out.
func (d *Distinct) Add(xs []float64) {
	if d.slots == nil {
		d.slots = make([]float64, 1<<distinctBits)
		for i := range d.slots {
			d.slots[i] = math.NaN()
		}
	}
	for _, x := range xs {
		if d.count > maxDistinct {
			return
		}
		if x != x {
			continue
		}
		i := math.Float64bits(x) * 0x9e3779b97f4a7c15 >> (64 - distinctBits)
		for d.slots[i] == d.slots[i] && d.slots[i] != x {
			i = (i + 1) % (1 << distinctBits)
		}
		if d.slots[i] == x {
			d.repeats = true
			continue
		}
		d.slots[i] = x
		d.count++
	}
}

// Merge adds what another has seen.
func (d *Distinct) Merge(other *Distinct) {
	d.repeats = d.repeats || other.repeats
	if other.count > maxDistinct {
		d.count = other.count
	}
	if other.slots != nil {
		d.Add(other.slots)
	}
}
