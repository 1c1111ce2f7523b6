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
				return fmt.Errorf("field %q, row %d of the batch: a value that the schema does not list", s.field.Name, i)
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
			return fmt.Errorf("field %q, row %d of the batch: %v is not a finite number", s.field.Name, i, x)
		}
	}
	s.numbers.Add(col.Num, weight)
	return nil
}

func (s *Summary) neverMissing(i int) error {
	return fmt.Errorf("field %q, row %d of the batch: missing, which the schema does not allow; add a marker to its missing list", s.field.Name, i)
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
			return fmt.Errorf("batch of rows %d to %d: %w", b.First, b.First+int64(b.N)-1, err)
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
