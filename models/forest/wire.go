package forest

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/dist"
	"github.com/seed-64d012fb/mimic/internal/wire"
	"github.com/seed-64d012fb/mimic/space"
)

// modelWire is a Model in its file. What follows from it (views, borders, the
// smoothed leaves) is computed again.
type modelWire struct {
	Rows    int64        `cbor:"rows"`
	Lean    []float64    `cbor:"lean,omitempty"`   // levels, top, growth: see lean
	Fields  []int        `cbor:"fields,omitempty"` // learned ones, in the order of the chain
	Columns []columnWire `cbor:"columns"`          // in the same order
	Guard   []byte       `cbor:"guard"`            // distances between fingerprints, as varints
	Given   []givenWire  `cbor:"given,omitempty"`
}

type columnWire struct {
	Book  dist.BookWire `cbor:"book"`
	Rows  []float64     `cbor:"rows"`            // [codes]
	Group []uint16      `cbor:"group,omitempty"` // [levels], where there are many
	Level []float64     `cbor:"level,omitempty"` // [levels] rows of each
	Trees []treeWire    `cbor:"trees"`
	Aims  [][]byte      `cbor:"directions,omitempty"` // see direction.appendWire
	Line  *lineWire     `cbor:"line,omitempty"`
	Tilt  []byte        `cbor:"tilt,omitempty"` // see tilt.appendWire
}

type treeWire struct {
	Nodes  []byte `cbor:"nodes"`  // see appendNodes
	Counts []byte `cbor:"counts"` // see countWriter
}

// givenWire is the evidence of one field of a conditional.
type givenWire struct {
	Field   int       `cbor:"field"`
	Codes   []int32   `cbor:"codes,omitempty"`
	Ranges  []float64 `cbor:"ranges,omitempty"` // min, max, min, max, …
	Missing bool      `cbor:"missing,omitempty"`
}

// AppendBinary appends θ: codebooks, splits, and the rows of each leaf.
func (m *Model) AppendBinary(dst []byte) ([]byte, error) { return wire.Append(dst, m.wire()) }

func (m *Model) wire() modelWire {
	w := modelWire{Rows: m.rows, Fields: m.chain(), Lean: []float64{m.lean.levels, m.lean.top, m.lean.growth}, Guard: []byte{}}
	for p := range m.columns {
		c := &m.columns[p]
		cw := columnWire{Book: c.book.Wire(), Rows: c.rows}
		if g, ok := c.book.(*groups); ok {
			cw.Group, cw.Level = g.group, g.rows
		}
		for _, v := range c.directions {
			cw.Aims = append(cw.Aims, m.views[v].direction.appendWire(nil))
		}
		if c.line != nil {
			cw.Line = c.line.wire()
		}
		if c.tilt != nil {
			cw.Tilt = c.tilt.appendWire(nil)
		}
		for _, t := range c.trees {
			cw.Trees = append(cw.Trees, treeWire{appendNodes(nil, t, m.views), t.counts})
		}
		w.Columns = append(w.Columns, cw)
	}
	last := uint32(0)
	for _, p := range m.guard.prints {
		w.Guard = binary.AppendUvarint(w.Guard, uint64(p-last))
		last = p
	}
	return w
}

// appendNodes writes the nodes of a tree in preorder: 0 for a leaf, else 1 + the
// view and the bins that go left: the last of them for an ordered view, whose
// bins go left from the first, or a bit for each bin.
func appendNodes(dst []byte, t *tree, views []view) []byte {
	for i := range t.nodes {
		n := &t.nodes[i]
		dst = binary.AppendUvarint(dst, uint64(n.view+1))
		if n.view < 0 {
			continue
		}
		v := &views[n.view]
		if v.ordered {
			last := 0
			for b := range v.bins {
				if n.isLeft(uint8(b)) {
					last = b
				}
			}
			dst = append(dst, uint8(last))
			continue
		}
		var set [32]byte
		for w, x := range n.goLeft {
			binary.LittleEndian.PutUint64(set[8*w:], x)
		}
		dst = append(dst, set[:(v.bins+7)/8]...)
	}
	return dst
}

var errNodes = errors.New("the nodes of a tree are damaged")

// readNodes reads what appendNodes wrote. Trees for the column at a position of
// the chain look at views of the columns before it, and at its directions.
func readNodes(blob []byte, position int, views []view) (*tree, error) {
	t := &tree{}
	open := []int{-1} // nodes whose right child comes next, innermost last; -1: the root
	for len(open) > 0 {
		v, size := binary.Uvarint(blob)
		if size <= 0 || v > uint64(len(views)) {
			return nil, errNodes
		}
		blob = blob[size:]
		n := node{view: int32(v) - 1, next: int32(t.leaves)}
		at := len(t.nodes)
		if n.view >= 0 {
			of := &views[n.view]
			size := (of.bins + 7) / 8
			if of.ordered {
				size = 1
			}
			before := of.column < position && of.direction == nil
			if !before && (of.column != position || of.direction == nil) || len(blob) < size {
				return nil, errNodes
			}
			if of.ordered {
				for b := range int(blob[0]) + 1 {
					n.goLeft[b>>6] |= 1 << (b & 63)
				}
			} else {
				var set [32]byte
				copy(set[:], blob[:size])
				for w := range n.goLeft {
					n.goLeft[w] = binary.LittleEndian.Uint64(set[8*w:])
				}
			}
			blob = blob[size:]
			open = append(open, at)
		} else {
			t.leaves++
			// The next node is the right child of the innermost open node.
			parent := open[len(open)-1]
			open = open[:len(open)-1]
			if parent >= 0 {
				t.nodes[parent].next = int32(at + 1)
			}
		}
		t.nodes = append(t.nodes, n)
	}
	if len(blob) > 0 {
		return nil, errNodes
	}
	return t, nil
}

// Memory of a decoded model: its edges and tilts take no more than this and a multiple of
// the blob.
const (
	edgesFree    = 1 << 22
	edgesPerByte = 64
	lanesCost    = 2 * 256 * 4 // edges that take as much as the lanes of a term
	massesCost   = 16          // and as the masses of a leaf
)

// Decode reads what AppendBinary wrote.
func Decode(s *space.Schema, blob []byte) (mimic.Model, error) {
	var w modelWire
	if err := wire.Decode(blob, &w); err != nil {
		return nil, err
	}
	fields, err := readChain(s, w.Fields)
	if err != nil {
		return nil, err
	}
	parts := partsIn(s, fields)
	if len(w.Columns) != len(parts) || w.Rows < 0 {
		return nil, fmt.Errorf("%d columns of %d rows for %d fields and digits", len(w.Columns), w.Rows, len(parts))
	}
	how, err := readLean(w.Lean)
	if err != nil {
		return nil, err
	}
	m := &Model{schema: s, rows: w.Rows, lean: how, columns: make([]column, len(parts))}
	for p, part := range parts {
		b, err := decodeBook(&part.of, &w.Columns[p])
		if err != nil {
			return nil, err
		}
		for _, n := range w.Columns[p].Rows {
			if !(n >= 0 && n <= math.MaxUint32) {
				return nil, fmt.Errorf("field %q: %v rows of a code", part.of.Name, n)
			}
		}
		if m.columns[p], err = newColumn(part, b, w.Columns[p].Rows); err != nil {
			return nil, err
		}
	}
	m.link()
	if err := m.decodeDirections(w.Columns); err != nil {
		return nil, err
	}
	budget := edgesFree + edgesPerByte*len(blob)
	for p := range m.columns {
		if err := m.decodeTrees(p, &w.Columns[p], &budget); err != nil {
			return nil, fmt.Errorf("field %q: %w", m.columns[p].of.Name, err)
		}
	}
	m.finish(nil)
	var prints []uint32
	last := uint64(0)
	for rest := w.Guard; len(rest) > 0; {
		step, size := binary.Uvarint(rest)
		if size <= 0 || step > math.MaxUint32-last {
			return nil, errors.New("the copy guard is damaged")
		}
		last += step
		prints = append(prints, uint32(last))
		rest = rest[size:]
	}
	m.guard = newGuard(prints)
	if len(w.Given) > 0 {
		e, err := evidenceOf(w.Given)
		if err != nil {
			return nil, err
		}
		return m.Condition(e)
	}
	return m, nil
}

// chain returns the learned fields in the order of the chain.
func (m *Model) chain() (fields []int) {
	for p := range m.columns {
		if c := &m.columns[p]; !c.later() {
			fields = append(fields, c.field)
		}
	}
	return fields
}

// readChain returns the order that a file says, or that of files that do not.
func readChain(s *space.Schema, fields []int) ([]int, error) {
	if fields == nil {
		return levelsFirst(s), nil
	}
	sorted := slices.Clone(fields)
	slices.Sort(sorted)
	if !slices.Equal(sorted, s.Learned()) {
		return nil, fmt.Errorf("a chain of the fields %v, where %v are learned", fields, s.Learned())
	}
	return fields, nil
}

func readLean(x []float64) (lean, error) {
	if len(x) == 0 {
		return onceLeant, nil
	}
	if len(x) != 3 {
		return lean{}, fmt.Errorf("%d strengths of leaning, not 3", len(x))
	}
	for _, v := range x {
		if !(v > 0 && v <= mostLean) {
			return lean{}, fmt.Errorf("leaves lean on their parents by %v", v)
		}
	}
	return lean{x[0], x[1], x[2]}, nil
}

func (m *Model) decodeDirections(columns []columnWire) error {
	for p := range columns {
		most := mostDirections
		if columns[p].Line != nil {
			most += len(columns[p].Line.Parts)
		}
		if len(columns[p].Aims) > most {
			return fmt.Errorf("field %q: %d directions", m.columns[p].of.Name, len(columns[p].Aims))
		}
		for _, blob := range columns[p].Aims {
			d, err := readDirection(blob, p, m.views)
			if err != nil {
				return fmt.Errorf("field %q: %w", m.columns[p].of.Name, err)
			}
			m.addDirection(p, d)
		}
	}
	return nil
}

func decodeBook(f *space.Field, w *columnWire) (book, error) {
	b, err := dist.NewBook(f, w.Book)
	if err != nil || len(w.Group) == 0 {
		return b, err
	}
	if !f.Kind.Coded() {
		return nil, fmt.Errorf("field %q: groups of a %v", f.Name, f.Kind)
	}
	if err := checkGroups(w.Group, w.Level, len(f.Levels)); err != nil {
		return nil, fmt.Errorf("field %q: %w", f.Name, err)
	}
	return newGroups(b, w.Group, w.Level), nil
}

func (m *Model) decodeTrees(p int, column *columnWire, budget *int) error {
	c, trees := &m.columns[p], column.Trees
	if len(trees) == 0 || len(trees) > math.MaxUint8 {
		return fmt.Errorf("%d trees", len(trees))
	}
	smooth := newSmoothing(c.rows, c.ordered, c.missing, m.lean)
	for _, w := range trees {
		t, err := readNodes(w.Nodes, p, m.views)
		if err != nil {
			return err
		}
		if *budget -= len(t.nodes) * len(c.rows); *budget < 0 {
			return errors.New("more leaves than the file's size allows")
		}
		t.counts = slices.Clone(w.Counts)
		if err := smooth.fill(t); err != nil {
			return err
		}
		c.trees = append(c.trees, t)
	}
	if err := m.decodeLine(p, column, budget); err != nil || len(column.Tilt) == 0 {
		return err
	}
	t, err := readTilt(column.Tilt, p, len(c.rows), m.views)
	if err != nil {
		return err
	}
	*budget -= lanesCost * len(t.terms)
	for _, tree := range c.members() {
		*budget -= massesCost * tree.leaves
	}
	if *budget < 0 {
		return errors.New("more of a tilt than the file's size allows")
	}
	c.setTilt(t)
	return nil
}

// decodeLine reads the line of the column at a position of the chain, if it has one.
func (m *Model) decodeLine(p int, column *columnWire, budget *int) (err error) {
	c := &m.columns[p]
	defer c.takeTurns()
	if column.Line == nil {
		return nil
	}
	if !c.ordered || c.digit != whole || len(c.directions) < len(column.Line.Parts) {
		return errLine
	}
	l, err := column.Line.read(p, m.views)
	if err != nil {
		return err
	}
	of := c.lineDirections(l)
	for _, v := range of {
		*budget -= m.views[v].bins * len(c.rows)
	}
	if *budget < 0 {
		return errors.New("more leaves than the file's size allows")
	}
	l.grow(c, int(m.rows), m.views, of)
	c.line = l
	return nil
}
