package judge

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// ground is the sample space that all rows of a judgement stand on. Values that
// it does not list are kept apart: a level of the samples that no real row has
// is a level like any other to the figures, and impossible to the verdict.
type ground struct {
	schema *space.Schema
	extra  []map[string]int32 // [d fields], codes of the levels beyond the schema's
	levels [][]string         // [d fields], the schema's levels and those beyond
	use    []int              // fields that are learned and that the samples have
}

// frame is rows that stand on a ground. Numbers are finite or NaN, codes are
// places in ground.levels or table.Missing.
type frame struct {
	*ground
	n    int
	cols []table.Column
	// outside holds, for each row, the first field whose value the schema does
	// not admit, or -1.
	outside []int32
	example []string // [d fields], one value that the schema does not admit
	absent  []bool   // [d fields]
}

func newGround(s *space.Schema) *ground {
	g := &ground{schema: s, extra: make([]map[string]int32, len(s.Fields)), levels: make([][]string, len(s.Fields))}
	for j := range s.Fields {
		f := &s.Fields[j]
		g.levels[j] = slices.Clip(f.Levels)
		g.extra[j] = map[string]int32{}
		if f.Kind.Learned() {
			g.use = append(g.use, j)
		}
	}
	return g
}

// code returns the code of a level, which it adds where it is new.
func (g *ground) code(j int, level string) int32 {
	k, ok := g.extra[j][level]
	if !ok {
		k = int32(len(g.levels[j]))
		g.levels[j] = append(g.levels[j], level)
		g.extra[j][level] = k
	}
	return k
}

// union returns the sample space of two samples of real rows: what either has
// is possible.
func union(a, b *space.Schema) *space.Schema {
	u := *a
	u.Fields = slices.Clone(a.Fields)
	for j := range u.Fields {
		f := &u.Fields[j]
		i := b.Index(f.Name)
		if i < 0 {
			continue
		}
		o := &b.Fields[i]
		if len(f.Missing) == 0 {
			f.Missing = o.Missing
		}
		switch {
		case f.Kind.Coded() && o.Kind.Coded():
			f.Levels = slices.Clone(f.Levels)
			known := make(map[string]bool, len(f.Levels))
			for _, l := range f.Levels {
				known[l] = true
			}
			for _, l := range o.Levels {
				if !known[l] {
					f.Levels = append(f.Levels, l)
				}
			}
			if f.Kind == space.Bool && len(f.Levels) > 2 {
				f.Kind = space.Category
			}
		case f.Kind == o.Kind && f.Unit == o.Unit, isNumber(f.Kind) && isNumber(o.Kind):
			f.Min, f.Max = min(f.Min, o.Min), max(f.Max, o.Max)
			f.Digits = max(f.Digits, o.Digits)
			f.Kind = max(f.Kind, o.Kind) // integer, decimal, real: the wider one
		}
	}
	return &u
}

// isNumber reports whether the kind is a plain number, not a time.
func isNumber(k space.Kind) bool {
	return k == space.Integer || k == space.Decimal || k == space.Real
}

// frame puts rows on the ground, whatever schema they came with: fields are
// found by name, values of another kind by their text. What does not fit is
// said in notes, which name the rows as who.
func (g *ground) frame(t *table.Table, who string) (fr *frame, notes []string, err error) {
	b := t.All()
	if b.Weight != nil {
		return nil, nil, fmt.Errorf("%s: weighted rows cannot be judged; give every row once", who)
	}
	fr = &frame{ground: g, n: b.N, cols: make([]table.Column, len(g.schema.Fields)),
		outside: make([]int32, b.N), example: make([]string, len(g.schema.Fields)),
		absent: make([]bool, len(g.schema.Fields))}
	for i := range fr.outside {
		fr.outside[i] = -1
	}
	found := 0
	for j := range g.schema.Fields {
		f := &g.schema.Fields[j]
		from := b.Schema.Index(f.Name)
		if !f.Kind.Learned() {
			if from >= 0 {
				fr.cols[j] = b.Cols[from]
			}
			continue
		}
		if from < 0 || b.Cols[from].Num == nil && b.Cols[from].Code == nil && b.Cols[from].Text == nil && b.N > 0 {
			fr.absent[j] = true
			notes = append(notes, missingNote(f.Name, who, b.Schema, g.schema))
			continue
		}
		found++
		if g.place(fr, j, &b.Schema.Fields[from], b.Cols[from]) {
			notes = append(notes, fmt.Sprintf("Field %q is %s in the sample space but reads as %s in %s; it is compared by its text.",
				f.Name, article(f.Kind), article(b.Schema.Fields[from].Kind), who))
		}
	}
	if found == 0 {
		return nil, nil, fmt.Errorf("%s: no field of the sample space is there: it has %s, the sample space %s",
			who, names(b.Schema), names(g.schema))
	}
	for i := range b.Schema.Fields {
		if n := b.Schema.Fields[i].Name; g.schema.Index(n) < 0 {
			notes = append(notes, fmt.Sprintf("Field %q of %s is not in the sample space; it is not judged.", n, who))
		}
	}
	return fr, notes, nil
}

func missingNote(name, who string, has, want *space.Schema) string {
	note := fmt.Sprintf("Field %q is missing from %s: nothing of it is judged.", name, who)
	for i := range has.Fields {
		n := has.Fields[i].Name
		if want.Index(n) < 0 && plain(n) == plain(name) {
			note += fmt.Sprintf(" They have %q: rename it if that is the same.", n)
		}
	}
	return note
}

// plain is a name without what people write differently.
func plain(name string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(" _-.", r) {
			return -1
		}
		return r
	}, strings.ToLower(name))
}

func article(k space.Kind) string {
	if strings.ContainsRune("aeiou", rune(k.String()[0])) {
		return "an " + k.String()
	}
	return "a " + k.String()
}

func names(s *space.Schema) string {
	var list []string
	for i := range s.Fields {
		if i == 8 {
			list = append(list, "…")
			break
		}
		list = append(list, strconv.Quote(s.Fields[i].Name))
	}
	return strings.Join(list, ", ")
}

// place puts one column on the ground and reports whether it had to go by its
// text because its kind is another one.
func (g *ground) place(fr *frame, j int, of *space.Field, c table.Column) (byText bool) {
	f := &g.schema.Fields[j]
	to := &fr.cols[j]
	same := of.Kind == f.Kind && of.Unit == f.Unit || isNumber(of.Kind) && isNumber(f.Kind)
	switch {
	case f.Kind.Coded():
		to.Code = make([]int32, fr.n)
		if of.Kind.Coded() {
			g.recode(fr, j, of, c.Code)
			return false
		}
		index := space.NewLevelIndex(f)
		numbers := numericLevels(f)
		text := texts(of, c)
		for i := range fr.n {
			s, ok := text(i)
			k := index.Code([]byte(s))
			if k == table.Unknown && of.Kind.Numeric() && ok {
				if l, known := numbers[c.Num[i]]; known {
					k = l
				}
			}
			switch {
			case !ok || k == table.Missing:
				k = g.missing(fr, j, i)
			case k == table.Unknown:
				k = g.beyond(fr, j, i, s)
			}
			to.Code[i] = k
		}
		return true
	case same:
		to.Num = make([]float64, fr.n)
		for i, x := range c.Num {
			to.Num[i] = g.number(fr, j, i, x, func() string { return string(of.AppendNum(nil, x)) })
		}
		return false
	default:
		to.Num = make([]float64, fr.n)
		scale := 0.0
		if of.Kind == f.Kind && f.Unit > 0 {
			scale = float64(of.Unit) / float64(f.Unit) // times of another resolution
		}
		text := texts(of, c)
		for i := range fr.n {
			s, ok := text(i)
			x := math.NaN()
			if ok && scale > 0 {
				x = c.Num[i] * scale
			} else if ok && !f.IsMissing([]byte(s)) {
				var err error
				if x, err = f.ParseNum([]byte(s)); err != nil {
					fr.admitNot(j, i, s)
					to.Num[i] = math.NaN()
					continue
				}
			}
			to.Num[i] = g.number(fr, j, i, x, func() string { return s })
		}
		return scale == 0
	}
}

// recode maps the codes of a coded column to the ground's.
func (g *ground) recode(fr *frame, j int, of *space.Field, code []int32) {
	index := space.NewLevelIndex(&g.schema.Fields[j])
	to := make([]int32, len(of.Levels))
	for k, l := range of.Levels {
		to[k] = index.Code([]byte(l))
	}
	for i, k := range code {
		switch {
		case k == table.Missing:
			k = g.missing(fr, j, i)
		case k < 0 || int(k) >= len(to):
			k = g.beyond(fr, j, i, "(not in the schema)")
		case to[k] == table.Missing:
			k = g.missing(fr, j, i)
		case to[k] == table.Unknown:
			k = g.beyond(fr, j, i, of.Levels[k])
		default:
			k = to[k]
		}
		fr.cols[j].Code[i] = k
	}
}

// beyondSquares is where numbers begin whose squares overflow; they are taken
// for infinite.
const beyondSquares = 1e150

// number returns the finite number or NaN that stands for x in the frame.
func (g *ground) number(fr *frame, j, i int, x float64, text func() string) float64 {
	f := &g.schema.Fields[j]
	switch {
	case x != x:
		g.missing(fr, j, i)
	case math.Abs(x) > beyondSquares:
		fr.admitNot(j, i, text())
		return math.NaN()
	case x < f.Min || x > f.Max || f.Step() > 0 && f.Snap(x) != x:
		fr.admitNot(j, i, text())
	}
	return x
}

func (g *ground) missing(fr *frame, j, i int) int32 {
	if !g.schema.Fields[j].Optional() {
		fr.admitNot(j, i, "(missing)")
	}
	return table.Missing
}

func (g *ground) beyond(fr *frame, j, i int, level string) int32 {
	fr.admitNot(j, i, level)
	return g.code(j, level)
}

// admitNot notes that the schema does not admit the value of field j in row i.
func (fr *frame) admitNot(j, i int, value string) {
	if fr.outside[i] < 0 {
		fr.outside[i] = int32(j)
	}
	if fr.example[j] == "" {
		fr.example[j] = value
	}
}

// texts returns the text of each row of a column, false where it is missing.
func texts(f *space.Field, c table.Column) func(i int) (string, bool) {
	switch {
	case c.Code != nil:
		return func(i int) (string, bool) {
			if k := c.Code[i]; k >= 0 && int(k) < len(f.Levels) {
				return f.Levels[k], true
			} else if k == table.Unknown {
				return "(not in the schema)", true
			}
			return "", false
		}
	case c.Num != nil:
		return func(i int) (string, bool) {
			if x := c.Num[i]; x == x {
				return string(f.AppendNum(nil, x)), true
			}
			return "", false
		}
	default:
		return func(i int) (string, bool) { return c.Text[i], !f.IsMissing([]byte(c.Text[i])) }
	}
}

// numericLevels maps the numbers that levels of a coded field are written as to
// their codes: "1" and "1.0" are one level to a file that holds numbers.
func numericLevels(f *space.Field) map[float64]int32 {
	numbers := make(map[float64]int32, len(f.Levels))
	for k, l := range f.Levels {
		if x, err := strconv.ParseFloat(l, 64); err == nil {
			numbers[x] = int32(k)
		}
	}
	return numbers
}

// take returns the given rows.
func (fr *frame) take(rows []int) *frame {
	s := &frame{ground: fr.ground, n: len(rows), cols: make([]table.Column, len(fr.cols)),
		outside: make([]int32, len(rows)), example: fr.example, absent: fr.absent}
	for i, r := range rows {
		s.outside[i] = fr.outside[r]
	}
	for j, c := range fr.cols {
		s.cols[j] = pick(c, rows)
	}
	return s
}

// mixed returns rows whose fields are the fields of fr in independent orders:
// rows of the fully factorised model, fitted by maximum likelihood.
func (fr *frame) mixed(order func(j int) []int) *frame {
	s := &frame{ground: fr.ground, n: fr.n, cols: make([]table.Column, len(fr.cols)),
		outside: make([]int32, fr.n), example: fr.example, absent: fr.absent}
	for i := range s.outside {
		s.outside[i] = -1
	}
	for j, c := range fr.cols {
		s.cols[j] = pick(c, order(j))
	}
	return s
}

func pick(c table.Column, rows []int) table.Column {
	var to table.Column
	switch {
	case c.Num != nil:
		to.Num = at(c.Num, rows)
	case c.Code != nil:
		to.Code = at(c.Code, rows)
	case c.Text != nil:
		to.Text = at(c.Text, rows)
	}
	return to
}

func at[T any](from []T, rows []int) []T {
	to := make([]T, len(rows))
	for i, r := range rows {
		to[i] = from[r]
	}
	return to
}

// batch returns the rows as a batch whose schema lists the levels beyond the
// sample space too.
func (fr *frame) batch() *table.Batch {
	s := &space.Schema{Fields: slices.Clone(fr.schema.Fields), Dialect: fr.schema.Dialect}
	for j := range s.Fields {
		s.Fields[j].Levels = fr.levels[j]
	}
	return &table.Batch{Schema: s, N: fr.n, Cols: fr.cols}
}

// inSpace returns the rows as a table over the sample space itself.
func (fr *frame) inSpace() (*table.Table, error) {
	b := &table.Batch{Schema: fr.schema, N: fr.n, Cols: slices.Clone(fr.cols)}
	for j := range b.Cols {
		if fr.absent[j] {
			return nil, errors.New("a field of the sample space is missing")
		}
		c := &b.Cols[j]
		if c.Code == nil {
			continue
		}
		known := int32(len(fr.schema.Fields[j].Levels))
		c.Code = slices.Clone(c.Code)
		for i, k := range c.Code {
			if k >= known {
				c.Code[i] = table.Unknown
			}
		}
	}
	return table.New(b), nil
}

// text returns the value of field j in row i as it is written.
func (fr *frame) text(j, i int) string {
	f := &fr.schema.Fields[j]
	c := fr.cols[j]
	switch {
	case c.Code != nil && c.Code[i] >= 0:
		return fr.levels[j][c.Code[i]]
	case c.Num != nil && c.Num[i] == c.Num[i]:
		return string(f.AppendNum(nil, c.Num[i]))
	}
	return "(missing)"
}

// cells returns row i, the fields in use, as it is written.
func (fr *frame) cells(i int) []Cell {
	cells := make([]Cell, len(fr.use))
	for a, j := range fr.use {
		cells[a] = Cell{fr.schema.Fields[j].Name, fr.text(j, i)}
	}
	return cells
}
