package pictures

import (
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
	"github.com/seed-64d012fb/mimic/table/ingest"
)

// Label is what the field of a picture's label is called that has no name yet.
const Label = "label"

// LabelField returns the position of the field that says what pictures of a
// sample space show: the one called "label", or the only one beside the pixels,
// if that has levels; -1 if there is none.
func LabelField(s *space.Schema) int {
	if s.Image == nil {
		return -1
	}
	at := -1
	for j := range s.Fields {
		switch f := &s.Fields[j]; {
		case s.Image.Has(j) || !f.Kind.Learned():
		case f.Name == Label && f.Kind.Coded():
			return j
		case at == -1 && f.Kind.Coded():
			at = j
		default:
			at = -2
		}
	}
	return max(at, -1)
}

// besides returns a batch of all rows with the picture's fields, still empty,
// and what is known beside the picture: the label, read like a column of a file.
func (s *stack) besides(ctx context.Context, image *space.Image) (*table.Batch, error) {
	known, err := s.labels(ctx, s.hasLabels())
	if err != nil {
		return nil, err
	}
	if schema := s.opt.Schema; schema != nil {
		b := &table.Batch{Schema: schema, N: len(s.pictures), Cols: make([]table.Column, len(schema.Fields))}
		for j := range known.Schema.Fields {
			b.Cols[schema.Index(known.Schema.Fields[j].Name)] = known.Cols[j]
		}
		return b, nil
	}
	schema := *known.Schema
	image.First = len(schema.Fields)
	schema.Image = image
	schema.Fields = append(slices.Clip(schema.Fields), image.Fields()...)
	b := &table.Batch{Schema: &schema, N: len(s.pictures), Cols: make([]table.Column, len(schema.Fields))}
	copy(b.Cols, known.Cols)
	return b, nil
}

// hasLabels reports whether pictures have labels. The folder of loose pictures
// is none where all lie in the same, or where it is no level of the schema.
func (s *stack) hasLabels() bool {
	folders := map[string]bool{}
	for i := range s.pictures {
		if s.pictures[i].loose {
			folders[s.pictures[i].label] = true
		}
	}
	isLabel := len(folders) > 1
	if schema := s.opt.Schema; schema != nil {
		if j := LabelField(schema); j >= 0 {
			isLabel = true
			for f := range folders {
				isLabel = isLabel && slices.Contains(schema.Fields[j].Levels, f)
			}
		}
	}
	any := false
	for i := range s.pictures {
		p := &s.pictures[i]
		if p.loose && !isLabel {
			p.label = ""
		}
		any = any || p.label != ""
	}
	return any
}

// labels reads the labels as the column of a file, by the schema or by what is
// known of it. The batch has fields that are no pixels.
func (s *stack) labels(ctx context.Context, any bool) (*table.Batch, error) {
	none := &table.Batch{Schema: &space.Schema{}, N: len(s.pictures)}
	opt := s.opt.Options
	opt.Progress = nil
	in := &labelColumn{name: Label, pictures: s.pictures}
	if schema := opt.Schema; schema != nil {
		label := LabelField(schema)
		if any && label < 0 {
			s.report.Ignored = append(s.report.Ignored, Label)
		}
		rest := slices.DeleteFunc(schema.Learned(), schema.Image.Has)
		if !any || label < 0 {
			return none, s.absent(schema, rest)
		}
		in.name = schema.Fields[label].Name
		opt.Schema = schema.Project(rest)
	} else {
		if o := opt.Overrides; o != nil {
			own := *o
			own.Image = nil
			none.Schema.Rules = o.Rules
			opt.Overrides = &own
		}
		if !any || slices.Equal(opt.Drop, []string{Label}) {
			return none, s.nothingElse(any)
		}
		opt.Overrides = labelIsCategory(opt.Overrides)
	}
	t, rep, err := ingest.Read(ctx, []ingest.Input{in}, opt)
	if err != nil {
		return nil, err
	}
	s.report.Absent, s.report.Unknown = rep.Absent, rep.Unknown
	s.report.Notes = append(s.report.Notes, rep.Notes...)
	return t.All(), nil
}

// nothingElse returns an error if fields are spoken of that pictures without
// labels do not have.
func (s *stack) nothingElse(labelled bool) error {
	if len(s.opt.Drop) > 0 && !labelled {
		return fmt.Errorf("the pictures have no labels: %w to drop: %q", space.ErrNoColumn, s.opt.Drop[0])
	}
	if o := s.opt.Overrides; o != nil && len(o.Fields) > 0 {
		own := *o
		own.Image = nil
		return own.Check(nil)
	}
	return nil
}

// absent reports the learned fields of a schema that pictures without labels do
// not have: an error, unless they may be absent.
func (s *stack) absent(schema *space.Schema, rest []int) error {
	for _, j := range rest {
		if f := &schema.Fields[j]; f.Kind.Learned() {
			s.report.Absent = append(s.report.Absent, f.Name)
		}
	}
	if len(s.report.Absent) > 0 && !s.opt.AllowAbsent {
		return fmt.Errorf("the pictures have no %q, which the sample space has: put them into folders named after it", s.report.Absent[0])
	}
	return nil
}

// labelIsCategory adds to what is known that a label is a category, even where
// it is a number, if nobody says otherwise.
func labelIsCategory(o *space.Overrides) *space.Overrides {
	own := space.Overrides{}
	if o != nil {
		own = *o
	}
	if own.Field(Label) == nil {
		own.Fields = slices.Clone(own.Fields)
		if err := own.SetKind(Label + "=" + space.Category.String()); err != nil {
			panic(err) // it is written here
		}
	}
	return &own
}

// labelColumn is an ingest.Input of one column in one block.
type labelColumn struct {
	name     string
	pictures []read
}

func (c *labelColumn) Name() string               { return c.pictures[0].name }
func (c *labelColumn) Columns() []ingest.Column   { return []ingest.Column{{Name: c.name}} }
func (c *labelColumn) Dialect() space.Dialect     { return space.Dialect{} }
func (c *labelColumn) Size() int64                { return int64(len(c.pictures)) }
func (c *labelColumn) Open() (ingest.Pass, error) { return &labelPass{labelColumn: c}, nil }

type labelPass struct {
	*labelColumn
	done bool
}

func (p *labelPass) Close() error { return nil }
func (p *labelPass) Next() (ingest.Block, error) {
	if p.done {
		return nil, io.EOF
	}
	p.done = true
	return p.labelColumn, nil
}

func (c *labelColumn) Release() {}
func (c *labelColumn) Decode(chunk *ingest.Chunk, _ []bool) error {
	v := ingest.Values{Stride: 1, Spans: make([]ingest.Span, len(c.pictures))}
	at := map[string]ingest.Span{}
	for i := range c.pictures {
		label := c.pictures[i].label
		span, ok := at[label]
		if !ok {
			lo := len(v.Buf)
			if lo+len(label) > ingest.MaxBuf {
				return fmt.Errorf("%s: the labels are too long", c.pictures[i].name)
			}
			v.Buf = append(v.Buf, label...)
			span = ingest.Span{Lo: uint32(lo), Hi: uint32(len(v.Buf))}
			at[label] = span
		}
		v.Spans[i] = span
	}
	*chunk = ingest.Chunk{Rows: len(c.pictures), Cols: []ingest.Values{v}, Line: func(row int) int64 { return int64(row) + 1 }}
	return nil
}
