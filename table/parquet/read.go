package parquet

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/parquet-go/parquet-go/format"

	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
	"github.com/seed-64d012fb/mimic/table/ingest"
)

// File is a file that can be read at any place, any number of times.
type File struct {
	Name string // for messages
	Size int64
	Open func() (ReadAtCloser, error)
}

// ReadAtCloser is what an open file offers.
type ReadAtCloser interface {
	io.ReaderAt
	io.Closer
}

// Read reads files as one dataset. All have the same columns.
func Read(ctx context.Context, files []File, in ingest.Options) (*table.Table, *ingest.Report, error) {
	d := &dataset{options: &in}
	inputs := make([]ingest.Input, len(files))
	for i, f := range files {
		x, err := d.add(f)
		if err != nil {
			return nil, nil, err
		}
		inputs[i] = x
	}
	d.decide()
	t, rep, err := ingest.Read(ctx, inputs, in)
	if err == nil && in.Schema == nil {
		s := t.Schema()
		for j := range s.Fields {
			s.Fields[j].Storage = d.storage(s.Fields[j].Name)
		}
	}
	return t, rep, err
}

// dataset is what several files have in common.
type dataset struct {
	options *ingest.Options
	inputs  []*input
	columns []*column // in the order of the first file
}

// column is a column of all files.
type column struct {
	name    string
	storage storage
	output  output
	field   *space.Field // what ingest is told of it; nil for texts
}

// leaf is a column of one file.
type leaf struct {
	name     string
	chunk    int  // position in the row groups
	leftOut  bool // it cannot be read, and need not be
	physical format.Type
	length   int // of fixed-length byte arrays
	optional bool
	storage  storage
}

// input is one file.
type input struct {
	file    File
	dataset *dataset
	meta    format.FileMetaData
	leaves  []leaf
	columns []*column // of leaves
	chunks  int       // columns of a row group, the parts of nested ones among them
}

var _ ingest.Input = (*input)(nil)

// add reads the metadata of a file.
func (d *dataset) add(f File) (*input, error) {
	in := &input{file: f, dataset: d}
	if err := in.readMetadata(); err != nil {
		return nil, fmt.Errorf("%s: %w", f.Name, err)
	}
	for i := range in.leaves {
		l := &in.leaves[i]
		c := d.column(l.name)
		if c == nil {
			c = &column{name: l.name, storage: l.storage}
			d.columns = append(d.columns, c)
		} else if s, ok := c.storage.join(l.storage); ok || l.leftOut {
			c.storage = s
		} else {
			return nil, fmt.Errorf("%s: column %q is %s, and %s in %s: write it with one type in all files",
				f.Name, l.name, l.storage, c.storage, d.inputs[0].file.Name)
		}
		in.columns = append(in.columns, c)
	}
	d.inputs = append(d.inputs, in)
	return in, nil
}

func (d *dataset) column(name string) *column {
	for _, c := range d.columns {
		if c.name == name {
			return c
		}
	}
	return nil
}

// storage returns what Field.Storage says of a column; empty for the type that
// the writer chooses by itself, and for names that are not columns.
func (d *dataset) storage(name string) string {
	if c := d.column(name); c != nil {
		return c.storage.String()
	}
	return ""
}

// join returns the type of a column that is s in one file and t in another.
func (s storage) join(t storage) (storage, bool) {
	switch {
	case s == t:
		return s, true
	case s.text() && t.text():
		return storage{base: sString}, true
	case s.whole() && t.whole():
		return storage{base: sInt, bits: 64}, true
	case s.number() && t.number():
		return storage{base: sDouble}, true
	case s.base == t.base && s.utc == t.utc: // of different units
		s.unit = min(s.unit, t.unit)
		return s, s.base == sTime || s.base == sTimestamp
	}
	return s, false
}

func (s storage) whole() bool { return s.base == sInt || s.base == sUint }

func (s storage) number() bool {
	return s.whole() || s.base == sFloat || s.base == sDouble || s.base == sDecimal
}

const magic = "PAR1"

// readMetadata reads the footer: what columns and row groups there are.
func (in *input) readMetadata() (err error) {
	defer rescue(&err)
	r, err := in.file.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	// … metadata, their length in 4 bytes, magic
	var tail [8]byte
	if in.file.Size < int64(len(magic)+len(tail)) {
		return errors.New("is too short for a Parquet file: it is cut off")
	}
	if n, err := r.ReadAt(tail[:], in.file.Size-8); n < 8 {
		return err
	}
	if string(tail[4:]) != magic {
		return errors.New("has no Parquet metadata at its end: it is cut off, or was not closed by its writer")
	}
	size := int64(binary.LittleEndian.Uint32(tail[:4]))
	if size > in.file.Size-int64(len(magic)+len(tail)) {
		return errMetadata
	}
	footer := make([]byte, size)
	if n, err := r.ReadAt(footer, in.file.Size-8-size); n < len(footer) {
		return err
	}
	if _, err := unmarshal(footer, &in.meta); err != nil {
		return err
	}
	if in.meta.EncryptionAlgorithm.Value != nil {
		return errors.New("is encrypted: decrypt it first")
	}
	if err := in.readSchema(); err != nil {
		return err
	}
	return in.checkRowGroups()
}

// readSchema lists the columns. A table has no nested ones.
func (in *input) readSchema() error {
	elements := in.meta.Schema
	if len(elements) == 0 {
		return errMetadata
	}
	var wrong []string
	chunk := 0
	for i := 1; i < len(elements); {
		e := &elements[i]
		l := leaf{
			name: e.Name, chunk: chunk, physical: e.Type.V, length: int(e.TypeLength.V),
			optional: e.RepetitionType.Valid && e.RepetitionType.V == format.Optional,
		}
		end := subtreeEnd(elements, i)
		var err error
		if end > i+1 || e.NumChildren.V > 0 || e.RepetitionType.Valid && e.RepetitionType.V == format.Repeated {
			err = errors.New("it holds lists or structs")
		} else {
			l.storage, err = storageOf(e)
		}
		if err != nil {
			if l.leftOut = in.dataset.leavesOut(e.Name); !l.leftOut {
				wrong = append(wrong, fmt.Sprintf("column %q cannot be read: %v", e.Name, err))
			}
		}
		if e.Name == "" {
			return errors.New("has a column without a name")
		}
		if slices.ContainsFunc(in.leaves, func(l leaf) bool { return l.name == e.Name }) {
			return fmt.Errorf("there are two columns %q", e.Name)
		}
		in.leaves = append(in.leaves, l)
		for ; i < end; i++ {
			if elements[i].NumChildren.V == 0 {
				chunk++
			}
		}
	}
	if len(wrong) > 0 {
		return fmt.Errorf("%s; drop such columns (--drop NAME), or spread them over columns of one value when writing the file", strings.Join(wrong, "; "))
	}
	if len(in.leaves) == 0 {
		return errors.New("has no columns")
	}
	in.chunks = chunk
	return nil
}

// leavesOut reports whether the caller does not want a column.
func (d *dataset) leavesOut(name string) bool {
	if s := d.options.Schema; s != nil {
		return s.Index(name) < 0
	}
	return slices.Contains(d.options.Drop, name)
}

// subtreeEnd returns the index after the subtree at i. A count of children that
// are not there ends at the end of the list.
func subtreeEnd(elements []format.SchemaElement, i int) int {
	for open := 1; open > 0 && i < len(elements); i++ {
		open += int(max(0, elements[i].NumChildren.V)) - 1
	}
	return i
}

// maxFreeCells is how many values a file may hold whatever its length.
// maxCellsPerByte bounds them otherwise: a run of equal values takes nearly no
// bytes, but a table is not all runs.
const (
	maxFreeCells    = 1 << 22
	maxCellsPerByte = 1 << 12
)

func (in *input) checkRowGroups() error {
	room := (maxFreeCells + in.file.Size*maxCellsPerByte) / int64(in.chunks)
	for i := range in.meta.RowGroups {
		g := &in.meta.RowGroups[i]
		if len(g.Columns) != in.chunks || g.NumRows < 0 {
			return errMetadata
		}
		if room -= g.NumRows; room < 0 {
			return errors.New("claims more rows than so few bytes should hold: its metadata are damaged")
		}
		for j := range in.leaves {
			l := &in.leaves[j]
			if c := &g.Columns[l.chunk]; !l.leftOut && (c.FilePath != "" || c.MetaData.Type != l.physical) {
				return errMetadata
			}
		}
	}
	return nil
}

// decide chooses for each column whether it comes as texts or as numbers.
func (d *dataset) decide() {
	for _, c := range d.columns {
		c.output.words = [2]string{"false", "true"}
		c.field = c.storage.field()
		want := d.wanted(c.name)
		if want != nil {
			if no, yes, ok := want.Truth(); ok {
				c.output.words = [2]string{want.Levels[no], want.Levels[yes]}
			}
			if c.field != nil && !sameSort(want.Kind, c.field.Kind) {
				c.field = nil
			}
		}
		if c.field != nil {
			d.keepExact(c, want)
		}
		if c.output.text = c.field == nil; !c.output.text {
			c.output.tick = c.field.Unit
		}
	}
}

// keepExact sees to it that whole numbers are told apart as floats. Where they
// are too large they come as texts: they are no quantities, but names. Of times
// the unit is made coarser, which is what text would lead to as well: it is the
// last days of the year 9999 that are far away, and they are whole.
func (d *dataset) keepExact(c *column, want *space.Field) {
	if want != nil && want.Unit > 0 {
		c.field.Unit = want.Unit
		return
	}
	largest := float64(0)
	for _, in := range d.inputs {
		if j := slices.Index(in.columns, c); j >= 0 {
			largest = max(largest, in.largest(j))
		}
	}
	switch isTime := c.field.Unit > 0; {
	case largest <= maxExact:
	case !isTime || math.IsInf(largest, 1):
		c.field = nil
	default:
		for unit := float64(c.storage.unit); largest*unit/float64(c.field.Unit) > maxExact; {
			c.field.Unit *= 10
		}
	}
}

// wanted returns what the caller says of the column's kind; nil if nothing.
func (d *dataset) wanted(name string) *space.Field {
	if s := d.options.Schema; s != nil {
		if j := s.Index(name); j >= 0 {
			return &s.Fields[j]
		}
		return nil
	}
	if o := d.options.Overrides; o != nil {
		if f := o.Field(name); f.Has(space.SetKind) {
			return &f.Field
		}
	}
	return nil
}

// sameSort reports whether numbers of a typed column can be values of a kind.
func sameSort(want, have space.Kind) bool {
	if have == space.Datetime || have == space.Duration {
		return want == have
	}
	return want == space.Integer || want == space.Decimal || want == space.Real
}

// field returns what ingest is told of a column whose values are numbers; nil
// for texts.
func (s storage) field() *space.Field {
	// Nanoseconds since 1970 are more than a float64 can count; those of a day
	// are not.
	unit := max(s.unit, time.Microsecond)
	switch s.base {
	case sInt, sUint:
		return &space.Field{Kind: space.Integer}
	case sDecimal:
		return &space.Field{Kind: space.Decimal, Digits: s.scale, Fixed: true}
	case sFloat, sDouble:
		return &space.Field{Kind: space.Real}
	case sDate:
		return &space.Field{Kind: space.Datetime, Unit: 24 * time.Hour}
	case sTimestamp:
		f := &space.Field{Kind: space.Datetime, Unit: unit}
		if s.utc {
			f.Layout = "%Y-%m-%d %H:%M:%S%.f%:z"
		}
		return f
	case sTime:
		return &space.Field{Kind: space.Duration, Unit: s.unit, Layout: "%H:%M:%S%.f"}
	}
	return nil
}

// largest returns a bound of the absolute values of a column of whole numbers,
// from the statistics; infinity where the file does not say.
func (in *input) largest(j int) (largest float64) {
	l := &in.leaves[j]
	switch l.storage.base {
	case sInt, sUint, sDate, sTime, sTimestamp:
		if l.physical == format.Int32 {
			return math.MaxUint32
		}
	case sDecimal:
		if l.physical == format.Int32 || l.storage.precision <= 15 {
			return maxExact
		}
	default:
		return 0
	}
	if l.physical != format.Int64 {
		return math.Inf(1) // writers disagree on the order of such bytes
	}
	for g := range in.meta.RowGroups {
		m := &in.meta.RowGroups[g].Columns[l.chunk].MetaData
		if m.Statistics.NullCount == m.NumValues {
			continue
		}
		for _, bound := range [][]byte{m.Statistics.MinValue, m.Statistics.MaxValue} {
			x, ok := l.bound(bound)
			if !ok {
				return math.Inf(1)
			}
			largest = max(largest, math.Abs(float64(x)))
		}
	}
	return largest
}

// bound reads a bound of a 64-bit column from its statistics.
func (l *leaf) bound(b []byte) (x int64, ok bool) {
	if len(b) != 8 {
		return 0, false
	}
	x = int64(binary.LittleEndian.Uint64(b))
	return x, l.storage.base != sUint || x >= 0
}

// Name is the name of the file.
func (in *input) Name() string { return in.file.Name }

// Dialect is zero: there is nothing to tell.
func (in *input) Dialect() space.Dialect { return space.Dialect{} }

// Size counts rows: they are known beforehand.
func (in *input) Size() int64 {
	var rows int64
	for g := range in.meta.RowGroups {
		rows += in.meta.RowGroups[g].NumRows
	}
	return rows
}

// Columns are those of the file; what type they have, the dataset knows.
func (in *input) Columns() []ingest.Column {
	cols := make([]ingest.Column, len(in.columns))
	for j, c := range in.columns {
		cols[j] = ingest.Column{Name: c.name, Type: c.field}
	}
	return cols
}

// Open starts a pass.
func (in *input) Open() (ingest.Pass, error) {
	r, err := in.file.Open()
	if err != nil {
		return nil, err
	}
	p := &pass{in: in, r: r, group: -1}
	p.users.Store(1)
	return p, nil
}

// blockRows is how many rows of a row group are decoded at once.
const blockRows = 1 << 15

// pass hands out the row groups in blocks of rows.
type pass struct {
	in     *input
	r      ReadAtCloser
	group  int
	chunks []*chunk // of the row group
	rows   int      // of the row group
	at     int      // next row
	before int64    // rows of the row groups before

	users atomic.Int32 // blocks that still read, and the pass itself
}

func (p *pass) Close() error { return p.leave() }

// leave closes the file when nobody reads it any more.
func (p *pass) leave() error {
	if p.users.Add(-1) == 0 {
		return p.r.Close()
	}
	return nil
}

func (p *pass) Next() (ingest.Block, error) {
	for p.at == p.rows {
		p.before += int64(p.rows)
		if p.group++; p.group == len(p.in.meta.RowGroups) {
			return nil, io.EOF
		}
		g := &p.in.meta.RowGroups[p.group]
		p.at, p.rows, p.chunks = 0, int(g.NumRows), nil
		for j := range p.in.leaves {
			p.chunks = append(p.chunks, &chunk{
				leaf: &p.in.leaves[j], out: &p.in.columns[j].output,
				meta: &g.Columns[p.in.leaves[j].chunk].MetaData,
				r:    p.r, size: p.in.file.Size, rows: p.rows,
			})
		}
	}
	b, _ := blocks.Get().(*block)
	if b == nil {
		b = new(block)
	}
	p.users.Add(1)
	b.pass, b.in, b.chunks, b.first = p, p.in, p.chunks, p.before+int64(p.at)
	b.lo, b.hi = p.at, min(p.at+blockRows, p.rows)
	p.at = b.hi
	return b, nil
}

var blocks sync.Pool

// block is rows lo … hi-1 of a row group.
type block struct {
	pass   *pass
	in     *input
	chunks []*chunk
	first  int64 // number of row lo in the file, from 0
	lo, hi int
	parts  []part
}

// part is the memory of one column of a block.
type part struct {
	pages []*page
	num   []float64
	spans []ingest.Span
	buf   []byte
}

func (b *block) Size() int64 { return int64(b.hi - b.lo) }

func (b *block) Decode(c *ingest.Chunk, want []bool) (err error) {
	c.Rows = b.hi - b.lo
	c.Line = func(row int) int64 { return b.first + int64(row) + 1 }
	c.Bad = nil
	c.Cols = slices.Grow(c.Cols[:0], len(b.chunks))[:len(b.chunks)]
	b.parts = slices.Grow(b.parts[:0], len(b.chunks))[:len(b.chunks)]
	for j := range b.chunks {
		c.Cols[j] = ingest.Values{}
		if want[j] {
			if c.Cols[j], err = b.decodeColumn(j); err != nil {
				return fmt.Errorf("%s: column %q: %w", b.in.file.Name, b.in.leaves[j].name, err)
			}
		}
	}
	return nil
}

// decodeColumn puts the parts of pages together that lie in the block.
func (b *block) decodeColumn(j int) (v ingest.Values, err error) {
	defer rescue(&err)
	c, part := b.chunks[j], &b.parts[j]
	if c.leaf.leftOut {
		part.spans = append(part.spans[:0], slices.Repeat([]ingest.Span{ingest.Null}, b.hi-b.lo)...)
		return ingest.Values{Spans: part.spans, Stride: 1}, nil
	}
	if err := c.index(); err != nil {
		return v, err
	}
	part.pages = c.pages[c.pageAt(b.lo) : c.pageAt(b.hi-1)+1]
	part.buf = part.buf[:0]
	if c.out.text {
		part.spans = slices.Grow(part.spans[:0], b.hi-b.lo)
	} else {
		part.num = slices.Grow(part.num[:0], b.hi-b.lo)
	}
	oneBuf := true
	for i, p := range part.pages {
		vals, err := c.page(p)
		if err != nil {
			return v, err
		}
		lo, hi := max(b.lo-p.first, 0), min(b.hi-p.first, p.rows)
		if !c.out.text {
			part.num = c.appendNum(part.num, vals, lo, hi)
			continue
		}
		part.spans = c.appendSpans(part.spans, vals, lo, hi)
		oneBuf = oneBuf && (i == 0 || sameMemory(vals.buf, v.Buf))
		v.Buf = vals.buf
	}
	if !c.out.text {
		return ingest.Values{Num: part.num}, nil
	}
	v.Spans, v.Stride = part.spans, 1
	if !oneBuf {
		v.Buf, err = part.joinTexts(b.lo)
	}
	return v, err
}

// sameMemory reports whether a and b are one dictionary.
func sameMemory(a, b []byte) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
}

// joinTexts copies the texts of several pages into one buffer.
func (t *part) joinTexts(first int) ([]byte, error) {
	i := 0
	for _, p := range t.pages {
		for end := p.first + p.rows - first; i < min(end, len(t.spans)); i++ {
			s := t.spans[i]
			if s == ingest.Null {
				continue
			}
			from := len(t.buf)
			if t.buf = append(t.buf, p.values.buf[s.Lo:s.Hi]...); len(t.buf) > ingest.MaxBuf {
				return nil, errTooLarge
			}
			t.spans[i] = ingest.Span{Lo: uint32(from), Hi: uint32(len(t.buf))}
		}
	}
	return t.buf, nil
}

// rescue turns a panic into an error. The decoders check what they read, but a
// file from a stranger shall not end the program if one of them forgot to.
func rescue(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("is damaged: %v", r)
	}
}

func (b *block) Release() {
	for j := range b.parts {
		for _, p := range b.parts[j].pages {
			b.chunks[j].release(p)
		}
		b.parts[j].pages = nil
	}
	b.pass.leave()
	b.pass, b.in, b.chunks = nil, nil, nil
	blocks.Put(b)
}
