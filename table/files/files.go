// Package files reads datasets from files and writes rows to them.
//
// What a file is, its content says, not its name: CSV with any of the usual
// delimiters, JSON lines (or one JSON list of objects), or Parquet, each also
// gzipped or zstd-compressed; and pictures: a folder or an archive of PNG, JPEG
// and GIF files, such files themselves, or IDX. What a file is to become, its
// name says.
package files

import (
	"context"
	"errors"
	"fmt"

	"github.com/seed-64d012fb/mimic/table"
	"github.com/seed-64d012fb/mimic/table/csv"
	"github.com/seed-64d012fb/mimic/table/ingest"
	"github.com/seed-64d012fb/mimic/table/jsonl"
	"github.com/seed-64d012fb/mimic/table/parquet"
	"github.com/seed-64d012fb/mimic/table/pictures"
)

// Options of Read. The zero value finds everything out by itself, and refuses
// files with rows that are not well-formed.
type Options struct {
	ingest.Options
	Delimiter   string // of CSV: one character, or "tab"; empty means found out
	NoHeader    bool   // CSV files have no line of names
	SkipBadRows bool   // of CSV, JSON lines and pictures: leave out and report them
	Shape       pictures.Shape
}

// Read reads what the patterns name as one dataset. A pattern is a path, a glob
// ("parts/*.csv"), "-" for standard input, or "example:NAME" for an embedded
// example, or a folder of pictures. Rows come in the order of the patterns, the files of a glob in the
// order of their names, and a file's rows in its own order. All files have the
// same columns and one format; files of no bytes add nothing.
func Read(ctx context.Context, patterns []string, opt Options) (*table.Table, *ingest.Report, error) {
	sources, err := expand(patterns)
	if err != nil {
		return nil, nil, err
	}
	return read(ctx, sources, opt)
}

func read(ctx context.Context, sources []*source, opt Options) (*table.Table, *ingest.Report, error) {
	delimiter, err := delimiterOf(opt.Delimiter)
	if err != nil {
		return nil, nil, err
	}
	defer func() {
		for _, s := range sources {
			s.release()
		}
	}()
	full, notes, err := look(ctx, sources)
	if err != nil {
		return nil, nil, err
	}
	var (
		t   *table.Table
		rep *ingest.Report
	)
	f := full[0].format
	if !opt.Shape.IsZero() && f != asPictures && f != asIDX {
		return nil, nil, fmt.Errorf("%s is %s: to resize pictures, to make them grey, or to round them to levels takes pictures; columns of a table are taken as they are", full[0].name, f)
	}
	switch f {
	case asPictures, asIDX:
		t, rep, err = readPictures(ctx, full, opt)
	case asParquet:
		t, rep, err = readParquet(ctx, full, opt.Options)
	case asJSONL:
		t, rep, err = jsonl.Read(ctx, texts(full), jsonl.Options{SkipBadRows: opt.SkipBadRows}, opt.Options)
	default:
		t, rep, err = readCSV(ctx, full, csv.Options{Delimiter: delimiter, SkipBadRows: opt.SkipBadRows}, opt)
	}
	if err != nil {
		return nil, nil, err
	}
	rep.Notes = append(notes, rep.Notes...)
	return t, rep, nil
}

// look finds out what the sources are, and returns those that are not empty.
func look(ctx context.Context, sources []*source) (full []*source, notes []string, err error) {
	for _, s := range sources {
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
		switch err := s.look(); {
		case errors.Is(err, errEmpty) && len(sources) > 1:
			notes = append(notes, s.name+" is empty")
			continue
		case err != nil:
			return nil, nil, fmt.Errorf("%s %w", s.name, err)
		}
		if len(full) > 0 && s.format != full[0].format {
			return nil, nil, fmt.Errorf("%s is %s and %s is %s: the files of one dataset have one format",
				full[0].name, full[0].format, s.name, s.format)
		}
		full = append(full, s)
	}
	if len(full) == 0 {
		return nil, nil, fmt.Errorf("all %d files are empty", len(sources))
	}
	if full[0].format == asIDX {
		full, err = pairLabels(full)
	}
	return full, notes, err
}

func texts(sources []*source) []ingest.File {
	list := make([]ingest.File, len(sources))
	for i, s := range sources {
		list[i] = ingest.File{Name: s.name, Size: s.full, Open: s.open}
	}
	return list
}

func readCSV(ctx context.Context, sources []*source, how csv.Options, opt Options) (*table.Table, *ingest.Report, error) {
	if o := opt.Overrides; o != nil && o.Dialect != nil {
		// A person says how the files are written.
		opt.NoHeader = opt.NoHeader || o.Dialect.NoHeader
		if d := o.Dialect.Delimiter; d != "" && how.Delimiter == 0 {
			how.Delimiter = d[0]
		}
	}
	if opt.NoHeader {
		how.Header = csv.NoHeader
	}
	if s := opt.Schema; s != nil {
		for j := range s.Fields {
			how.Names = append(how.Names, s.Fields[j].Name)
		}
	}
	var (
		inputs []ingest.Input
		notes  []string
	)
	for _, f := range texts(sources) {
		in, err := csv.NewInput(f, how)
		if err != nil {
			return nil, nil, err
		}
		if noted, ok := in.(interface{ Notes() []string }); ok {
			notes = append(notes, noted.Notes()...)
		}
		if len(inputs) == 0 {
			how = like(how, in)
		}
		inputs = append(inputs, in)
	}
	t, rep, err := ingest.Read(ctx, inputs, opt.Options)
	if err != nil {
		return nil, nil, err
	}
	rep.Notes = append(notes, rep.Notes...)
	return t, rep, nil
}

// like returns how to read the files after the first: by what the first has
// shown, so that a short part is not taken for something else.
func like(how csv.Options, first ingest.Input) csv.Options {
	if first.Dialect().NoHeader {
		how.Header = csv.NoHeader
		return how
	}
	if how.Names == nil {
		for _, c := range first.Columns() {
			how.Names = append(how.Names, c.Name)
		}
	}
	return how
}

func readParquet(ctx context.Context, sources []*source, opt ingest.Options) (*table.Table, *ingest.Report, error) {
	list := make([]parquet.File, len(sources))
	for i, s := range sources {
		if err := s.seekable(); err != nil {
			return nil, nil, fmt.Errorf("%s: %w", s.name, err)
		}
		list[i] = parquet.File{Name: s.name, Size: s.size, Open: func() (parquet.ReadAtCloser, error) {
			r, err := s.raw()
			if err != nil {
				return nil, err
			}
			return r.(parquet.ReadAtCloser), nil
		}}
	}
	return parquet.Read(ctx, list, opt)
}

// CheckDelimiter returns an error if text is no delimiter as Options have it.
func CheckDelimiter(text string) error {
	_, err := delimiterOf(text)
	return err
}

// delimiterOf reads a delimiter as a person may give it.
func delimiterOf(text string) (byte, error) {
	switch {
	case text == "":
		return 0, nil
	case text == "tab" || text == `\t`:
		return '\t', nil
	case len(text) == 1 && text[0] < 0x80 && text[0] != '"' && text[0] != '\n' && text[0] != '\r':
		return text[0], nil
	}
	return 0, fmt.Errorf("delimiter %q: give one character, such as ';', or tab", text)
}
