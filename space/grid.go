package space

import (
	"fmt"
	"strings"
)

// What people write has at most gridDigits digits after the point, or a mantissa
// below maxMantissa; longer numbers come out of a computation, and are real.
const (
	gridDigits  = 9
	maxMantissa = 1e12
)

// grid returns the kind of numbers, and how many digits after the point they
// are written with.
//
// Whole numbers are integers, however few they be: models give a value with a
// real share of the rows a mass of its own, so that calling it a category would
// add nothing, and lose the order.
func (n *Numbers) grid() (kind Kind, digits int, fixed bool) {
	largest := max(-n.Min, n.Max)
	switch {
	case n.Whole == n.Count && largest <= maxExact:
		if n.MinDigits == n.MaxDigits { // 12, or 12.0 where all are so
			return Integer, n.MaxDigits, n.MaxDigits > 0
		}
		return Integer, 0, false
	case n.MaxDigits < len(pow10) && largest*pow10[n.MaxDigits] <= maxExact && (n.MaxDigits <= gridDigits || n.Mantissa < maxMantissa):
		return Decimal, n.MaxDigits, n.TrailingZero && n.MinDigits == n.MaxDigits
	}
	return Real, 0, false
}

// areBits reports whether the numbers are 0 and 1, written in one way.
func (n *Numbers) areBits(d *Distinct) bool {
	distinct, _ := d.Count()
	return distinct == 2 && n.Min == 0 && n.Max == 1 && n.Whole == n.Count && n.MinDigits == n.MaxDigits && !n.Odd
}

// describe says what the numbers are: "74 distinct whole numbers 17..90".
func (n *Numbers) describe(d *Distinct) string {
	distinct, exact := d.Count()
	many := count(distinct, "distinct number")
	if !exact {
		many = "more than " + many
	}
	kind, digits, _ := n.grid()
	how := "with up to " + count(n.MaxDigits, "decimal")
	switch kind {
	case Integer:
		many, how = strings.Replace(many, "distinct", "distinct whole", 1), ""
	case Decimal:
		how = "with " + count(digits, "decimal")
	}
	return strings.TrimSpace(fmt.Sprintf("%s %s..%s %s", many, appendReal(nil, n.Min), appendReal(nil, n.Max), how))
}

// count returns "1 level", "2 levels".
func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
