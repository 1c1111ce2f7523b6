// Package rules reads and checks rules over rows: expressions that hold for
// every row that is possible.
//
//	hours_per_week <= 168
//	start <= end
//	education_num == level(education)
//	within(longitude, latitude, "land.geojson")
//
// The language is that of github.com/expr-lang/expr. Its names are the fields;
// a character of a name that is no letter, digit or underscore is written as an
// underscore (hours-per-week is hours_per_week), and a name that starts with a
// digit gets an underscore before it. The value of a field is a whole number
// for kind integer, a number for decimal and real, a time for datetime (as in
// start.Year() >= 2000 or start < date("2024-01-01")), a span of time for
// duration (end - start <= duration("24h")), and the text of its level for all
// other kinds.
//
// Beside the functions of the language there are
//
//	level(f)                     the place of the level of ordinal field f, from 1
//	within(x, y, "area.geojson") whether a point lies in a polygon of the file
//	within(x, y, "…", margin)    or no farther from one than the margin
//
// The file is looked for beside the schema; "example:land" is the land of the
// world, at 1:110 million. Coordinates are compared in the plane, the margin is
// in their unit.
//
// A rule that reads a missing value is not broken: what is not known breaks
// nothing. A value that the sample space does not list counts as missing; such a
// row is impossible without any rule.
package rules

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"unicode"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/vm"

	"github.com/seed-64d012fb/mimic/internal/par"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// Set is compiled rules over one sample space. It is safe for concurrent use.
type Set struct {
	rules []rule
}

type rule struct {
	text    string
	program *vm.Program
	fields  []operand
}

// Options of Compile.
type Options struct {
	Dir string // where files that rules name are found; empty means the working directory
}

// Compile reads rules over the rows of s. Errors name the rule, the place in it
// and what is wrong.
func Compile(s *space.Schema, texts []string, opt Options) (*Set, error) {
	set := &Set{}
	areas := map[string]*area{}
	for i, text := range texts {
		r, err := compile(s, text, opt, areas)
		if err != nil {
			return nil, fmt.Errorf("rule %d, %s: %w", i+1, text, err)
		}
		set.rules = append(set.rules, *r)
	}
	return set, nil
}

// Len returns the number of rules.
func (s *Set) Len() int {
	if s == nil {
		return 0
	}
	return len(s.rules)
}

// Text returns rule i as it was written.
func (s *Set) Text(i int) string { return s.rules[i].text }

func compile(s *space.Schema, text string, opt Options, areas map[string]*area) (*rule, error) {
	tree, err := parser.Parse(text)
	if err != nil {
		return nil, explain(err, nil)
	}
	names := nameFields(s)
	r := &reader{schema: s, names: names, opt: opt, areas: areas, used: map[string]bool{}}
	ast.Walk(&tree.Node, r)
	if r.err != nil {
		return nil, r.err
	}
	env := map[string]any{}
	var operands []operand
	for name, fields := range names {
		if !r.used[name] {
			env[name] = zero(s.Fields[fields[0]].Kind)
			continue
		}
		if len(fields) > 1 {
			return nil, fmt.Errorf("%s may be field %q or %q: rename one of them",
				name, s.Fields[fields[0]].Name, s.Fields[fields[1]].Name)
		}
		operands = append(operands, newOperand(s, fields[0], name))
		env[name] = zero(s.Fields[fields[0]].Kind)
	}
	for _, j := range r.levels {
		name := levelName(s.Fields[j].Name)
		if _, has := env[name]; !has {
			o := newOperand(s, j, name)
			o.level = true
			operands = append(operands, o)
			env[name] = 0
		}
	}
	// The order of a map would be the order in which errors come.
	slices.SortFunc(operands, func(a, b operand) int { return strings.Compare(a.name, b.name) })
	program, err := expr.Compile(text, expr.Env(env), expr.AsBool(), expr.Patch(r.patch()),
		expr.Function("within", r.within, withinTypes...),
		expr.Function("level", func(...any) (any, error) { return 0, nil }, new(func(any) int)),
		expr.DisableBuiltin("now")) // a rule says the same tomorrow
	if err != nil {
		return nil, explain(err, names)
	}
	if len(operands) == 0 {
		return nil, errors.New("it reads no field, so that it says nothing of a row")
	}
	return &rule{text, program, operands}, nil
}

// explain turns an error of the expression library into one line.
func explain(err error, names map[string][]int) error {
	var at *file.Error
	if !errors.As(err, &at) {
		return err
	}
	message := strings.TrimSpace(at.Message)
	if name, ok := strings.CutPrefix(message, "unknown name "); ok && names != nil {
		all := make([]string, 0, len(names))
		for n := range names {
			all = append(all, n)
		}
		slices.Sort(all)
		message = fmt.Sprintf("there is no field %s: the fields are %s", name, strings.Join(all, ", "))
	}
	return fmt.Errorf("column %d: %s", at.Column+1, message)
}

// nameFields returns the fields that each name of the language may stand for.
func nameFields(s *space.Schema) map[string][]int {
	names := make(map[string][]int, len(s.Fields))
	for j := range s.Fields {
		n := Name(s.Fields[j].Name)
		names[n] = append(names[n], j)
	}
	return names
}

// Name returns how rules write the name of a field.
func Name(field string) string {
	name := strings.Map(func(r rune) rune {
		if r == '_' || r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
			return r
		}
		return '_'
	}, field)
	if name == "" || unicode.IsDigit(rune(name[0])) {
		name = "_" + name
	}
	return name
}

func levelName(field string) string { return "level(" + field + ")" }

// reader walks a rule: it finds the fields that are used, the ordinal fields
// whose level is asked for, and the files.
type reader struct {
	schema *space.Schema
	names  map[string][]int
	opt    Options
	areas  map[string]*area
	used   map[string]bool
	levels []int
	err    error
}

// Visit sees a node after those below it.
func (r *reader) Visit(node *ast.Node) {
	if r.err != nil {
		return
	}
	switch n := (*node).(type) {
	case *ast.IdentifierNode:
		if _, known := r.names[n.Value]; known {
			r.used[n.Value] = true
		}
	case *ast.CallNode:
		callee, ok := n.Callee.(*ast.IdentifierNode)
		switch {
		case !ok:
		case callee.Value == "level":
			_, r.err = r.levelField(n)
		case callee.Value == "within":
			r.err = r.open(n)
		}
	}
}

// levelField returns the field whose level a call asks for.
func (r *reader) levelField(n *ast.CallNode) (int, error) {
	if len(n.Arguments) != 1 {
		return 0, fmt.Errorf("level takes one field, not %d arguments", len(n.Arguments))
	}
	id, ok := n.Arguments[0].(*ast.IdentifierNode)
	if !ok || len(r.names[id.Value]) != 1 {
		return 0, fmt.Errorf("level(%v): level takes a field", n.Arguments[0])
	}
	j := r.names[id.Value][0]
	if f := &r.schema.Fields[j]; f.Kind != space.Ordinal {
		return 0, fmt.Errorf("level(%s): field %q is of kind %v, whose values have no place; "+
			"give it kind ordinal in the schema, its levels listed from the lowest to the highest", id.Value, f.Name, f.Kind)
	}
	if !slices.Contains(r.levels, j) {
		r.levels = append(r.levels, j)
	}
	return j, nil
}

// open loads the file that a call of within names.
func (r *reader) open(n *ast.CallNode) error {
	if len(n.Arguments) < 3 || len(n.Arguments) > 4 {
		return fmt.Errorf(`within takes x, y, "file.geojson" and, if wanted, a margin; not %d arguments`, len(n.Arguments))
	}
	name, ok := n.Arguments[2].(*ast.StringNode)
	if !ok {
		return fmt.Errorf("within(…, %v): the file is named in quotes", n.Arguments[2])
	}
	for i, arg := range n.Arguments {
		id, ok := arg.(*ast.IdentifierNode)
		if !ok || i == 2 || len(r.names[id.Value]) == 0 {
			continue
		}
		if f := &r.schema.Fields[r.names[id.Value][0]]; f.Kind != space.Integer && f.Kind != space.Decimal && f.Kind != space.Real {
			return fmt.Errorf("within takes numbers, and field %q is of kind %v", f.Name, f.Kind)
		}
	}
	if r.areas[name.Value] != nil {
		return nil
	}
	a, err := openArea(r.opt.Dir, name.Value)
	r.areas[name.Value] = a
	return err
}

// withinTypes are the types that within may have: each number whole or not, the
// margin there or not.
var withinTypes = func() (types []any) {
	numbers := []reflect.Type{reflect.TypeFor[int](), reflect.TypeFor[float64]()}
	text, result := reflect.TypeFor[string](), []reflect.Type{reflect.TypeFor[bool]()}
	add := func(in ...reflect.Type) {
		types = append(types, reflect.New(reflect.FuncOf(in, result, false)).Interface())
	}
	for _, x := range numbers {
		for _, y := range numbers {
			add(x, y, text)
			for _, margin := range numbers {
				add(x, y, text, margin)
			}
		}
	}
	return types
}()

// within answers calls of within at run time.
func (r *reader) within(args ...any) (any, error) {
	x, okX := number(args[0])
	y, okY := number(args[1])
	margin := 0.0
	okM := true
	if len(args) == 4 {
		margin, okM = number(args[3])
	}
	if !okX || !okY || !okM {
		return nil, fmt.Errorf("within takes numbers, not %v", args)
	}
	return r.areas[args[2].(string)].contains(x, y, margin), nil
}

func number(v any) (float64, bool) {
	switch v := v.(type) {
	case float64:
		return v, true
	case int:
		return float64(v), true
	}
	return 0, false
}

// patch replaces calls of level by the operands that hold the places.
func (r *reader) patch() ast.Visitor { return levelPatch{r} }

type levelPatch struct{ *reader }

func (p levelPatch) Visit(node *ast.Node) {
	n, ok := (*node).(*ast.CallNode)
	if !ok {
		return
	}
	if callee, ok := n.Callee.(*ast.IdentifierNode); ok && callee.Value == "level" {
		if j, err := p.levelField(n); err == nil {
			ast.Patch(node, &ast.IdentifierNode{Value: levelName(p.schema.Fields[j].Name)})
		}
	}
}

// checkRows is how many rows one task checks.
const checkRows = 4096

// Check returns the rows of b that break each rule [rules][], in rising order.
// b has the fields of the sample space; levels beyond those that it lists are
// outside of it.
func (s *Set) Check(ctx context.Context, b *table.Batch) ([][]int32, error) {
	broken := make([][]int32, s.Len())
	blocks := (b.N + checkRows - 1) / checkRows
	parts := make([][][]int32, blocks)
	err := par.Do(ctx, blocks, func(block int) error {
		parts[block] = make([][]int32, s.Len())
		for k := range s.rules {
			var err error
			lo := block * checkRows
			if parts[block][k], err = s.rules[k].check(b, lo, min(lo+checkRows, b.N)); err != nil {
				return fmt.Errorf("rule %d, %s: %w", k+1, s.rules[k].text, err)
			}
		}
		return nil
	})
	for k := range broken {
		for _, p := range parts {
			if p != nil {
				broken[k] = append(broken[k], p[k]...)
			}
		}
	}
	return broken, err
}

// check returns the rows of lo … hi-1 that break the rule.
func (r *rule) check(b *table.Batch, lo, hi int) ([]int32, error) {
	var (
		machine vm.VM
		broken  []int32
		env     = make(map[string]any, len(r.fields))
	)
rows:
	for i := lo; i < hi; i++ {
		for k := range r.fields {
			v, known := r.fields[k].value(b, i)
			if !known {
				continue rows
			}
			env[r.fields[k].name] = v
		}
		holds, err := machine.Run(r.program, env)
		if err != nil {
			return nil, fmt.Errorf("row %d: %w", b.First+int64(i)+1, firstLine(err))
		}
		if holds == false {
			broken = append(broken, int32(i))
		}
	}
	return broken, nil
}

// firstLine keeps the message of an error of the library, which comes with a
// picture of the place.
func firstLine(err error) error {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return errors.New(line)
}
