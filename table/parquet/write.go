package parquet

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math"
	"math/big"
	"reflect"
	"strconv"
	"strings"
	"time"

	pq "github.com/parquet-go/parquet-go"

	"github.com/seed-64d012fb/mimic/internal/par"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// groupRows is the number of rows in a row group: readers read row groups in
// parallel, and a writer holds one in memory.
const groupRows = 1 << 17

// NewWriter returns a writer of rows of the schema, which encodes columns on
// the given number of workers; less than one means one for each processor.
//
// A field is stored as Field.Storage says, or else as pandas and DuckDB store
// what they read from a CSV file: whole numbers as INT64, other numbers as
// DOUBLE, true and false as BOOLEAN, days as DATE, other datetimes as TIMESTAMP
// in microseconds, levels as STRING with a dictionary.
func NewWriter(w io.Writer, s *space.Schema, workers int) (table.Writer, error) {
	e := &writer{ctx: par.WithWorkers(context.Background(), workers)}
	root := &schemaRoot{}
	options := []pq.WriterOption{
		pq.Compression(&pq.Snappy),
		pq.DataPageVersion(1), // what every reader reads
		pq.CreatedBy("mimic", "", ""),
	}
	for j := range s.Fields {
		c, err := newColumnWriter(&s.Fields[j], j)
		if err != nil {
			return nil, fmt.Errorf("field %q: %w", s.Fields[j].Name, err)
		}
		e.columns = append(e.columns, c)
		root.columns = append(root.columns, schemaColumn{c.node(), s.Fields[j].Name})
		if c.storage.base == sDecimal && c.storage.precision > 18 {
			// parquet-go would order them as bytes, not as signed numbers, and a
			// reader that believes wrong bounds leaves rows out.
			options = append(options, pq.SkipPageBounds(s.Fields[j].Name))
		}
	}
	options = append(options, pq.NewSchema("schema", root))
	e.file = pq.NewGenericWriter[any](w, options...)
	e.groups = e.file.ColumnWriters()
	return e, nil
}

// schemaRoot is a group that keeps its columns in order; pq.Group sorts them.
type schemaRoot struct {
	pq.Group
	columns []pq.Field
}

func (r *schemaRoot) Fields() []pq.Field { return r.columns }

type schemaColumn struct {
	pq.Node
	name string
}

func (c schemaColumn) Name() string { return c.name }

// Value is for rows of Go values; here columns are written.
func (c schemaColumn) Value(reflect.Value) reflect.Value { return reflect.Value{} }

type writer struct {
	ctx     context.Context // how many workers
	file    *pq.GenericWriter[any]
	columns []*columnWriter
	groups  []*pq.ColumnWriter // of the row group
	rows    int                // in the row group
}

func (e *writer) Write(b *table.Batch) error {
	for lo := 0; lo < b.N; {
		n := min(b.N-lo, groupRows-e.rows)
		part := b.Slice(lo, lo+n)
		err := par.Do(e.ctx, len(e.columns), func(j int) error { return e.columns[j].write(e.groups[j], part) })
		if err != nil {
			return err
		}
		lo += n
		if e.rows += n; e.rows == groupRows {
			if err := e.endGroup(); err != nil {
				return err
			}
		}
	}
	return nil
}

// endGroup writes the row group.
func (e *writer) endGroup() error {
	for j, c := range e.columns {
		if err := c.flush(e.groups[j]); err != nil {
			return err
		}
	}
	e.rows = 0
	return e.file.Flush()
}

func (e *writer) Close() error {
	if err := e.endGroup(); err != nil {
		return err
	}
	return e.file.Close()
}

// columnWriter turns the values of one field into those of a Parquet column.
type columnWriter struct {
	index   int
	field   *space.Field
	storage storage
	present int        // definition level of a value that is there
	missing *pq.Value  // nil where none may be missing
	levels  []pq.Value // of a coded field
	number  func(x float64) (pq.Value, error)
	values  []pq.Value // on their way
}

func newColumnWriter(f *space.Field, index int) (c *columnWriter, err error) {
	c = &columnWriter{index: index, field: f, storage: usual(f)}
	if f.Storage != "" {
		if c.storage, err = parseStorage(f.Storage); err != nil {
			return nil, err
		}
	}
	if f.Optional() {
		null := pq.NullValue().Level(0, 0, index)
		c.present, c.missing = 1, &null
	}
	if f.Kind.Numeric() {
		c.number = c.storage.numberOf(f)
		// What holds for the bounds holds for what is between them.
		for _, x := range []float64{f.Min, f.Max} {
			if _, err := c.number(x); err != nil {
				return nil, err
			}
		}
	}
	for _, l := range f.Levels {
		v, err := c.storage.valueOf(f, l)
		if err != nil {
			return nil, err
		}
		c.levels = append(c.levels, v.Level(0, c.present, index))
	}
	return c, nil
}

func (c *columnWriter) node() pq.Node {
	n := c.storage.node()
	if c.field.Kind.Coded() && c.storage.base != sBool {
		n = pq.Encoded(n, &pq.RLEDictionary)
	}
	if c.missing != nil {
		n = pq.Optional(n)
	}
	return n
}

// step is how many values go to the file at a time. Pages end after steps, so
// that they do not depend on how rows come in batches.
const step = 4096

func (c *columnWriter) write(w *pq.ColumnWriter, b *table.Batch) error {
	for lo := 0; lo < b.N; {
		hi := min(b.N, lo+step-len(c.values))
		if i, err := c.add(&b.Cols[c.index], lo, hi); err != nil {
			return fmt.Errorf("row %d: field %q: %w", b.First+int64(i), c.field.Name, err)
		}
		if lo = hi; len(c.values) == step {
			if err := c.flush(w); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *columnWriter) flush(w *pq.ColumnWriter) error {
	if len(c.values) == 0 {
		return nil
	}
	_, err := w.WriteRowValues(c.values)
	c.values = c.values[:0]
	return err
}

var (
	errMissing  = errors.New("a value is missing, and the schema says that none is")
	errLevel    = errors.New("a code is no level of the schema")
	errNoValues = errors.New("the column has no values")
)

// add takes rows lo … hi-1 of a column; i is the row that an error is about.
func (c *columnWriter) add(col *table.Column, lo, hi int) (i int, err error) {
	switch {
	case col.Code != nil:
		for i, code := range col.Code[lo:hi] {
			switch {
			case uint(code) < uint(len(c.levels)):
				c.values = append(c.values, c.levels[code])
			case code != table.Missing:
				return lo + i, errLevel
			default:
				err = c.addMissing()
			}
			if err != nil {
				return lo + i, err
			}
		}
	case col.Num != nil:
		for i, x := range col.Num[lo:hi] {
			if x != x {
				err = c.addMissing()
			} else {
				err = c.addValue(c.number(x))
			}
			if err != nil {
				return lo + i, err
			}
		}
	case col.Text != nil:
		for i, text := range col.Text[lo:hi] {
			if c.missing != nil && c.field.IsMissing([]byte(text)) {
				err = c.addMissing()
			} else {
				err = c.addValue(c.storage.valueOf(c.field, text))
			}
			if err != nil {
				return lo + i, err
			}
		}
	default:
		return lo, errNoValues
	}
	return hi, nil
}

func (c *columnWriter) addMissing() error {
	if c.missing == nil {
		return errMissing
	}
	c.values = append(c.values, *c.missing)
	return nil
}

func (c *columnWriter) addValue(v pq.Value, err error) error {
	if c.present > 0 {
		v = v.Level(0, c.present, c.index)
	}
	c.values = append(c.values, v)
	return err
}

// usual returns how a field is stored that does not say.
func usual(f *space.Field) storage {
	layout := string(f.Layout)
	clock := strings.Contains(layout, "%H") || strings.Contains(layout, "%-H") || strings.Contains(layout, "%I") || strings.Contains(layout, "%-I")
	switch f.Kind {
	case space.Integer:
		return storage{base: sInt, bits: 64}
	case space.Decimal, space.Real:
		return storage{base: sDouble}
	case space.Datetime:
		if !clock && f.Unit%(24*time.Hour) == 0 {
			return storage{base: sDate}
		}
		utc := strings.Contains(layout, "z") || strings.HasSuffix(layout, "Z")
		return storage{base: sTimestamp, unit: tickOf(f.Unit), utc: utc}
	case space.Duration:
		// A time of day if it can be one; Parquet has no spans of time.
		if clock && f.Min >= 0 && f.Max*float64(f.Unit) < float64(24*time.Hour) {
			return storage{base: sTime, unit: tickOf(f.Unit)}
		}
		return storage{base: sString}
	}
	switch {
	case f.TrueFalse():
		return storage{base: sBool}
	case !f.Quoted && (allInts(f.Levels) || f.Kind == space.ID && f.WholeIDs()):
		return storage{base: sInt, bits: 64}
	}
	return storage{base: sString}
}

// tickOf returns the unit of time in which ticks of the field's unit are
// stored: microseconds, as nearly everybody does, if they will do.
func tickOf(unit time.Duration) time.Duration {
	if unit < time.Microsecond {
		return time.Nanosecond
	}
	return time.Microsecond
}

// allInts reports whether all levels are whole numbers as they are usually
// written.
func allInts(levels []string) bool {
	for _, l := range levels {
		if x, err := strconv.ParseInt(l, 10, 64); err != nil || strconv.FormatInt(x, 10) != l {
			return false
		}
	}
	return len(levels) > 0
}

// numberOf returns how values of a numeric field are stored as s.
func (s storage) numberOf(f *space.Field) func(x float64) (pq.Value, error) {
	switch {
	case s.base == sDate && f.Kind == space.Datetime:
		return s.scaled(f.Unit, 24*time.Hour)
	case s.base == sTimestamp && f.Kind == space.Datetime, s.base == sTime && f.Kind == space.Duration:
		return s.scaled(f.Unit, s.unit)
	case !s.number() || f.Kind == space.Datetime || f.Kind == space.Duration:
		return func(x float64) (pq.Value, error) { return s.valueOf(f, string(f.AppendNum(nil, x))) }
	case s.base == sDouble:
		return func(x float64) (pq.Value, error) { return pq.DoubleValue(x), nil }
	case s.base == sFloat:
		return func(x float64) (pq.Value, error) { return pq.FloatValue(float32(x)), nil }
	case s.base == sDecimal:
		limit, scale := math.Pow10(s.precision), math.Pow10(s.scale)
		return func(x float64) (pq.Value, error) {
			y := math.Round(x * scale)
			switch {
			case math.Abs(y) >= limit || y != y:
				return pq.Value{}, s.misfit(x)
			case math.Abs(y) > maxExact:
				big, _ := new(big.Float).SetFloat64(y).Int(nil)
				return s.bigValue(big), nil
			}
			return s.intValue(int64(y)), nil
		}
	}
	return s.scaled(1, 1)
}

// scaled stores whole numbers of one unit as whole numbers of another.
func (s storage) scaled(from, to time.Duration) func(x float64) (pq.Value, error) {
	// One of them divides the other.
	times, parts := int64(max(from/to, 1)), float64(max(to/from, 1))
	lo, hi := s.bounds()
	return func(x float64) (pq.Value, error) {
		y := x / parts
		if y != math.Trunc(y) || y < lo/float64(times) || y > hi/float64(times) {
			return pq.Value{}, s.misfit(x)
		}
		return s.intValue(int64(y) * times), nil
	}
}

// bounds returns the least and the greatest whole number that s has room for,
// as far as a float64 knows it.
func (s storage) bounds() (lo, hi float64) {
	bits := s.bits
	switch s.base {
	case sUint:
		return 0, min(math.Ldexp(1, bits)-1, 1<<62)
	case sDate:
		bits = 32
	case sTime:
		return 0, float64(24*time.Hour/s.unit) - 1
	case sTimestamp:
		bits = 64
	}
	return max(-math.Ldexp(1, bits-1), -1<<62), min(math.Ldexp(1, bits-1)-1, 1<<62)
}

func (s storage) misfit(value any) error {
	return fmt.Errorf("%v is no value of its storage %s: write CSV or JSON lines, or declare another storage in the schema", value, s)
}

// intValue returns a value that is stored as a whole number.
func (s storage) intValue(x int64) pq.Value {
	switch {
	case (s.base == sInt || s.base == sUint) && s.bits <= 32, s.base == sDate,
		s.base == sTime && s.unit == time.Millisecond, s.base == sDecimal && s.precision <= 9:
		return pq.Int32Value(int32(x))
	case s.base == sDecimal && s.precision > 18:
		return s.bigValue(big.NewInt(x))
	}
	return pq.Int64Value(x)
}

// bigValue returns a decimal of many digits: big-endian, in two's complement.
func (s storage) bigValue(x *big.Int) pq.Value {
	if s.precision <= 18 {
		return pq.Int64Value(x.Int64())
	}
	b := make([]byte, decimalBytes(s.precision))
	if x.Sign() < 0 {
		x = new(big.Int).Add(x, new(big.Int).Lsh(big.NewInt(1), uint(8*len(b))))
	}
	return pq.FixedLenByteArrayValue(x.FillBytes(b))
}

// valueOf stores a text: a level, an ID, or a number that is no quantity to s.
// It reads what appendInt and its like write.
func (s storage) valueOf(f *space.Field, text string) (v pq.Value, err error) {
	switch s.base {
	case sBool:
		no, yes, ok := f.Truth()
		switch {
		case ok && text == f.Levels[no], text == "false":
			return pq.BooleanValue(false), nil
		case ok && text == f.Levels[yes], text == "true":
			return pq.BooleanValue(true), nil
		}
		return v, s.misfit(text)
	case sInt:
		x, err := strconv.ParseInt(text, 10, s.bits)
		if err != nil {
			return v, s.misfit(text)
		}
		return s.intValue(x), nil
	case sUint:
		x, err := strconv.ParseUint(text, 10, s.bits)
		if err != nil {
			return v, s.misfit(text)
		}
		return s.intValue(int64(x)), nil
	case sFloat, sDouble:
		x, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return v, s.misfit(text)
		}
		if s.base == sFloat {
			return pq.FloatValue(float32(x)), nil
		}
		return pq.DoubleValue(x), nil
	case sDecimal:
		x, ok := parsePoint(text, s.scale)
		if !ok || len(new(big.Int).Abs(x).String()) > s.precision {
			return v, s.misfit(text)
		}
		if s.precision > 9 {
			return s.bigValue(x), nil
		}
		return s.intValue(x.Int64()), nil
	case sDate, sTime, sTimestamp:
		x, ok := s.parseTime(text)
		if !ok {
			return v, s.misfit(text)
		}
		return s.intValue(x), nil
	case sUUID:
		b, err := hex.DecodeString(strings.ReplaceAll(text, "-", ""))
		if err != nil || len(b) != 16 {
			return v, s.misfit(text)
		}
		return pq.FixedLenByteArrayValue(b), nil
	}
	return pq.ByteArrayValue([]byte(text)), nil
}

// parsePoint is the inverse of appendPoint.
func parsePoint(text string, scale int) (*big.Int, bool) {
	whole, fraction, _ := strings.Cut(text, ".")
	if len(fraction) > scale {
		return nil, false
	}
	return new(big.Int).SetString(whole+fraction+strings.Repeat("0", scale-len(fraction)), 10)
}

// parseTime is the inverse of appendInt for dates and times.
func (s storage) parseTime(text string) (int64, bool) {
	layout, origin := timestampLayout, time.Unix(0, 0).UTC()
	switch s.base {
	case sDate:
		t, err := time.Parse(dateLayout, text)
		return t.Unix() / (24 * 60 * 60), err == nil
	case sTime:
		layout = timeLayout
	}
	t, err := time.Parse(layout, strings.TrimSuffix(text, "Z"))
	if s.base == sTime {
		origin = time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	sec, nano := t.Unix()-origin.Unix(), int64(t.Nanosecond())
	return sec*int64(time.Second/s.unit) + nano/int64(s.unit), err == nil
}
