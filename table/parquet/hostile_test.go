package parquet

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"

	"github.com/seed-64d012fb/mimic/table/ingest"
)

func fixtures(t testing.TB) map[string][]byte {
	t.Helper()
	paths, err := filepath.Glob("testdata/*.parquet")
	if err != nil || len(paths) == 0 {
		t.Fatal("no fixtures", err)
	}
	files := map[string][]byte{}
	for _, p := range paths {
		if files[filepath.Base(p)], err = os.ReadFile(p); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

func TestRefusesWhatIsNoTable(t *testing.T) {
	for name, want := range map[string]string{
		"nested.parquet": `nested.parquet: column "tags" cannot be read: it holds lists or structs; column "place" cannot be read: it holds lists or structs; drop such columns`,
		"fixed.parquet":  `fixed.parquet: column "code" cannot be read: its type FIXED_LEN_BYTE_ARRAY is none that mimic reads; drop such columns`,
	} {
		_, _, err := cells(testFile(t, name), ingest.Options{})
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	got, _, err := cells(testFile(t, "nested.parquet"), ingest.Options{Drop: []string{"tags", "place"}})
	if err != nil || len(got["id"]) != 2 || got["id"][1] != 2.0 || got["place"][1] != nil {
		t.Errorf("with nested columns dropped: %v, %v", got, err)
	}
	got, _, err = cells(testFile(t, "empty.parquet"), ingest.Options{})
	if err != nil || len(got["id"]) != 0 {
		t.Errorf("a file without rows: %v, %v", got, err)
	}
}

// A file that is cut off anywhere is an error.
func TestCutOff(t *testing.T) {
	whole := fixtures(t)["duckdb-enum.parquet"]
	for n := range whole {
		if _, _, err := cells(inMemory("t", whole[:n]), ingest.Options{}); err == nil {
			t.Fatalf("the first %d of %d bytes were read", n, len(whole))
		}
	}
}

// A file with one byte changed gives an error or cells, but no panic; and where
// a page has a checksum, no wrong cells.
func TestOneByteChanged(t *testing.T) {
	loadExpected(t)
	whole := fixtures(t)["pyarrow-plain.parquet"] // with checksums
	footer := len(whole) - 8 - int(binary.LittleEndian.Uint32(whole[len(whole)-8:]))
	wrong := 0
	for at := 4; at < len(whole); at += 37 {
		b := bytes.Clone(whole)
		b[at] ^= 0x10
		got, _, err := cells(inMemory("t", b), ingest.Options{})
		if err != nil || at >= footer {
			continue
		}
		for column, want := range expected.Cells["full"] {
			for i, w := range want {
				if i < len(got[column]) && asText(got[column][i], w) != w {
					wrong++
					break
				}
			}
		}
	}
	// What is left are page headers, which no checksum covers.
	if wrong > 5 {
		t.Errorf("%d changes went unnoticed", wrong)
	}
}

// A few bytes that claim to be gigabytes are refused before there is room for
// them.
func TestBoundedMemory(t *testing.T) {
	many := []byte{0x19, 0xfc, 0xff, 0xff, 0xff, 0xff, 0x07} // field 1: a list of 2^31-1 structs
	long := []byte{0x18, 0xff, 0xff, 0xff, 0xff, 0x07}       // field 1: 2^31-1 bytes
	for name, footer := range map[string][]byte{"list": many, "bytes": long} {
		file := append([]byte(magic), footer...)
		file = binary.LittleEndian.AppendUint32(file, uint32(len(footer)))
		file = append(file, magic...)
		expectSmall(t, name, file)
	}
	expectSmall(t, "length", append(binary.LittleEndian.AppendUint32([]byte(magic+"xxxx"), 1<<31-1), magic...))

	// Two thousand million rows, in a page or in the metadata.
	whole := fixtures(t)["duckdb-enum.parquet"]
	for name, change := range map[string]func(m *format.FileMetaData){
		"rows":     func(m *format.FileMetaData) { m.RowGroups[0].NumRows = 1 << 40 },
		"negative": func(m *format.FileMetaData) { m.RowGroups[0].NumRows = -1 },
		"offset": func(m *format.FileMetaData) {
			c := &m.RowGroups[0].Columns[0].MetaData
			c.DataPageOffset, c.DictionaryPageOffset = 1<<62, 1<<62
		},
		"size": func(m *format.FileMetaData) { m.RowGroups[0].Columns[0].MetaData.TotalCompressedSize = 1 << 62 },
	} {
		expectSmall(t, name, withMetadata(t, whole, change))
	}
}

func withMetadata(t *testing.T, file []byte, change func(*format.FileMetaData)) []byte {
	t.Helper()
	footer := len(file) - 8 - int(binary.LittleEndian.Uint32(file[len(file)-8:]))
	var m format.FileMetaData
	if _, err := unmarshal(file[footer:len(file)-8], &m); err != nil {
		t.Fatal(err)
	}
	change(&m)
	return withFooter(t, file[:footer], &m)
}

// withFooter completes a file.
func withFooter(t *testing.T, file []byte, m *format.FileMetaData) []byte {
	t.Helper()
	text := marshal(t, m)
	out := append(bytes.Clone(file), text...)
	return append(binary.LittleEndian.AppendUint32(out, uint32(len(text))), magic...)
}

func marshal(t *testing.T, v any) []byte {
	t.Helper()
	var protocol thrift.CompactProtocol
	text, err := thrift.Marshal(&protocol, v)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// expectSmall expects an error that took less than 16 MB.
func expectSmall(t *testing.T, name string, file []byte) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, _, err := cells(inMemory(name, file), ingest.Options{})
	runtime.ReadMemStats(&after)
	if err == nil {
		t.Errorf("%s: no error", name)
	}
	if n := after.TotalAlloc - before.TotalAlloc; n > 16<<20 {
		t.Errorf("%s: %d MB for %d bytes", name, n>>20, len(file))
	}
}

// Any bytes are rows or an error.
func FuzzParquet(f *testing.F) {
	for _, b := range fixtures(f) {
		if len(b) < 20_000 { // small seeds are changed faster
			f.Add(b)
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > 1<<16 {
			return
		}
		cells(inMemory("t", b), ingest.Options{})
	})
}

// Any bytes may stand in the pages of a file whose metadata are sound: chance
// seldom gets as far as that.
func FuzzPages(f *testing.F) {
	ints := binary.LittleEndian.AppendUint64(nil, 7)
	f.Add(uint16(format.Int64), uint16(0), uint16(format.Plain), int32(1), []byte{}, ints)
	f.Add(uint16(format.ByteArray), uint16(1), uint16(format.RLEDictionary), int32(3), []byte("\x01\x00\x00\x00a\x01\x00\x00\x00b"), []byte("\x02\x00\x00\x00\x06\x01\x01\x04\x01\x06\x00"))
	f.Add(uint16(format.Int32), uint16(2), uint16(format.DeltaBinaryPacked), int32(3), []byte{}, []byte("\x80\x01\x04\x03\x02\x02\x00\x00\x00\x00"))
	f.Add(uint16(format.FixedLenByteArray), uint16(3), uint16(format.DeltaByteArray), int32(2), []byte{}, []byte("\x80\x01\x04\x02\x00"))
	f.Add(uint16(format.Boolean), uint16(0), uint16(format.RLE), int32(9), []byte{}, []byte("\x02\x00\x00\x00\x12\x01"))
	f.Add(uint16(format.Double), uint16(0x70), uint16(format.ByteStreamSplit), int32(2), []byte{}, make([]byte, 16))
	f.Fuzz(func(t *testing.T, physical, how, encoding uint16, rows int32, dictionary, body []byte) {
		optional, v2, codec := how&1 != 0, how&2 != 0, format.CompressionCodec(how>>4&7)
		rows &= 0xffff
		element := format.SchemaElement{Name: "x"}
		element.Type.V, element.Type.Valid = format.Type(physical%8), true
		element.TypeLength.V, element.TypeLength.Valid = 16, true
		if element.Type.V == format.FixedLenByteArray {
			element.LogicalType.Value = &format.DecimalType{Precision: 30, Scale: 2}
		}
		element.RepetitionType.Valid = true
		if optional {
			element.RepetitionType.V = format.Optional
		}
		file := []byte(magic)
		page := func(h format.PageHeader, body []byte) {
			h.CompressedPageSize = int32(len(body))
			h.UncompressedPageSize = int32(len(body)) + int32(how>>8) // compressed, it may be more
			file = append(append(file, marshal(t, &h)...), body...)
		}
		if len(dictionary) > 0 {
			h := format.PageHeader{Type: format.DictionaryPage}
			h.DictionaryPageHeader.Valid = true
			h.DictionaryPageHeader.V.NumValues = int32(len(dictionary) / 5)
			page(h, dictionary)
		}
		h := format.PageHeader{Type: format.DataPage}
		h.DataPageHeader.Valid = !v2
		h.DataPageHeader.V = format.DataPageHeader{NumValues: rows, Encoding: format.Encoding(encoding % 10), DefinitionLevelEncoding: format.RLE}
		if v2 {
			h.Type = format.DataPageV2
			h.DataPageHeaderV2.Valid = true
			h.DataPageHeaderV2.V = format.DataPageHeaderV2{
				NumValues: rows, NumRows: rows, Encoding: format.Encoding(encoding % 10),
				DefinitionLevelsByteLength: int32(how >> 12),
			}
		}
		page(h, body)
		m := &format.FileMetaData{
			Schema: []format.SchemaElement{{Name: "schema"}, element}, NumRows: int64(rows),
			RowGroups: []format.RowGroup{{NumRows: int64(rows), Columns: []format.ColumnChunk{{MetaData: format.ColumnMetaData{
				Type: element.Type.V, Codec: codec, NumValues: int64(rows),
				DataPageOffset: int64(len(magic)), TotalCompressedSize: int64(len(file) - len(magic)),
			}}}}},
		}
		m.Schema[0].NumChildren.V, m.Schema[0].NumChildren.Valid = 1, true
		got, _, err := cells(inMemory("t", withFooter(t, file, m)), ingest.Options{})
		if err != nil && strings.Contains(err.Error(), "runtime error") {
			t.Fatal(err) // a check was forgotten, and the panic caught
		}
		if err == nil && len(got["x"]) != int(rows) {
			t.Fatalf("%d cells of %d rows", len(got["x"]), rows)
		}
	})
}
