package space

// Layout is how a datetime or a duration is written: a template in the manner
// of strftime ("%d/%m/%Y %H:%M:%S.%3f"), or a named style of durations ("iso").
type Layout string

// Instant is a point or a span of time: seconds, and nanoseconds in [0, 1e9)
// to be added. Datetimes count from 1970-01-01 UTC.
type Instant struct {
	Sec  int64
	Nano int32
}

// DetectLayouts returns the layouts that text may have been written in, that
// is, those which read it and write it again, the most usual first: datetimes
// and durations alike. Nearly all texts that are no time are turned down within
// their first bytes.
func DetectLayouts(text []byte) []Layout { return nil }

// Times finds out how a column of datetimes or durations is written, from all
// of its values. The zero Times has seen none. Times are a monoid: Merge is
// associative and equals adding the later values.
type Times struct{ seen bool }

// Add narrows the layouts down to those that fit text too (not a missing
// marker). It reports whether any is left; it is cheap when none is.
func (t *Times) Add(text []byte) bool { return false }

// Merge adds what later saw.
func (t *Times) Merge(later *Times) {}

// Describe sets f's Kind, Layout, Unit, Zone, Min and Max from the values seen,
// and says in f.Why what was found. It reports false, and leaves f alone, where
// no layout fits all values or there were none.
func (t *Times) Describe(f *Field) bool { return false }
