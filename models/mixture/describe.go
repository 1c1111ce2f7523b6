package mixture

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/space"
)

// How much of a mixture fits on a page.
const (
	describedComponents = 16
	describedFields     = 24
)

// Describe returns the components, the most probable first: the mean and standard
// deviation of each number, the most probable level of each other field, and the
// fields that rest on a floor.
func (m *Model) Describe() []mimic.Description {
	p := m.weight.P()
	order := make([]int, len(p))
	for c := range order {
		order[c] = c
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(p[b], p[a]) })
	order = order[:min(len(order), describedComponents)]
	components := mimic.Description{
		Title: "Components, covariance " + string(m.shape),
		Head:  []string{"component", "probability", "rows", "fields on a floor"},
	}
	numbers := mimic.Description{Title: "Mean ± standard deviation", Head: []string{"field"}}
	levels := mimic.Description{Title: "The most probable level", Head: []string{"field"}}
	for i, c := range order {
		name := strconv.Itoa(i + 1)
		numbers.Head, levels.Head = append(numbers.Head, name), append(levels.Head, name)
		components.Rows = append(components.Rows, []string{name, percent(p[c]), strconv.FormatFloat(m.rows[c], 'f', 1, 64), m.onFloor(c)})
	}
	for k, j := range m.fields.Numeric[:min(len(m.known), describedFields)] {
		f, g := &m.schema.Fields[j], m.fields.Grids[k]
		row := []string{f.Name}
		for _, c := range order {
			at := g.Value(m.mean[c][k])
			text := strconv.FormatFloat(at, 'g', 5, 64)
			if f.Kind == space.Datetime || f.Kind == space.Duration {
				text = string(f.AppendNum(nil, math.Round(at)))
			}
			row = append(row, text+" ± "+strconv.FormatFloat(g.Value(math.Sqrt(m.variances(c)[k])), 'g', 3, 64))
		}
		numbers.Rows = append(numbers.Rows, row)
	}
	for e, j := range m.fields.Coded[:min(len(m.levels), describedFields)] {
		f, l := &m.schema.Fields[j], m.levels[e]
		row := []string{f.Name}
		for _, c := range order {
			best := 0
			for code, v := range l.given[c].P() {
				if v > l.given[c].P()[best] {
					best = code
				}
			}
			row = append(row, l.book.Label(f, uint16(best))+" "+percent(l.given[c].P()[best]))
		}
		levels.Rows = append(levels.Rows, row)
	}
	return []mimic.Description{components, numbers, levels}
}

// onFloor names the numbers of component c whose variance given those before is
// twice its floor at most, or nothing but the prior.
func (m *Model) onFloor(c int) string {
	least := m.fields.Floors(m.schema, m.variances(c))
	rows := m.rows[c]
	if m.shape == Tied {
		rows = 0
		for _, n := range m.rows {
			rows += n
		}
	}
	chain := m.chains[c]
	var names []string
	for i, k := range chain.Order {
		_, s := chain.Coefficients(i)
		if s*s <= 2*max(least[k], m.spread[k]*priorRows/(rows+priorRows)) {
			names = append(names, m.name(k))
		}
	}
	if more := len(names) - 4; more > 0 {
		names = append(names[:4], "and "+strconv.Itoa(more)+" more")
	}
	return strings.Join(names, ", ")
}

func percent(p float64) string { return strconv.FormatFloat(100*p, 'f', 1, 64) + "%" }
