package parquet

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	pq "github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/format"
)

// storage is the logical type of a Parquet column: what space.Field.Storage
// says in words, so that samples of a Parquet file get its types.
//
//	bool
//	int8 int16 int32 int64 uint8 uint16 uint32 uint64
//	float double decimal(9,2)
//	date time[ms] timestamp[us] timestamp[ns,UTC]
//	string binary enum json uuid
type storage struct {
	base             base
	bits             int           // of integers
	precision, scale int           // of decimals
	unit             time.Duration // of time and timestamp
	utc              bool          // of time and timestamp: instants, not wall clocks
}

type base uint8

const (
	sBool base = iota + 1
	sInt
	sUint
	sFloat
	sDouble
	sDecimal
	sDate
	sTime
	sTimestamp
	sString
	sBinary
	sEnum
	sJSON
	sUUID
)

var baseNames = [...]string{
	sBool: "bool", sInt: "int", sUint: "uint", sFloat: "float", sDouble: "double",
	sDecimal: "decimal", sDate: "date", sTime: "time", sTimestamp: "timestamp",
	sString: "string", sBinary: "binary", sEnum: "enum", sJSON: "json", sUUID: "uuid",
}

var tickNames = map[time.Duration]string{time.Millisecond: "ms", time.Microsecond: "us", time.Nanosecond: "ns"}

func (s storage) String() string {
	name := baseNames[s.base]
	switch s.base {
	case sInt, sUint:
		return name + strconv.Itoa(s.bits)
	case sDecimal:
		return fmt.Sprintf("%s(%d,%d)", name, s.precision, s.scale)
	case sTime, sTimestamp:
		if s.utc {
			return fmt.Sprintf("%s[%s,UTC]", name, tickNames[s.unit])
		}
		return fmt.Sprintf("%s[%s]", name, tickNames[s.unit])
	}
	return name
}

// parseStorage is the inverse of String.
func parseStorage(text string) (storage, error) {
	s := storage{}
	name, args := text, ""
	if i := strings.IndexAny(text, "([0123456789"); i >= 0 {
		name, args = text[:i], text[i:]
	}
	for b, n := range baseNames {
		if n != "" && n == name {
			s.base = base(b)
		}
	}
	switch s.base {
	case sInt, sUint:
		s.bits, _ = strconv.Atoi(args)
	case sDecimal:
		fmt.Sscanf(args, "(%d,%d)", &s.precision, &s.scale)
	case sTime, sTimestamp:
		for unit, tick := range tickNames {
			switch args {
			case "[" + tick + "]":
				s.unit = unit
			case "[" + tick + ",UTC]":
				s.unit, s.utc = unit, true
			}
		}
	}
	if s.base == 0 || s.check() != nil || s.String() != text {
		return s, fmt.Errorf("unknown storage %q: one of bool, int8 … int64, uint8 … uint64, float, double, decimal(9,2), date, time[us], timestamp[us], timestamp[us,UTC], string, binary, enum, json, uuid", text)
	}
	return s, nil
}

// check reports parameters that no Parquet type has.
func (s storage) check() error {
	ok := true
	switch s.base {
	case sInt, sUint:
		ok = s.bits == 8 || s.bits == 16 || s.bits == 32 || s.bits == 64
	case sDecimal:
		ok = s.precision >= 1 && s.precision <= 76 && s.scale >= 0 && s.scale <= s.precision
	case sTime, sTimestamp:
		ok = tickNames[s.unit] != ""
	}
	if !ok {
		return fmt.Errorf("no such type: %s", s)
	}
	return nil
}

// storageOf returns the logical type of a leaf of a Parquet schema. The error
// names a type that has no place in a table of numbers and texts.
func storageOf(e *format.SchemaElement) (storage, error) {
	if !e.Type.Valid {
		return storage{}, fmt.Errorf("it has no type")
	}
	s := logicalStorage(e)
	if s.base == 0 {
		return s, fmt.Errorf("its type %s is none that mimic reads", typeName(e))
	}
	if err := s.check(); err != nil {
		return s, err
	}
	if !s.storedAs(e.Type.V, int(e.TypeLength.V)) {
		return s, fmt.Errorf("it is %s stored as %s, which Parquet does not allow", s, e.Type.V)
	}
	return s, nil
}

// logicalStorage follows the logical type, the converted type of older files,
// and the physical type, in this order. The result is zero for other types.
func logicalStorage(e *format.SchemaElement) storage {
	switch t := e.LogicalType.Value.(type) {
	case *format.StringType:
		return storage{base: sString}
	case *format.EnumType:
		return storage{base: sEnum}
	case *format.JsonType:
		return storage{base: sJSON}
	case *format.UUIDType:
		return storage{base: sUUID}
	case *format.DateType:
		return storage{base: sDate}
	case *format.DecimalType:
		return storage{base: sDecimal, precision: int(t.Precision), scale: int(t.Scale)}
	case *format.TimeType:
		return storage{base: sTime, unit: unitOf(t.Unit), utc: t.IsAdjustedToUTC}
	case *format.TimestampType:
		return storage{base: sTimestamp, unit: unitOf(t.Unit), utc: t.IsAdjustedToUTC}
	case *format.IntType:
		if t.IsSigned {
			return storage{base: sInt, bits: int(t.BitWidth)}
		}
		return storage{base: sUint, bits: int(t.BitWidth)}
	case nil:
	case *format.NullType: // all values are missing: the physical type is as good as any
		return physicalStorage(e)
	default:
		return storage{}
	}
	if e.ConvertedType.Valid {
		switch c := e.ConvertedType.V; c {
		case deprecated.UTF8:
			return storage{base: sString}
		case deprecated.Enum:
			return storage{base: sEnum}
		case deprecated.Json:
			return storage{base: sJSON}
		case deprecated.Date:
			return storage{base: sDate}
		case deprecated.Decimal:
			return storage{base: sDecimal, precision: int(e.Precision.V), scale: int(e.Scale.V)}
		case deprecated.TimeMillis:
			return storage{base: sTime, unit: time.Millisecond, utc: true}
		case deprecated.TimeMicros:
			return storage{base: sTime, unit: time.Microsecond, utc: true}
		case deprecated.TimestampMillis:
			return storage{base: sTimestamp, unit: time.Millisecond, utc: true}
		case deprecated.TimestampMicros:
			return storage{base: sTimestamp, unit: time.Microsecond, utc: true}
		case deprecated.Uint8, deprecated.Uint16, deprecated.Uint32, deprecated.Uint64:
			return storage{base: sUint, bits: 8 << (c - deprecated.Uint8)}
		case deprecated.Int8, deprecated.Int16, deprecated.Int32, deprecated.Int64:
			return storage{base: sInt, bits: 8 << (c - deprecated.Int8)}
		default:
			return storage{}
		}
	}
	return physicalStorage(e)
}

func physicalStorage(e *format.SchemaElement) storage {
	switch e.Type.V {
	case format.Boolean:
		return storage{base: sBool}
	case format.Int32:
		return storage{base: sInt, bits: 32}
	case format.Int64:
		return storage{base: sInt, bits: 64}
	case format.Int96: // timestamps of old Impala and Spark
		return storage{base: sTimestamp, unit: time.Nanosecond}
	case format.Float:
		return storage{base: sFloat}
	case format.Double:
		return storage{base: sDouble}
	case format.ByteArray:
		return storage{base: sBinary}
	}
	return storage{}
}

func unitOf(u format.TimeUnit) time.Duration {
	if u.Value == nil {
		return 0
	}
	return u.Value.Duration()
}

// storedAs reports whether Parquet allows s with a physical type.
func (s storage) storedAs(t format.Type, length int) bool {
	switch s.base {
	case sBool:
		return t == format.Boolean
	case sInt, sUint:
		return t == format.Int64 || t == format.Int32 && s.bits <= 32
	case sFloat:
		return t == format.Float
	case sDouble:
		return t == format.Double
	case sDecimal:
		return t == format.Int32 || t == format.Int64 || t == format.ByteArray || t == format.FixedLenByteArray && length > 0
	case sDate:
		return t == format.Int32
	case sTime:
		return t == format.Int64 || t == format.Int32 && s.unit == time.Millisecond
	case sTimestamp:
		return t == format.Int64 || t == format.Int96
	case sUUID:
		return t == format.FixedLenByteArray && length == 16
	}
	return t == format.ByteArray
}

// typeName names the type of a leaf that is none of storage's.
func typeName(e *format.SchemaElement) string {
	switch {
	case e.LogicalType.Value != nil:
		return e.LogicalType.Value.String()
	case e.ConvertedType.Valid && e.ConvertedType.V == deprecated.Bson:
		return "BSON"
	case e.ConvertedType.Valid && e.ConvertedType.V == deprecated.Interval:
		return "INTERVAL"
	}
	return e.Type.V.String()
}

// text reports whether values are texts in the file.
func (s storage) text() bool {
	return s.base == sString || s.base == sBinary || s.base == sEnum || s.base == sJSON
}

// node returns the leaf of a schema to be written.
func (s storage) node() pq.Node {
	switch s.base {
	case sBool:
		return pq.Leaf(pq.BooleanType)
	case sInt:
		switch s.bits { // the plain types need no annotation
		case 32:
			return pq.Leaf(pq.Int32Type)
		case 64:
			return pq.Leaf(pq.Int64Type)
		}
		return pq.Int(s.bits)
	case sUint:
		return pq.Uint(s.bits)
	case sFloat:
		return pq.Leaf(pq.FloatType)
	case sDouble:
		return pq.Leaf(pq.DoubleType)
	case sDecimal:
		switch {
		case s.precision <= 9:
			return pq.Decimal(s.scale, s.precision, pq.Int32Type)
		case s.precision <= 18:
			return pq.Decimal(s.scale, s.precision, pq.Int64Type)
		}
		return pq.Decimal(s.scale, s.precision, pq.FixedLenByteArrayType(decimalBytes(s.precision)))
	case sDate:
		return pq.Date()
	case sTime:
		return pq.TimeAdjusted(ticks[s.unit], s.utc)
	case sTimestamp:
		return pq.TimestampAdjusted(ticks[s.unit], s.utc)
	case sEnum:
		return pq.Enum()
	case sJSON:
		return pq.JSON()
	case sUUID:
		return pq.UUID()
	case sBinary:
		return pq.Leaf(pq.ByteArrayType)
	}
	return pq.String()
}

var ticks = map[time.Duration]pq.TimeUnit{
	time.Millisecond: pq.Millisecond, time.Microsecond: pq.Microsecond, time.Nanosecond: pq.Nanosecond,
}

// decimalBytes returns the fewest bytes that hold a signed number of so many
// decimal digits.
func decimalBytes(precision int) int {
	// log2(10) bits a digit, and the sign.
	return int(float64(precision)*3.321928094887362+1)/8 + 1
}
