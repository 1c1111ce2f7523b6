package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/seed-64d012fb/mimic/examples"
	"github.com/seed-64d012fb/mimic/internal/spell"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
	"github.com/seed-64d012fb/mimic/table/files"
	"github.com/seed-64d012fb/mimic/table/ingest"
	"github.com/seed-64d012fb/mimic/table/pictures"
)

// textFlags say how text files of rows are written, where that is not to be
// found out.
type textFlags struct {
	delimiter string
	noHeader  bool
	skipBad   bool
}

func (t *textFlags) register(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&t.delimiter, "delimiter", "", "`CHARACTER` between the columns of a text file: , ; | or tab; detected by default")
	f.BoolVar(&t.noHeader, "no-header", false, "the first row of a text file holds values, not names; detected by default")
	f.BoolVar(&t.skipBad, "skip-bad-rows", false, "leave out rows that are not well-formed, and pictures that cannot be read, and list them")
}

// spaceFlags say what is known of the sample space; the rest is inferred.
type spaceFlags struct {
	schema string
	types  []string
	drop   []string
	image  string
	resize string
	shape  pictures.Shape
}

func (s *spaceFlags) register(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&s.schema, "schema", "", "take the sample space from `FILE`, as `mimic schema` writes it; what it leaves out is inferred")
	f.StringArrayVar(&s.types, "type", nil, "`NAME=KIND` of a column that inference gets wrong, such as zip=category; may be repeated")
	f.StringSliceVar(&s.drop, "drop", nil, "leave out the columns `NAMES`, separated by commas")
	f.StringVar(&s.image, "image", "", "columns of a table are the pixels of a picture of `SIZE`, such as 28x28, or 32x32x3 in colour")
	f.StringVar(&s.resize, "resize", "", "make pictures `WxH` large: each pixel is the mean of what it covers")
	f.BoolVar(&s.shape.Gray, "gray", false, "of the colours of pictures keep their brightness")
	f.IntVar(&s.shape.Levels, "levels", 0, "round the pixels of pictures to `N` evenly spaced values; 2 makes what is below half of white black, and the rest white")
}

// said reports whether the flags say anything.
func (s *spaceFlags) said() bool {
	return s.schema != "" || len(s.types) > 0 || len(s.drop) > 0 || s.image != "" || s.resize != "" || !s.shape.IsZero()
}

// shapeOf returns what pictures are made into.
func (s *spaceFlags) shapeOf() (pictures.Shape, error) {
	shape := s.shape
	if s.resize != "" {
		w, h, channels, err := space.ParseSize(s.resize)
		if err != nil || channels != 1 {
			return shape, misusef("--resize %q is not WxH, the width and the height of pictures, such as 28x28", s.resize)
		}
		shape.Width, shape.Height = w, h
	}
	if shape.Levels != 0 {
		if err := shape.Check(); err != nil {
			return shape, misusef("--levels %d: %w", shape.Levels, err)
		}
	}
	return shape, nil
}

// overrides returns what the flags say of the sample space, or nil where they
// say nothing.
func (s *spaceFlags) overrides() (*space.Overrides, error) {
	if s.schema == "" && len(s.types) == 0 && s.image == "" {
		return nil, nil
	}
	o := &space.Overrides{}
	if s.schema != "" {
		text, err := os.ReadFile(s.schema)
		if err != nil {
			return nil, err
		}
		if o, err = space.UnmarshalOverrides(text); err != nil {
			return nil, fmt.Errorf("%s: %w", s.schema, err)
		}
	}
	for _, t := range s.types {
		if err := o.SetKind(t); err != nil {
			return nil, misusef("--type %w", err)
		}
	}
	if s.image != "" {
		if err := o.SetImage(s.image); err != nil {
			return nil, misusef("--image %s: %w", s.image, err)
		}
	}
	return o, nil
}

// dataset is what was read, with its account.
type dataset struct {
	*table.Table
	Name   string
	Report *ingest.Report
	Broken []broken // rules that rows break
	told   bool     // the sample space was not inferred from these rows
}

// readData reads DATA and infers its sample space.
func readData(ctx context.Context, p *progress, data []string, text textFlags, known spaceFlags) (*dataset, error) {
	o, err := known.overrides()
	if err != nil {
		return nil, err
	}
	shape, err := known.shapeOf()
	if err != nil {
		return nil, err
	}
	d, err := readShaped(ctx, p, data, text, shape, ingest.Options{Overrides: o, Drop: known.drop})
	if at := (*space.OverrideError)(nil); errors.As(err, &at) && at.Line > 0 {
		return nil, fmt.Errorf("%s: line %d: field %q: %w", known.schema, at.Line, at.Field, at.Err)
	}
	if errors.Is(err, space.ErrNoColumn) { // --type or --drop names it
		return nil, misuse{err}
	}
	if err != nil {
		return nil, err
	}
	if d.Broken, err = d.breaks(ctx, filepath.Dir(known.schema)); err != nil {
		return nil, fmt.Errorf("%s: %w", known.schema, err)
	}
	return d, nil
}

// readLike reads DATA as rows of a sample space that is known. Values outside
// it are kept: they are impossible rows.
func readLike(ctx context.Context, p *progress, data []string, text textFlags, s *space.Schema) (*dataset, error) {
	return read(ctx, p, data, text, ingest.Options{Schema: s, AllowUnknown: true})
}

func read(ctx context.Context, p *progress, data []string, text textFlags, opt ingest.Options) (*dataset, error) {
	return readShaped(ctx, p, data, text, pictures.Shape{}, opt)
}

// readShaped is read that makes pictures into what a person wants.
func readShaped(ctx context.Context, p *progress, data []string, text textFlags, shape pictures.Shape, opt ingest.Options) (*dataset, error) {
	if err := files.CheckDelimiter(text.delimiter); err != nil {
		return nil, misusef("--%w", err)
	}
	opt.Progress = p.reach
	t, report, err := files.Read(ctx, data, files.Options{
		Options:     opt,
		Delimiter:   text.delimiter,
		NoHeader:    text.noHeader,
		SkipBadRows: text.skipBad,
		Shape:       shape,
	})
	if bad := (*ingest.BadRowError)(nil); errors.As(err, &bad) {
		return nil, fmt.Errorf("%w; --skip-bad-rows leaves such rows out", err)
	}
	if bad := (*pictures.BadError)(nil); errors.As(err, &bad) {
		return nil, fmt.Errorf("%w; --skip-bad-rows leaves such pictures out", err)
	}
	if err != nil {
		return nil, err
	}
	if t.Rows() == 0 {
		return nil, fmt.Errorf("%s has no rows", name(data))
	}
	return &dataset{Table: t, Name: name(data), Report: report, told: opt.Schema != nil}, nil
}

// name says DATA, or a MODEL, in a few words.
func name(data []string) string {
	switch {
	case len(data) == 1 && data[0] == std:
		return "standard input"
	case len(data) == 1:
		return data[0]
	}
	return fmt.Sprintf("%s and %d more", data[0], len(data)-1)
}

// account is a dataset in JSON.
type account struct {
	Name    string         `json:"name"`
	Files   int            `json:"files"`
	Rows    int64          `json:"rows"`
	Fields  int            `json:"fields"`
	Kinds   map[string]int `json:"kinds"`
	Skipped int64          `json:"skipped"`
	Ignored []string       `json:"ignored,omitempty"`
	Notes   []string       `json:"notes,omitempty"`
	Broken  []broken       `json:"broken_rules,omitempty"`
}

func (d *dataset) account() account {
	return account{
		Name: d.Name, Files: d.Report.Files, Rows: d.Rows(), Fields: len(d.Schema().Fields),
		Kinds: kinds(d.Schema()), Skipped: d.Report.Skipped, Ignored: d.Report.Ignored, Notes: d.Report.Notes, Broken: d.Broken,
	}
}

func kinds(s *space.Schema) map[string]int {
	n := map[string]int{}
	for _, f := range s.Fields {
		n[f.Kind.String()]++
	}
	return n
}

// draw shows what was read.
func (d *dataset) draw(s *screen) {
	gaps := ""
	if n := optional(d.Schema()); n > 0 && !d.told {
		gaps = fmt.Sprintf(", %d with missing values", n)
	}
	s.line("%s: %s, %s%s", d.Name, many(d.Rows(), "row"), fieldsOf(d.Schema()), gaps)
	for _, note := range d.Report.Notes {
		s.line("  %s", note)
	}
	if n := len(d.Report.Ignored); n > 0 {
		s.line("  left out %s that the model does not have: %s", many(int64(n), "column"), strings.Join(d.Report.Ignored, ", "))
	}
	for _, b := range d.Broken {
		s.line("  %s, row %s first, break the rule %s", many(b.Rows, "row"), count(b.First), b.Rule)
	}
	if d.Report.Skipped > 0 {
		s.line("  skipped %s:", many(d.Report.Skipped, "bad row"))
		for _, bad := range d.Report.Bad {
			s.line("    %v", bad.Err)
		}
		if more := d.Report.Skipped - int64(len(d.Report.Bad)); more > 0 {
			s.line("    and %s more", count(more))
		}
	}
}

// fieldsOf says how many fields of which kinds a sample space has, its picture as
// one of them.
func fieldsOf(s *space.Schema) string {
	n := map[string]int{}
	fields := 0
	for j := range s.Fields {
		if !s.Image.Has(j) {
			n[s.Fields[j].Kind.String()]++
			fields++
		}
	}
	var parts []string
	for k := space.Bool; k <= space.Text; k++ {
		if n[k.String()] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n[k.String()], k))
		}
	}
	text := fmt.Sprintf("%s (%s)", many(int64(fields), "field"), strings.Join(parts, ", "))
	if m := s.Image; m != nil {
		picture := fmt.Sprintf("a picture of %s in %d levels", m.Size(), m.Levels)
		if fields == 0 {
			return picture
		}
		return picture + " and " + text
	}
	return text
}

// optional returns how many fields may be missing.
func optional(s *space.Schema) int {
	n := 0
	for j := range s.Fields {
		if s.Fields[j].Optional() {
			n++
		}
	}
	return n
}

// column returns the position of the field that a flag names.
func column(s *space.Schema, flag, name string) (int, error) {
	if j := s.Index(name); j >= 0 {
		return j, nil
	}
	names := make([]string, len(s.Fields))
	for j, f := range s.Fields {
		names[j] = f.Name
	}
	return -1, misusef("%s: there is no column %q: %s", flag, name, spell.Suggest(name, names))
}

// labelColumn checks that --label names a column with levels.
func labelColumn(s *space.Schema, name string) error {
	j, err := column(s, "--label", name)
	if err == nil && !s.Fields[j].Kind.Coded() {
		err = misusef("--label: %q is of kind %v: what is predicted is one of the levels of a field, and it has none; "+
			"make it a category when the model is fitted, or draw it given the others, as impute does", name, s.Fields[j].Kind)
	}
	return err
}

// completeData completes DATA: the embedded examples, and files.
func completeData(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	var names []string
	for _, e := range examples.List() {
		names = append(names, cobra.CompletionWithDesc("example:"+e.Name, e.Title))
	}
	return names, cobra.ShellCompDirectiveDefault
}
