package pictures

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/seed-64d012fb/mimic/internal/par"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
	"github.com/seed-64d012fb/mimic/table/ingest"
)

// Source yields pictures, in an order of its own that never changes.
type Source interface {
	// Next returns the next picture, or io.EOF. Calls do not overlap.
	Next() (Picture, error)
	Close() error
}

// Picture is a picture to be read.
type Picture struct {
	name  string // for messages
	label string // what it is a picture of; empty if not known
	// loose says that the label is the folder that it happens to lie in, which
	// is none where all pictures lie in the same.
	loose bool
	// perhaps says that the name is not that of a picture: it is one if its
	// content is.
	perhaps bool
	load    func() (io.ReadCloser, error) // a PNG, JPEG or GIF file
	pix     bitmap                        // the picture itself, where load is nil
	raw     bool                          // its bytes may be codes: see coding
}

// Options of Read. The zero value takes pictures as they are. Where
// ingest.Options has a schema, or overrides that say what the picture is,
// pictures are made to fit that instead, in size, colour and levels.
type Options struct {
	ingest.Options
	Shape
	SkipBad bool // leave out pictures that cannot be read or have another size than most
}

// Shape is what pictures are made into.
type Shape struct {
	Width, Height int  // resize pictures to this size; 0 leaves it
	Gray          bool // of colours, keep their brightness
	Levels        int  // round values to so many, evenly spaced; 0 keeps those that the pictures have
}

// IsZero reports whether pictures stay as they are.
func (s Shape) IsZero() bool { return s == Shape{} }

// Check reports what is wrong with a shape.
func (s Shape) Check() error {
	switch {
	case s.Width < 0 || s.Height < 0 || (s.Width == 0) != (s.Height == 0):
		return fmt.Errorf("a picture of %dx%d has no pixels", s.Width, s.Height)
	case s.Width > space.MaxPixels || s.Height > space.MaxPixels || s.Width*s.Height > space.MaxPixels:
		return fmt.Errorf("a picture of %dx%d has more than %d values: make it smaller", s.Width, s.Height, space.MaxPixels)
	case s.Levels != 0 && (s.Levels < 2 || s.Levels > space.MaxLevels):
		return fmt.Errorf("pixels of %d levels: 2 to %d are possible", s.Levels, space.MaxLevels)
	}
	return nil
}

// target is what pictures are made into; zeros leave it to them.
type target struct {
	name                    string
	width, height, channels int
	levels                  int
}

// target returns what the options say.
func (o *Options) target() (target, error) {
	if s := o.Schema; s != nil {
		m := s.Image
		if m == nil {
			return target{}, errors.New("these are pictures, and the sample space has none")
		}
		return target{m.Name, m.Width, m.Height, m.Channels, m.Levels}, nil
	}
	t := target{name: "image", width: o.Width, height: o.Height, levels: o.Levels}
	if o.Gray {
		t.channels = 1
	}
	if o.Overrides == nil || o.Overrides.Image == nil {
		return t, o.Check()
	}
	m := o.Overrides.Image
	if m.Name != "" {
		t.name = m.Name
	}
	if t.width == 0 {
		t.width, t.height = m.Width, m.Height
	}
	if t.channels == 0 {
		t.channels = m.Channels
	}
	if t.levels == 0 {
		t.levels = m.Levels
	}
	return t, o.Check()
}

// Read reads the pictures of all sources as one dataset, in their order, and
// closes the sources. Pictures are decoded on all workers.
func Read(ctx context.Context, sources []Source, opt Options) (*table.Table, *ingest.Report, error) {
	defer func() {
		for _, s := range sources {
			s.Close()
		}
	}()
	to, err := opt.target()
	if err != nil {
		return nil, nil, err
	}
	s := &stack{target: to, opt: &opt, sizes: map[[2]int]int{}}
	at := 0
	next := func() (Picture, error) {
		for ; at < len(sources); at++ {
			if p, err := sources[at].Next(); err != io.EOF {
				return p, err
			}
		}
		return Picture{}, io.EOF
	}
	type slot struct {
		bitmap
		err error
	}
	slots := make([]slot, par.Workers(ctx))
	work := func(worker int, p Picture) error {
		own := &slots[worker]
		if own.bitmap, own.err = to.read(p); own.err == nil || opt.SkipBad || errors.Is(own.err, errNoPicture) {
			return nil
		}
		return &BadError{p.name, own.err}
	}
	add := func(worker int, p Picture) error {
		if opt.Progress != nil {
			opt.Progress("read", int64(len(s.pictures)), 0)
		}
		return s.add(p, slots[worker].bitmap, slots[worker].err)
	}
	if err := par.Stream(ctx, next, work, add); err != nil {
		return nil, nil, err
	}
	return s.table(ctx)
}

// BadError ends a reading at a picture that Options.SkipBad would have left out.
type BadError struct {
	Name string
	Err  error
}

func (e *BadError) Error() string { return e.Name + ": " + e.Err.Error() }
func (e *BadError) Unwrap() error { return e.Err }
