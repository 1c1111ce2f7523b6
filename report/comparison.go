package report

import (
	"errors"
	"fmt"
	"html/template"
	"io"
	"math"
	"strings"
	"time"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/compare"
	"github.com/seed-64d012fb/mimic/fit"
	"github.com/seed-64d012fb/mimic/judge"
)

var comparisonPage = template.Must(template.New("comparison.html").Funcs(template.FuncMap{
	"nats":      func(x float64) string { return fixed(x, 3) },
	"four":      func(x float64) string { return fixed(x, 4) },
	"signed":    signed,
	"whole":     func(n any) string { return thousands(fmt.Sprint(n)) },
	"seconds":   func(d time.Duration) string { return fixed(d.Seconds(), 2) },
	"rate":      rate,
	"staircase": staircase,
	"curves":    curveChart,
	"swatch":    swatch,
	"logloss":   func() func(compare.Point) float64 { return func(p compare.Point) float64 { return p.LogLoss } },
	"accuracy":  func() func(compare.Point) float64 { return func(p compare.Point) float64 { return p.Accuracy } },
	"name":      breakable,
}).ParseFS(files, "comparison.html"))

// comparison is what the page is made of.
type comparison struct {
	*compare.Comparison
	Name    string
	Style   template.CSS
	Fitted  []fittedRung // those that have a model
	Refused []string     // why others have none
	Shown   shown
}

type fittedRung struct {
	compare.Rung
	Bits float64 // per field
	Best bool    // by nats
	Tops bool    // by log-loss of the label
}

// Sampled returns the rungs that have samples to show.
func (c *comparison) Sampled() (all []fittedRung) {
	for _, r := range c.Fitted {
		if r.Samples != nil {
			all = append(all, r)
		}
	}
	return all
}

// WriteComparison writes the page of a comparison on data of that name. Samples
// stand beside each other where the comparison has some.
func WriteComparison(w io.Writer, c *compare.Comparison, name string) error {
	style, err := files.ReadFile("style.css")
	if err != nil {
		return err
	}
	p := &comparison{Comparison: c, Name: name, Style: template.CSS(style)}
	top := c.BestOfLabel()
	for i, r := range c.Rungs {
		switch {
		case errors.Is(r.Err, mimic.ErrUnsuited):
		case errors.Is(r.Err, fit.ErrBudget):
			p.Refused = append(p.Refused, fmt.Sprintf("%s: not tried to the end, %v.", r.Kind, r.Err))
		case r.Err != nil:
			p.Refused = append(p.Refused, r.Err.Error())
		default:
			p.Fitted = append(p.Fitted, fittedRung{r, bitsPerField(r.Held.Mean, len(c.Held.Schema().Learned())), i == c.Best, i == top})
		}
	}
	if p.Shown, err = samplesOf(p); err != nil {
		return err
	}
	return comparisonPage.Execute(w, p)
}

// Fields says what a row is made of.
func (c *comparison) Fields() string {
	s := c.Held.Schema()
	n := len(s.Learned())
	if m := s.Image; m != nil {
		text := fmt.Sprintf("a picture of %s in %d levels", m.Size(), m.Levels)
		if more := n - m.Pixels(); more > 0 {
			text += fmt.Sprintf(" and %d more", more)
		}
		return text
	}
	return thousands(fmt.Sprint(n)) + " fields"
}

func bitsPerField(nats float64, fields int) float64 {
	return -nats / (math.Ln2 * float64(fields))
}

// fixed writes a number with so many digits behind the point.
func fixed(x float64, digits int) string {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return number(judge.Number(x))
	}
	return strings.Replace(fmt.Sprintf("%.*f", digits, x), "-", "−", 1)
}

func signed(x float64) string {
	if x > 0 {
		return "+" + fixed(x, 3)
	}
	return fixed(x, 3)
}

// thousands sets the digits of a whole number apart.
func thousands(digits string) string {
	for i := len(digits) - 3; i > 0 && digits[i-1] != '-'; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// rate writes rows a second in two digits.
func rate(x float64) string {
	if !(x > 0) {
		return "–"
	}
	scale := math.Pow(10, math.Floor(math.Log10(x))-1)
	if x < 10 {
		return fmt.Sprintf("%.2g", x)
	}
	return thousands(fmt.Sprintf("%.0f", math.Round(x/scale)*scale))
}
