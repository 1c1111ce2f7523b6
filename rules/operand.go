package rules

import (
	"math"
	"time"

	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// operand is a field, or the level of one, that a rule reads.
type operand struct {
	name   string // in the language
	field  int    // position in the schema
	kind   space.Kind
	levels int // of the sample space
	level  bool
	unit   time.Duration
	zone   *time.Location
}

func newOperand(s *space.Schema, j int, name string) operand {
	f := &s.Fields[j]
	o := operand{name: name, field: j, kind: f.Kind, levels: len(f.Levels), unit: f.Unit, zone: time.UTC}
	if at, err := time.Parse("-07:00", f.Zone); err == nil {
		_, offset := at.Zone()
		o.zone = time.FixedZone(f.Zone, offset)
	}
	return o
}

// zero returns a value of the type that fields of kind k have.
func zero(k space.Kind) any {
	switch k {
	case space.Integer:
		return 0
	case space.Decimal, space.Real:
		return 0.0
	case space.Datetime:
		return time.Time{}
	case space.Duration:
		return time.Duration(0)
	}
	return ""
}

// value returns the value of the operand in row i; known is false where it is
// missing or outside the sample space.
func (o *operand) value(b *table.Batch, i int) (v any, known bool) {
	c := &b.Cols[o.field]
	switch {
	case c.Code != nil:
		k := c.Code[i]
		if k < 0 || int(k) >= o.levels {
			return nil, false
		}
		if o.level {
			return int(k) + 1, true
		}
		return b.Schema.Fields[o.field].Levels[k], true
	case c.Text != nil:
		return c.Text[i], true
	case c.Num == nil:
		return nil, false
	}
	x := c.Num[i]
	switch {
	case math.IsNaN(x) || math.IsInf(x, 0):
		return nil, false
	case o.kind == space.Integer:
		return int(x), true
	case o.kind == space.Datetime:
		return o.moment(x), true
	case o.kind == space.Duration:
		return time.Duration(x) * o.unit, true
	}
	return x, true
}

// moment returns the instant that is x ticks after 1970.
func (o *operand) moment(x float64) time.Time {
	ticks := int64(x)
	if o.unit >= time.Second {
		return time.Unix(ticks*int64(o.unit/time.Second), 0).In(o.zone)
	}
	perSecond := int64(time.Second / max(o.unit, 1))
	s := ticks / perSecond
	rest := ticks % perSecond
	return time.Unix(s, rest*int64(o.unit)).In(o.zone)
}
