package pictures

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"

	"github.com/seed-64d012fb/mimic/internal/par"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
	"github.com/seed-64d012fb/mimic/table/ingest"
)

// maxValues is how many values all pictures of a dataset may have together: a
// code of four bytes each.
const maxValues = 1 << 31

// stack gathers the pictures that were read.
type stack struct {
	target
	opt      *Options
	report   ingest.Report
	pictures []read
	sizes    map[[2]int]int // how many have it
	values   int64
	strange  []string // names of files that are no pictures
	others   int      // how many these are
	resized  int      // pictures that were, to be as a schema has them
	code     [256]int32
}

// read is a picture in memory.
type read struct {
	name, label string
	loose       bool
	raw         bool
	bitmap
}

// add takes a picture, or the reason why there is none.
func (s *stack) add(p Picture, b bitmap, err error) error {
	if errors.Is(err, errNoPicture) {
		if s.others++; len(s.strange) < 3 {
			s.strange = append(s.strange, path.Base(p.name))
		}
		return nil
	}
	s.report.Files++
	if err != nil {
		s.skip(p.name, err)
		return nil
	}
	if len(s.pictures) > 0 && !s.opt.SkipBad {
		if err := s.differs(&s.pictures[0], b); err != nil {
			return &BadError{p.name, err}
		}
	}
	if b.was[0] > 0 && s.opt.Schema != nil {
		if s.resized++; s.resized == 1 {
			s.report.Notes = append(s.report.Notes, fmt.Sprintf("%s is %dx%d, and was made %dx%d, as the sample space has pictures", p.name, b.was[0], b.was[1], b.width, b.height))
		}
	}
	if s.values += int64(len(b.pix)); s.values > maxValues {
		return fmt.Errorf("%s: the pictures up to this one have %d values together, and %d are the most: make them smaller, with --resize, or --gray",
			p.name, s.values, maxValues)
	}
	s.sizes[[2]int{b.width, b.height}]++
	s.pictures = append(s.pictures, read{p.name, p.label, p.loose, p.raw, b})
	return nil
}

// differs returns an error if b has not the size of another picture.
func (s *stack) differs(first *read, b bitmap) error {
	if b.width == first.width && b.height == first.height {
		return nil
	}
	return fmt.Errorf("it is %dx%d, and %s is %dx%d: all pictures have one size; --resize %dx%d makes them so",
		b.width, b.height, first.name, first.width, first.height, first.width, first.height)
}

// maxBadListed is how many of the pictures that were left out are reported one
// by one.
const maxBadListed = 20

func (s *stack) skip(name string, err error) {
	s.report.Skipped++
	if len(s.report.Bad) < maxBadListed {
		s.report.Bad = append(s.report.Bad, ingest.BadRow{Err: fmt.Errorf("%s: %w", name, err)})
	}
}

// keepMost leaves out the pictures that have another size than most.
func (s *stack) keepMost() {
	if len(s.sizes) < 2 {
		return
	}
	var most [2]int
	for size, n := range s.sizes {
		if m := s.sizes[most]; n > m || n == m && slices.Compare(size[:], most[:]) > 0 {
			most = size
		}
	}
	i := slices.IndexFunc(s.pictures, func(p read) bool { return p.width == most[0] && p.height == most[1] })
	like := s.pictures[i]
	s.pictures = slices.DeleteFunc(s.pictures, func(p read) bool {
		err := s.differs(&like, p.bitmap)
		if err != nil {
			s.skip(p.name, err)
		}
		return err != nil
	})
}

// table makes the table of all pictures.
func (s *stack) table(ctx context.Context) (*table.Table, *ingest.Report, error) {
	s.keepMost()
	if len(s.pictures) == 0 {
		if s.report.Skipped > 0 {
			return nil, nil, fmt.Errorf("no picture is left: %w, and so on", s.report.Bad[0].Err)
		}
		return nil, nil, ErrNoPictures
	}
	s.settle()
	image := &space.Image{Name: s.name, Width: s.width, Height: s.height, Channels: s.channels, Levels: s.levels}
	if n := image.Pixels(); n > space.MaxPixels {
		return nil, nil, fmt.Errorf("pictures of %s have %d values, and %d are the most: make them smaller, with --resize 64x64 for example", image.Size(), n, space.MaxPixels)
	}
	b, err := s.besides(ctx, image)
	if err != nil {
		return nil, nil, err
	}
	if err := s.fill(ctx, b); err != nil {
		return nil, nil, err
	}
	s.report.Rows = int64(b.N)
	if s.resized > 1 {
		s.report.Notes = append(s.report.Notes, fmt.Sprintf("so were %d more", s.resized-1))
	}
	if s.others > 0 {
		note := fmt.Sprintf("left out %d files that are no pictures, such as %s", s.others, s.strange[0])
		if s.others == 1 {
			note = fmt.Sprintf("left out %s, which is no picture", s.strange[0])
		}
		s.report.Notes = append(s.report.Notes, note)
	}
	return table.New(b), &s.report, nil
}

// ErrNoPictures says that there is none where pictures were looked for.
var ErrNoPictures = errors.New("there are no pictures: PNG, JPEG or GIF")

// settle takes from the pictures what nobody has said.
func (s *stack) settle() {
	if s.width == 0 {
		s.width, s.height = s.pictures[0].width, s.pictures[0].height
	}
	for i := range s.pictures {
		if s.channels == 0 || s.channels == 1 && s.pictures[i].channels == 3 {
			s.channels = s.pictures[i].channels // of grey and colour, colour
		}
	}
	var seen [256]bool
	raw := true
	for i := range s.pictures {
		raw = raw && s.pictures[i].raw
		for _, v := range s.pictures[i].pix {
			seen[v] = true
		}
	}
	s.code, s.levels = coding(&seen, s.levels, raw)
	if s.opt.Schema != nil && !spans(&seen, s.levels) && !(raw && s.code[1] == 1) {
		s.report.Notes = append(s.report.Notes, fmt.Sprintf("pixels were rounded to %d levels, as the sample space has them", s.levels))
	}
}

// strip is how many pixels are filled in at a time: of a row, neighbours in
// memory.
const strip = 64

// fill fills in the pixels.
func (s *stack) fill(ctx context.Context, b *table.Batch) error {
	m := b.Schema.Image
	return par.Do(ctx, (m.Pixels()+strip-1)/strip, func(i int) error {
		lo := i * strip
		cols := b.Cols[m.First+lo : m.First+min(lo+strip, m.Pixels())]
		for j := range cols {
			cols[j].Code = make([]int32, b.N)
		}
		for r := range s.pictures {
			p := &s.pictures[r]
			for j := range cols {
				at := lo + j
				if p.channels < m.Channels {
					at /= 3
				}
				cols[j].Code[r] = s.code[p.pix[at]]
			}
		}
		return nil
	})
}
