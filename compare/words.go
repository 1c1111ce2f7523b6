package compare

import (
	"fmt"
	"math"
	"strings"
)

// Words says the lesson in a few sentences.
func (c *Comparison) Words() []string {
	l := &c.Lesson
	var all []string
	of := c.Rungs[c.Base].Kind
	switch {
	case len(l.Steps) == 0 && of == base:
		all = append(all, "No rung gains on independent, to which fields have nothing to do with each other: what they tell of each other cannot be learned from these rows, or is nothing.")
	case len(l.Steps) > 0:
		total := 0.0
		steps := make([]string, len(l.Steps))
		for i, s := range l.Steps {
			total += s.Mean
			steps[i] = fmt.Sprintf("%s buys %.3f", s.Kind, s.Mean)
			if i > 0 {
				steps[i] = fmt.Sprintf("%s %.3f more", s.Kind, s.Mean)
			}
		}
		last := l.Steps[len(l.Steps)-1].Kind
		if len(steps) == 1 {
			all = append(all, fmt.Sprintf("%s gains %.3f nats per row on %s, in one step.", last, total, of))
		} else {
			all = append(all, fmt.Sprintf("Of the %.3f nats per row that %s gains on %s, %s.", total, last, of, list(steps)))
		}
	}
	if len(l.Pairs) > 0 {
		pairs := make([]string, len(l.Pairs))
		for i, p := range l.Pairs {
			pairs[i] = fmt.Sprintf("%s and %s (%.3f)", p.A, p.B, p.Nats)
		}
		all = append(all, fmt.Sprintf("Independence fails most between %s: nats per row that a model loses which holds the two independent.", list(pairs)))
	}
	if len(l.Fields) > 0 {
		fields := make([]string, len(l.Fields))
		for i, f := range l.Fields {
			fields[i] = fmt.Sprintf("%s (%.3f)", f.Field, f.Nats)
			if f.Of >= f.Nats {
				fields[i] = fmt.Sprintf("%s (%.3f of %.3f)", f.Field, f.Nats, f.Of)
			}
		}
		all = append(all, fmt.Sprintf("Under %s, the fields before it in the chain tell most of %s: nats per row, of those that the field costs by itself.", l.By, list(fields)))
	}
	return all
}

// CurveWords says how the simplest generative curve, and the one that ends with
// the least log-loss, run beside those of logistic regression, by maximum
// likelihood and with a penalty.
func (c *Comparison) CurveWords() []string {
	var told []*Curve
	for i := range c.Curves {
		g := &c.Curves[i]
		switch {
		case !g.Generative || len(g.Points) < 2:
		case len(told) < 2:
			told = append(told, g)
		case g.last().LogLoss < told[1].last().LogLoss:
			told[1] = g
		}
	}
	if len(told) == 2 && told[0].last().LogLoss < told[1].last().LogLoss {
		told = told[:1]
	}
	var all []string
	for _, g := range told {
		for _, by := range []struct {
			name  string
			worth func(*Point) float64 // more is better
		}{
			{"accuracy", func(p *Point) float64 { return p.Accuracy }},
			{"log-loss", func(p *Point) float64 { return -p.LogLoss }},
		} {
			var races []string
			for k := range c.Curves {
				other := &c.Curves[k]
				if (other.Name == Unpenalised || other.Name == Regression) && len(other.Points) > 1 {
					races = append(races, race(g, other, by.worth))
				}
			}
			if len(races) > 0 {
				all = append(all, fmt.Sprintf("By %s, %s %s.", by.name, g.Name, strings.Join(races, "; it ")))
			}
		}
	}
	return all
}

func (c *Curve) last() *Point { return &c.Points[len(c.Points)-1] }

// race says how a curve runs beside another.
func race(a, b *Curve, worth func(*Point) float64) string {
	n := min(len(a.Points), len(b.Points))
	ahead := func(i int) bool { return worth(&a.Points[i]) > worth(&b.Points[i]) }
	turn := n - 1 // from here on it is as at the end
	for turn > 0 && ahead(turn-1) == ahead(n-1) {
		turn--
	}
	at := func(i int) string {
		return fmt.Sprintf("%.3f to %.3f at %s rows", math.Abs(worth(&a.Points[i])), math.Abs(worth(&b.Points[i])), thousands(a.Points[i].Rows))
	}
	switch start, end := ahead(0), ahead(n-1); {
	case start && !end:
		return fmt.Sprintf("starts ahead of %s (%s) and is overtaken at %s rows (%s)", b.Name, at(0), thousands(a.Points[turn].Rows), at(n-1))
	case !start && end:
		return fmt.Sprintf("starts behind %s (%s) and overtakes it at %s rows (%s)", b.Name, at(0), thousands(a.Points[turn].Rows), at(n-1))
	case turn == 0 && end:
		return fmt.Sprintf("is ahead of %s all along (%s, %s)", b.Name, at(0), at(n-1))
	case turn == 0:
		return fmt.Sprintf("is behind %s all along (%s, %s)", b.Name, at(0), at(n-1))
	case end:
		return fmt.Sprintf("starts and ends ahead of %s, but not all along (%s, %s)", b.Name, at(0), at(n-1))
	}
	return fmt.Sprintf("starts and ends behind %s, but not all along (%s, %s)", b.Name, at(0), at(n-1))
}

// thousands writes a whole number with its thousands apart.
func thousands(n int) string {
	text := fmt.Sprint(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// list joins words as a sentence does.
func list(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}
