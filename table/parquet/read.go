package parquet

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"math"
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
	d := newDataset(&in)
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
			f := &s.Fields[j]
			if c := d.byName[f.Name]; c.storage != usual(f) {
				f.Storage = c.storage.String()
			}
		}
	}
	return t, rep, err
}

// dataset is what several files have in common.
type dataset struct {
	options *ingest.Options
	first   *input
	columns []*column // in the order of the first file
	byName  map[string]*column
}

func newDataset(in *ingest.Options) *dataset {
	return &dataset{options: in, byName: map[string]*column{}}
}

// column is a column of all files.
type column struct {
	name    string
	storage storage
	output  output
	field   *space.Field // what ingest is told of it; nil for texts
	// largest bounds the absolute values of whole numbers, and of times in
	// nanoseconds.
	largest float64
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
	if d.first == nil {
		d.first = in
	}
	for i := range in.leaves {
		l := &in.leaves[i]
		c := d.byName[l.name]
		if c == nil {
			c = &column{name: l.name, storage: l.storage}
			d.columns = append(d.columns, c)
			d.byName[l.name] = c
		} else if s, ok := c.storage.join(l.storage); ok || l.leftOut {
			c.storage = s
		} else {
			return nil, fmt.Errorf("%s: column %q is %s, and %s in %s: write it with one type in all files",
				f.Name, l.name, l.storage, c.storage, d.first.file.Name)
		}
		c.largest = max(c.largest, in.largest(l))
		in.columns = append(in.columns, c)
	}
	return in, nil
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
			c.keepExact(want)
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
func (c *column) keepExact(want *space.Field) {
	isTime := c.field.Unit > 0
	switch {
	case want != nil && want.Unit > 0:
		c.field.Unit = want.Unit
	case math.IsInf(c.largest, 1) || !isTime && c.largest > maxExact:
		c.field = nil
	case isTime:
		for c.largest/float64(c.field.Unit) > maxExact {
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
// or times in nanoseconds, from the statistics; infinity where the file does not
// say.
func (in *input) largest(l *leaf) (largest float64) {
	unit := float64(1)
	switch l.storage.base {
	case sInt, sUint:
		if l.physical == format.Int32 {
			return math.MaxUint32
		}
	case sDecimal:
		if l.physical == format.Int32 || l.storage.precision <= 15 {
			return maxExact
		}
	case sTime, sTimestamp:
		unit = float64(l.storage.unit)
		if l.physical == format.Int32 {
			return math.MaxInt32 * unit
		}
	default:
		return 0
	}
	if l.physical != format.Int64 {
		return math.Inf(1) // writers disagree on the order of such bytes
	}
	for g := range in.meta.RowGroups {
		m := &in.meta.RowGroups[g].Columns[l.chunk].MetaData
		s := &m.Statistics
		if s.NullCount == m.NumValues {
			continue
		}
		least, most := s.MinValue, s.MaxValue
		if len(least) == 0 && l.storage.base != sUint {
			least, most = s.Min, s.Max // of older files, by signed comparison
		}
		for _, bound := range [][]byte{least, most} {
			x, ok := l.bound(bound)
			if !ok {
				return math.Inf(1)
			}
			largest = max(largest, math.Abs(float64(x))*unit)
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
