package dist

import (
	"fmt"
	"math"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// Summary collects the statistics of one column from which its Codebook is
// made: the rows of each level, or a Sketch of the numbers, and the rows
// without a value. Merging is associative as long as the Sketch is exact, and
// gives the same bits for the same tree of merges always.
type Summary struct {
	field   *space.Field
	levels  []float64 // [levels] rows of each
	numbers Sketch
	missing float64
}

// NewSummary returns the empty summary of a field.
func NewSummary(f *space.Field) *Summary {
	s := &Summary{field: f}
	if f.Kind.Coded() {
		s.levels = make([]float64, len(f.Levels))
	}
	return s
}

// Add adds the rows of a column [n rows]; nil weight counts each row once. It
// refuses values outside the sample space that no codebook could code.
func (s *Summary) Add(col table.Column, weight []float64) error {
	if s.field.Kind.Coded() {
		for i, level := range col.Code {
			w := weightAt(weight, i)
			switch {
			case w == 0:
			case level >= 0 && int(level) < len(s.levels):
				s.levels[level] += w
			case level == table.Missing && s.field.Optional():
				s.missing += w
			case level == table.Missing:
				return s.neverMissing(i)
			default:
				return &rowError{i, fmt.Errorf("field %q: a value that the schema does not list", s.field.Name)}
			}
		}
		return nil
	}
	for i, x := range col.Num {
		switch w := weightAt(weight, i); {
		case w == 0:
		case x != x && !s.field.Optional():
			return s.neverMissing(i)
		case x != x:
			s.missing += w
		case math.IsInf(x, 0):
			return &rowError{i, fmt.Errorf("field %q: %v is not a finite number", s.field.Name, x)}
		}
	}
	s.numbers.Add(col.Num, weight)
	return nil
}

func (s *Summary) neverMissing(i int) error {
	return &rowError{i, fmt.Errorf("field %q: missing, which the schema does not allow; add a marker to its missing list", s.field.Name)}
}

// rowError is what is wrong with a row, counted from the first of its batch.
type rowError struct {
	row int
	err error
}

func (e *rowError) Error() string { return fmt.Sprintf("row %d of the batch: %v", e.row, e.err) }
func (e *rowError) Unwrap() error { return e.err }

// InRow turns an error of Summary.Add into one that names the row by its global
// index, first being that of the column's first row.
func InRow(err error, first int64) error {
	if e, ok := err.(*rowError); ok {
		return fmt.Errorf("row %d: %w", first+int64(e.row), e.err)
	}
	return err
}

// Merge adds the rows of later.
func (s *Summary) Merge(later *Summary) {
	for k, w := range later.levels {
		s.levels[k] += w
	}
	s.numbers.Merge(&later.numbers)
	s.missing += later.missing
}

// Codebook returns the field's codebook and the rows of each of its codes
// [codes].
func (s *Summary) Codebook() (*Codebook, []float64, error) {
	var (
		book   *Codebook
		counts []float64
		err    error
	)
	if s.field.Kind.Coded() {
		book, err = NewLevelBook(s.field)
		counts = append(counts, s.levels...)
	} else {
		book, counts, err = NewNumberBook(s.field, &s.numbers)
	}
	if err != nil {
		return nil, nil, err
	}
	if book.missing {
		counts = append(counts, s.missing)
	}
	return book, counts, nil
}

func weightAt(weight []float64, i int) float64 {
	if weight == nil {
		return 1
	}
	return weight[i]
}

// Summaries are the summaries of all learned fields of a schema: the statistics
// of the pass that makes codebooks.
type Summaries struct{ fields []*Summary }

var _ mimic.Stats = (*Summaries)(nil)

// NewSummaries returns empty summaries of the fields of s.
func NewSummaries(s *space.Schema) *Summaries {
	all := &Summaries{make([]*Summary, len(s.Fields))}
	for j := range s.Fields {
		if s.Fields[j].Kind.Learned() {
			all.fields[j] = NewSummary(&s.Fields[j])
		}
	}
	return all
}

// Field returns the summary of the field at a position of the schema; nil for
// one that models do not learn.
func (s *Summaries) Field(j int) *Summary { return s.fields[j] }

// Add adds the rows of b.
func (s *Summaries) Add(b *table.Batch) error {
	for j, f := range s.fields {
		if f == nil {
			continue
		}
		if err := f.Add(b.Cols[j], b.Weight); err != nil {
			return InRow(err, b.First)
		}
	}
	return nil
}

// Merge adds the rows of later.
func (s *Summaries) Merge(later mimic.Stats) error {
	for j, f := range later.(*Summaries).fields {
		if f != nil {
			s.fields[j].Merge(f)
		}
	}
	return nil
}
