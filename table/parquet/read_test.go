package parquet

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/seed-64d012fb/mimic/table/ingest"
)

// inMemory is a file whose bytes are at hand.
func inMemory(name string, b []byte) File {
	return File{Name: name, Size: int64(len(b)), Open: func() (ReadAtCloser, error) {
		return struct {
			io.ReaderAt
			io.Closer
		}{bytes.NewReader(b), io.NopCloser(nil)}, nil
	}}
}

func testFile(t testing.TB, name string) File {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return inMemory(name, b)
}

// cells reads a file through its blocks and returns what it holds, as JSON
// would: float64, string or nil.
func cells(f File, opt ingest.Options) (map[string][]any, *dataset, error) {
	d := newDataset(&opt)
	in, err := d.add(f)
	if err != nil {
		return nil, nil, err
	}
	d.decide()
	got := map[string][]any{}
	want := make([]bool, len(in.columns))
	for j := range want {
		want[j] = true
	}
	p, err := in.Open()
	if err != nil {
		return nil, nil, err
	}
	defer p.Close()
	var c ingest.Chunk
	for {
		b, err := p.Next()
		if err == io.EOF {
			return got, d, nil
		}
		if err != nil {
			return nil, nil, err
		}
		if err := b.Decode(&c, want); err != nil {
			return nil, nil, err
		}
		for j, col := range in.columns {
			for i := range c.Rows {
				got[col.name] = append(got[col.name], inFileUnit(col, cell(c.Cols[j], i)))
			}
		}
		b.Release()
	}
}

// inFileUnit returns a time in the unit of the file, or microseconds for
// nanoseconds, in whatever form it came.
func inFileUnit(c *column, x any) any {
	unit := max(c.storage.unit, time.Microsecond)
	switch s := c.storage; x := x.(type) {
	case float64:
		if s.base == sTime || s.base == sTimestamp {
			return x * float64(c.field.Unit/unit)
		}
	case string:
		if s.base == sTime || s.base == sTimestamp {
			n, ok := s.parseTime(x)
			if !ok {
				return x
			}
			return float64(n / int64(unit/s.unit))
		}
	}
	return x
}

func cell(v ingest.Values, i int) any {
	switch {
	case v.Num == nil && v.Spans[i] == ingest.Null:
		return nil
	case v.Num == nil:
		return string(v.Buf[v.Spans[i].Lo:v.Spans[i].Hi])
	case math.IsNaN(v.Num[i]):
		return nil
	}
	return v.Num[i]
}

// expected is what pyarrow, pandas and DuckDB say of the files that they wrote.
var expected struct {
	Files   map[string]string
	Cells   map[string]map[string][]any
	Schemas map[string][][3]string
}

func loadExpected(t testing.TB) {
	t.Helper()
	b, err := os.ReadFile("testdata/expected.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &expected); err != nil {
		t.Fatal(err)
	}
}

func TestReadsWhatOthersWrite(t *testing.T) {
	loadExpected(t)
	for name, table := range expected.Files {
		t.Run(name, func(t *testing.T) {
			got, _, err := cells(testFile(t, name+".parquet"), ingest.Options{})
			if err != nil {
				t.Fatal(err)
			}
			for column, want := range expected.Cells[table] {
				if len(got[column]) != len(want) {
					t.Errorf("%s: %d cells, want %d", column, len(got[column]), len(want))
					continue
				}
				for i, w := range want {
					if g := asText(got[column][i], w); g != w {
						t.Errorf("%s, row %d: %#v, want %#v", column, i, g, w)
						break
					}
				}
			}
			if len(got) != len(expected.Cells[table]) {
				t.Errorf("%d columns, want %d", len(got), len(expected.Cells[table]))
			}
		})
	}
}

// asText turns a number into text where a text is expected: where the file has
// no statistics, all long integers come as text, and are inferred from that.
func asText(got, want any) any {
	s, isText := got.(string)
	if _, wantNumber := want.(float64); isText && wantNumber {
		var x float64
		if _, err := fmt.Sscan(s, &x); err == nil {
			return x
		}
	}
	return got
}

func TestTicks(t *testing.T) {
	const us, ms, day = time.Microsecond, time.Millisecond, 24 * time.Hour
	for _, c := range []struct {
		unit, tick time.Duration
		x          int64
		want       float64
	}{
		{ms, us, -3, -3000},
		{time.Nanosecond, us, 1999, 1},
		{time.Nanosecond, us, -1, -1}, // the digits that are dropped are those of the text
		{us, time.Second, -1_000_001, -2},
		{us, day, 36 * 3600 * 1e6, 1.5},
		{day, time.Second, 2, 172800},
	} {
		if got := (ticker{c.unit, c.tick}).ticks(c.x); got != c.want {
			t.Errorf("%d of %v in %v: %v, want %v", c.x, c.unit, c.tick, got, c.want)
		}
	}
}

// The unit of times is no coarser than it has to be.
func TestKeepExact(t *testing.T) {
	stamp := storage{base: sTimestamp, unit: time.Microsecond}
	for _, c := range []struct {
		storage storage
		largest float64
		want    time.Duration // 0: as text
	}{
		{stamp, 1e18, time.Microsecond},
		{stamp, 9.1e18, 10 * time.Microsecond},
		{stamp, 253402300799e9, 100 * time.Microsecond}, // the end of 9999
		{stamp, math.Inf(1), 0},
		{storage{base: sInt, bits: 64}, maxExact + 2, 0},
	} {
		x := &column{storage: c.storage, field: c.storage.field(), largest: c.largest}
		x.keepExact(nil)
		switch {
		case (x.field == nil) != (c.want == 0):
			t.Errorf("%v up to %v: %v", c.storage, c.largest, x.field)
		case x.field != nil && x.field.Unit != c.want:
			t.Errorf("%v up to %v: in %v, want %v", c.storage, c.largest, x.field.Unit, c.want)
		}
	}
}
