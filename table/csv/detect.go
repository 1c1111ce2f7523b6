package csv

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table/ingest"
)

const (
	sampleBytes = 256 << 10
	sampleRows  = 200 // rows in whose cells numbers and dates are looked for
	bom         = "\ufeff"
)

// sample is the start of a file.
type sample struct {
	text  []byte // with room for padding
	whole bool   // it is all of the file, and ends with a newline
}

// detect finds out from its start how a file is written.
func detect(f ingest.File, opt Options) (*form, error) {
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	var s sample
	for size := sampleBytes; ; size *= 2 {
		if err := s.read(r, size); err != nil {
			return nil, err
		}
		if form, ok, err := s.form(opt); ok || err != nil {
			return form, err
		}
		if size > maxRecord {
			return nil, fmt.Errorf("the first line has more than %d MB", maxRecord>>20)
		}
	}
}

// read reads on until the sample has so many bytes, or all there are.
func (s *sample) read(r io.Reader, size int) error {
	old := len(s.text)
	s.text = slices.Grow(s.text, size-old+1+padding)[:size]
	n, err := io.ReadFull(r, s.text[old:])
	s.text = s.text[:old+n]
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		s.whole, err = true, nil
	}
	return err
}

// form returns what the sample tells; ok is false if it has to be longer.
func (s *sample) form(opt Options) (f *form, ok bool, err error) {
	text := s.text
	f = &form{line: 1}
	switch {
	case bytes.HasPrefix(text, []byte("\xff\xfe")), bytes.HasPrefix(text, []byte("\xfe\xff")):
		return nil, false, errors.New("is text in UTF-16: turn it into UTF-8 with `iconv -f UTF-16 -t UTF-8`")
	case bytes.HasPrefix(text, []byte(bom)):
		f.dialect.BOM = true
		f.start = len(bom)
		text = text[len(bom):]
	}
	f.grammar = grammar{newline: '\n', skipBad: true}
	if i := bytes.IndexAny(text, "\r\n"); i >= 0 && text[i] == '\r' && bytes.IndexByte(text, '\n') < 0 {
		f.grammar.newline = '\r'
	}
	if n := len(text); s.whole && n > 0 && text[n-1] != f.grammar.newline {
		text = append(text, f.grammar.newline)
	}
	best := findDelimiter(f.grammar, text, s.whole, opt.Delimiter)
	rows := best.rows
	switch {
	case len(rows) > 0:
	case !s.whole:
		return nil, false, nil
	case best.mistake != nil:
		return nil, false, best.mistake
	default:
		return nil, false, errors.New("there are no rows")
	}
	f.grammar.delimiter, f.grammar.spaced = best.delimiter, best.spaced
	if f.grammar.delimiter != ',' {
		f.dialect.Delimiter = string(f.grammar.delimiter)
	}
	f.dialect.Spaced = f.grammar.spaced
	f.grammar.columns = len(rows[0].cells)
	f.grammar.skipBad = opt.SkipBadRows
	f.comments = best.comments
	if best.comments > 0 {
		f.start += best.begin
		f.line += int64(bytes.Count(text[:best.begin], []byte{f.grammar.newline}))
	}

	header := opt.Header == WithHeader || opt.Header == DetectHeader && isHeader(rows, opt.Names)
	f.dialect.NoHeader = !header
	var names []string
	body := rows
	if header {
		names = uniqueNames(rows[0].cells)
		body = rows[1:]
		f.start = min(f.start+rows[0].end-best.begin, len(s.text))
		f.line += int64(bytes.Count(text[best.begin:rows[0].end], []byte{f.grammar.newline}))
	} else {
		for j := range rows[0].cells {
			names = append(names, "c"+strconv.Itoa(j+1))
		}
	}
	for _, n := range names {
		f.columns = append(f.columns, ingest.Column{Name: n})
	}
	if f.grammar.columns == 1 {
		f.uncut = evenMark(body)
	}
	if i := bytes.IndexByte(text, '\n'); i > 0 {
		f.dialect.CRLF = text[i-1] == '\r'
	}
	if f.grammar.delimiter != ',' {
		f.commas = decimalCommas(body, f.grammar.columns)
		f.dialect.DecimalComma = slices.Contains(f.commas, true)
	}
	return f, true, nil
}

// row is a record of the sample.
type row struct {
	cells [][]byte
	end   int // where in the sample it ends
}

// trial is the sample cut in one way.
type trial struct {
	grammar
	rows     []row
	begin    int     // where in the sample the first of them does, behind comments
	comments int     // lines before it that are cut unlike it, and start with #
	width    int     // cells that most rows have
	even     float64 // share of the rows that have them
	numbers  float64 // share of the cells that are numbers, the first row aside
	blanks   float64 // share of the delimiters that a blank follows
	mistake  error   // the first, with its line
}

// findDelimiter cuts the sample with the delimiter that suits it best, and finds
// whether blanks follow it.
//
// It is the one that cuts the most rows into equally many cells, two or more, the
// first row among those that it cuts; then the one that makes the most cells numbers, so that "1,5;2,5" are
// two; then the one that makes the most cells. Text that nothing cuts evenly
// has one column.
func findDelimiter(g grammar, text []byte, whole bool, known byte) (best trial) {
	candidates := []byte(",;\t|")
	if known != 0 {
		candidates = []byte{known}
	}
	for _, delimiter := range candidates {
		t := newTrial(g, delimiter, true, text, whole)
		if t.blanks < 0.95 {
			t = newTrial(g, delimiter, false, text, whole)
		}
		if best.delimiter == 0 || t.betterThan(&best) {
			best = t
		}
	}
	return best
}

func newTrial(g grammar, delimiter byte, spaced bool, text []byte, whole bool) trial {
	t := trial{grammar: g}
	t.delimiter, t.spaced = delimiter, spaced
	text = append(slices.Clone(text), make([]byte, padding)...)[:len(text)]
	var (
		out                    records
		cells, numbers, blanks int
		widths                 = map[int]int{}
	)
	t.scan(text, whole, &out)
	start := 0
	for i, end := range out.ends {
		r := row{cells: make([][]byte, 0, end-start)}
		for _, s := range out.spans[start:end] {
			cell := s.In(text)
			r.cells = append(r.cells, cell)
			r.end = int(s.Lo) + len(cell)
			if i == 0 && len(out.ends) > 1 || i > sampleRows {
				continue
			}
			cells++
			if isNumber(cell) || decimal(cell, ',') >= 0 {
				numbers++
			}
			if before := int(s.Lo) - 1; before >= 0 && (text[before] == ' ' || text[before] == '"' && before > 0 && text[before-1] == ' ') {
				blanks++
			}
		}
		r.end += 1 + bytes.IndexByte(text[r.end:], g.newline)
		t.rows = append(t.rows, r)
		start = end
	}
	head := 0 // rows that may be comments
	for head < len(t.rows)-1 && bytes.HasPrefix(t.rows[head].cells[0], []byte("#")) {
		head++
	}
	for _, r := range t.rows[head:] {
		if widths[len(r.cells)]++; widths[len(r.cells)] > widths[t.width] {
			t.width = len(r.cells)
		}
	}
	for ; t.comments < head && t.width > 1 && len(t.rows[0].cells) != t.width; t.comments++ {
		t.begin = t.rows[0].end
		t.rows = t.rows[1:]
	}
	if len(out.bad) > 0 {
		line := 1 + bytes.Count(text[:out.bad[0].at], []byte{g.newline})
		t.mistake = fmt.Errorf("line %d: %w", line, out.bad[0].err)
	}
	if n := len(t.rows) + len(out.bad); n > 0 {
		t.even = float64(widths[t.width]) / float64(n)
	}
	if cells > 0 {
		t.numbers = float64(numbers) / float64(cells)
	}
	if between := cells - max(1, min(len(t.rows)-1, sampleRows)); between > 0 {
		t.blanks = float64(blanks) / float64(between)
	}
	return t
}

func (t *trial) betterThan(u *trial) bool {
	if len(t.rows) == 0 || len(u.rows) == 0 {
		return len(t.rows) > 0
	}
	cuts := func(t *trial) int {
		if len(t.rows[0].cells) > 1 && t.width > 1 && t.even >= 0.5 {
			return 1
		}
		return 0
	}
	percent := func(x float64) int { return int(100*x + 0.5) }
	return cmp.Or(
		cmp.Compare(cuts(t), cuts(u)),
		cmp.Compare(percent(t.even), percent(u.even)),
		cmp.Compare(percent(t.numbers), percent(u.numbers)),
		cmp.Compare(t.width, u.width),
	) > 0
}

// evenMark returns the delimiter that nearly all rows of one column have equally
// often, or 0 if there is none.
func evenMark(rows []row) byte {
	for _, mark := range []byte(",;\t|") {
		times := map[int]int{}
		for _, r := range rows {
			times[bytes.Count(r.cells[0], []byte{mark})]++
		}
		for n, lines := range times {
			if n > 0 && len(rows) > 1 && 10*lines >= 9*len(rows) {
				return mark
			}
		}
	}
	return 0
}

// decimalCommas says which columns of some rows have numbers that are written
// with a comma before their fraction: more do than have a point, and not all with
// three digits behind it, which would be thousands. There are none where the
// numbers of another column, all of it, have points.
func decimalCommas(rows []row, columns int) []bool {
	has := make([]bool, columns)
	for j := range has {
		var commas, points, texts int
		fraction := false // one that is not of three digits
		for _, r := range rows {
			if j >= len(r.cells) {
				continue
			}
			cell := r.cells[j]
			if i := decimal(cell, ','); i >= 0 {
				commas++
				fraction = fraction || len(cell)-i != 4
			} else if decimal(cell, '.') >= 0 {
				points++
			} else if !isNumber(cell) && !space.IsMarker(cell) {
				texts++
			}
		}
		if points > commas && texts == 0 {
			return make([]bool, columns)
		}
		has[j] = fraction && commas > points
	}
	return has
}

// isHeader reports whether the first row has the names of the columns: names
// that are expected, or text above numbers or dates. Where there are values
// above such, it is none; and where all is text, unless one of its cells is
// empty, or comes twice, or comes again below.
func isHeader(rows []row, names []string) bool {
	first := rows[0].cells
	cells := make(map[string]bool, len(first))
	for _, cell := range first {
		cells[strings.TrimSpace(string(cell))] = true
	}
	expected := 0
	for _, n := range names {
		if cells[n] {
			expected++
		}
	}
	if 2*expected > len(names) {
		return true
	}
	values, again := false, len(cells) < len(first) || cells[""]
	for j, cell := range first {
		var column, typed int
		for _, r := range rows[1:min(len(rows), sampleRows)] {
			if j >= len(r.cells) || space.IsMarker(r.cells[j]) {
				continue
			}
			column++
			if isValue(r.cells[j]) {
				typed++
			}
			again = again || bytes.Equal(r.cells[j], cell)
		}
		switch {
		case isValue(cell):
			values = true
		case space.IsMarker(cell):
		case column > 0 && typed >= column-column/10:
			return true
		}
	}
	return !values && !again
}

// isNumber reports whether a cell is a number.
func isNumber(cell []byte) bool {
	var n space.Numbers
	_, ok := n.Add(bytes.Trim(cell, " "))
	return ok
}

// isValue reports whether a cell is a number, a datetime or a duration.
func isValue(cell []byte) bool {
	var t space.Times
	return isNumber(cell) || bytes.ContainsAny(cell, "0123456789") && t.Add(bytes.Trim(cell, " "))
}

// uniqueNames returns the names of columns as the first row has them. A column
// without a name is called by its place, and one with the name of an earlier
// column gets a number: "c1", "price", "price.1".
func uniqueNames(cells [][]byte) []string {
	names := make([]string, len(cells))
	taken := make(map[string]bool, len(cells))
	for j, cell := range cells {
		name := strings.TrimSpace(string(cell))
		if name == "" {
			name = "c" + strconv.Itoa(j+1)
		}
		names[j] = name
		for n := 1; taken[names[j]]; n++ {
			names[j] = name + "." + strconv.Itoa(n)
		}
		taken[names[j]] = true
	}
	return names
}
