package forest

import (
	"cmp"
	"encoding/binary"
	"errors"
	"math"
	"slices"
)

// line is what a number of a small table borrows from all rows, where few rows make
// few leaves, which blur what a straight line tells. On its scale a number is
//
//	z = f + r,
//
// f the first direction's value, r a residual, whose distribution is that of the rows
// with about the same f. The f of a row is fitted by others, so that residuals are as
// large as those of unseen rows. A code is an interval of z, over which the residual
// of a row is spread.
//
// For each bin of the direction that is a distribution of codes, so that a line is a
// tree like others, over these bins. It has half of the turns.
//
// In larger tables it makes unseen rows hardly more probable, and samples much easier
// to tell: docs/decisions/0150.
//
// Reference: Efromovich (2007), Conditional density estimation in a regression
// setting; Stone (1974), Cross-validatory choice and assessment of statistical
// predictions.
type line struct {
	ranks bool     // z is by ranks, not by values
	unit  float64  // z of a unit of the direction's sums
	rows  []fitted // by rising fit
	tree  *tree
}

// fitted is a row: the cell of the direction that other rows fit it, and its code.
type fitted struct {
	cell int32
	code uint16
}

const (
	lineRows   = 1 << 8 // of a table in which numbers have lines, less than that
	codeRows   = 1.5    // of a number's code at least, in such a table
	lineTurns  = 6      // of 12
	lineFolds  = 8      // rows are fitted by seven eighths of them
	lineShare  = .25    // of rows that share a value at most: else ranks say little
	lineGroups = 12     // of rows with about the same fit
	groupRows  = 24     // of a group at least
	groupLean  = 20.    // rows that the residuals of all groups count for in one
	bandwidth  = .9     // of residuals, in standard deviations, times n^(-1/5)
	lineLean   = 2.     // rows that the column's distribution counts for
)

// lined reports whether a column of a table of so many rows may have a line.
func (c *column) lined(rows int) bool {
	if !c.scaled(rows) {
		return false
	}
	if c.missing >= 0 && c.rows[c.missing] > 0 {
		return false
	}
	return slices.Max(c.rows) <= lineShare*sum(c.rows)
}

// newLine returns the line of a direction whose sums are in units, where rows of the
// given codes have the given fits.
func newLine(d *direction, ranks bool, unit float64, fits []float64, codes []uint16) *line {
	l := &line{ranks: ranks, unit: unit}
	for i, f := range fits {
		cell := math.Floor((f/unit - float64(d.from)) / (1 << cellBits))
		l.rows = append(l.rows, fitted{int32(max(-directionCells, min(cell, 2*directionCells))), codes[i]})
	}
	slices.SortFunc(l.rows, func(a, b fitted) int {
		return cmp.Or(cmp.Compare(a.cell, b.cell), cmp.Compare(a.code, b.code))
	})
	return l
}

// scale returns the scale of the line's column.
func (l *line) scale(c *column) scale {
	if s, far := c.byValue(); !l.ranks && !math.IsNaN(far) {
		return s
	}
	return c.byRank()
}

// fit returns f in the middle of a cell.
func (l *line) fit(d *direction, cell int32) float64 {
	return l.unit * (float64(d.from) + (float64(cell)+.5)*(1<<cellBits))
}

// grow makes the line's tree over the bins of d, the first direction of its column.
func (l *line) grow(c *column, d *direction) {
	bins := int(d.bin[directionCells-1]) + 1
	rows, values := c.rows, c.values()
	z := l.scale(c)
	res := l.residuals(d, &z)
	root := make([]float64, len(rows))
	total := sum(rows)
	for k, n := range rows {
		root[k] = (n + .5/float64(len(rows))) / (total + .5)
	}
	l.tree = halving(int32(c.directions[0]), bins)
	l.tree.edges = make([]uint32, bins*len(rows))
	p := make([]float64, len(rows))
	lo := 0
	for b := range bins {
		hi := lo
		for hi < directionCells && int(d.bin[hi]) == b {
			hi++
		}
		f := (l.fit(d, int32(lo)) + l.fit(d, int32(hi-1))) / 2
		res.shifted(p[:values], z.bounds, f)
		lean := lineLean / (float64(len(l.rows)) + lineLean)
		for k := range p {
			p[k] = (1-lean)*p[k] + lean*root[k]
		}
		setEdges(l.tree.edges[b*len(p):(b+1)*len(p)], p)
		lo = hi
	}
}

// halving returns a balanced tree whose leaves are the bins of a view.
func halving(view int32, bins int) *tree {
	t := &tree{leaves: bins}
	var halve func(lo, hi int)
	halve = func(lo, hi int) {
		at := len(t.nodes)
		if hi-lo == 1 {
			t.nodes = append(t.nodes, node{view: leafMark, next: int32(lo)})
			return
		}
		n := node{view: view}
		mid := (lo + hi) / 2
		for b := range mid {
			n.goLeft[b>>6] |= 1 << (b & 63)
		}
		t.nodes = append(t.nodes, n)
		halve(lo, mid)
		t.nodes[at].next = int32(len(t.nodes))
		halve(mid, hi)
	}
	halve(0, bins)
	return t
}

// scoreBounds returns the normal quantiles of the ranks between codes
// [codes + 1], from their rows.
func scoreBounds(rows []float64) []float64 {
	total, below := sum(rows), 0.0
	z := []float64{normalQuantile(.25 / (total + .5))}
	for _, n := range rows {
		below += n
		z = append(z, normalQuantile((below+.25)/(total+.5)))
	}
	return z
}

func normalQuantile(p float64) float64 { return math.Sqrt2 * math.Erfinv(2*p-1) }
func normalBelow(z float64) float64    { return math.Erfc(-z/math.Sqrt2) / 2 }

// appendWire writes a line: its unit, and its rows.
func (l *line) appendWire(dst []byte) []byte {
	dst = binary.LittleEndian.AppendUint64(dst, math.Float64bits(l.unit))
	last := int32(-directionCells)
	for _, r := range l.rows {
		dst = binary.AppendUvarint(dst, uint64(r.cell-last))
		dst = binary.AppendUvarint(dst, uint64(r.code))
		last = r.cell
	}
	return dst
}

var errLine = errors.New("a line is damaged")

// readLine reads what appendWire wrote of the line of a column of so many values.
func readLine(blob []byte, values int) (*line, error) {
	if len(blob) < 8 {
		return nil, errLine
	}
	l := &line{unit: math.Float64frombits(binary.LittleEndian.Uint64(blob))}
	if !(l.unit > 0 && l.unit <= 1) {
		return nil, errLine
	}
	cell := int64(-directionCells)
	for blob = blob[8:]; len(blob) > 0; {
		step, n := binary.Uvarint(blob)
		if n <= 0 || step > uint64(2*directionCells-cell) || len(l.rows) >= lineRows {
			return nil, errLine
		}
		code, m := binary.Uvarint(blob[n:])
		if m <= 0 || code >= uint64(values) {
			return nil, errLine
		}
		cell += int64(step)
		l.rows = append(l.rows, fitted{int32(cell), uint16(code)})
		blob = blob[n+m:]
	}
	if len(l.rows) == 0 {
		return nil, errLine
	}
	return l, nil
}
