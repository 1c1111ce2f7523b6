package main

import (
	"context"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
	"github.com/seed-64d012fb/mimic/table/files"
	"github.com/seed-64d012fb/mimic/table/ingest"
	"github.com/seed-64d012fb/mimic/table/pictures"
)

// partFlags say which part of a picture is known.
type partFlags struct {
	image   string
	mask    string
	topHalf bool
}

func (f *partFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.image, "given-image", "", "draw the rest of the picture in `FILE`, a part of which is known")
	flags.StringVar(&f.mask, "mask", "", "picture in `FILE` that is black where the picture is known and white where it is to be drawn")
	flags.BoolVar(&f.topHalf, "top-half", false, "the top half of the picture is known")
}

// part is the known part of a picture; a nil part is none.
type part struct {
	picture *table.Batch // one row with the model's picture
	known   []bool       // of each dot, line by line
}

// read reads the picture and what of it is known.
func (f *partFlags) read(ctx context.Context, p *progress, s *space.Schema) (*part, error) {
	m := s.Image
	switch {
	case f.image == "" && f.mask == "" && !f.topHalf:
		return nil, nil
	case f.image == "" || (f.mask == "") == !f.topHalf:
		return nil, misusef("the rest of a picture is drawn from --given-image FILE and one of --mask FILE and --top-half")
	case m == nil:
		return nil, fmt.Errorf("--given-image: %w", pictures.ErrNone)
	}
	only := make([]int, m.Pixels())
	for i := range only {
		only[i] = m.First + i
	}
	b, err := readOne(ctx, p, "--given-image", f.image, s.Project(only))
	if err != nil {
		return nil, err
	}
	k := &part{b, make([]bool, m.Width*m.Height)}
	if f.topHalf {
		for i := range m.Width * (m.Height / 2) {
			k.known[i] = true
		}
		return k, nil
	}
	bits := &space.Image{Name: m.Name, Width: m.Width, Height: m.Height, Channels: 1, Levels: 2}
	mask, err := readOne(ctx, p, "--mask", f.mask, &space.Schema{Fields: bits.Fields(), Image: bits})
	if err != nil {
		return nil, err
	}
	for i := range k.known {
		k.known[i] = mask.Cols[i].Code[0] == 0
	}
	if !slices.Contains(k.known, true) {
		return nil, fmt.Errorf("--mask: %s is all white: nothing of the picture would be known", f.mask)
	}
	return k, nil
}

// readOne reads the one picture that a flag names.
func readOne(ctx context.Context, p *progress, flag, path string, s *space.Schema) (*table.Batch, error) {
	d, err := read(ctx, p, []string{path}, textFlags{}, ingest.Options{Schema: s})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", flag, err)
	}
	if d.Rows() != 1 {
		return nil, fmt.Errorf("%s: %s has %d pictures: one is asked for", flag, path, d.Rows())
	}
	return d.All(), nil
}

// evidence returns what is known of a row of the model.
func (k *part) evidence() (e space.Evidence) {
	if k == nil {
		return nil
	}
	m := k.picture.Schema.Image
	for i, known := range k.known {
		for c := range m.Channels {
			if j := i*m.Channels + c; known {
				e = append(e, space.Given{Field: j, Codes: []int32{k.picture.Cols[j].Code[0]}})
			}
		}
	}
	return e
}

// join returns the evidence of a person, and that of a picture, by the pixels'
// places in the picture.
func join(s *space.Schema, e, picture space.Evidence) (space.Evidence, error) {
	for _, g := range picture {
		g.Field += s.Image.First
		if slices.ContainsFunc(e, func(h space.Given) bool { return h.Field == g.Field }) {
			return nil, misusef("%s is given by --given and by the picture", s.Fields[g.Field].Name)
		}
		e = append(e, g)
	}
	return e, nil
}

// sampleTo is the function of that name, with the picture and its known part first
// on a sheet.
func (k *part) sampleTo(ctx context.Context, p *progress, m mimic.Model, r table.Range, seed uint64, path string) (*made, error) {
	if k == nil || !files.IsSheet(path) {
		return sampleTo(ctx, p, m, r, seed, path)
	}
	start := time.Now()
	first, err := k.cells()
	if err != nil {
		return nil, err
	}
	w, err := files.CreateSheet(path, m.Schema(), first...)
	if err != nil {
		return nil, err
	}
	return sampleInto(ctx, p, m, r, seed, path, w, start)
}

// unseen is the colour of what is not known: a blue that is no grey.
var unseen = color.RGBA{R: 0x30, G: 0x60, B: 0xc0, A: 0xff}

// cells returns the picture, and what of it is known.
func (k *part) cells() ([]image.Image, error) {
	whole, err := pictures.Of(k.picture, 0)
	if err != nil {
		return nil, err
	}
	r := whole.Bounds()
	seen := image.NewRGBA(r)
	draw.Draw(seen, r, whole, r.Min, draw.Src)
	for i, known := range k.known {
		if !known {
			seen.SetRGBA(i%r.Dx(), i/r.Dx(), unseen)
		}
	}
	return []image.Image{whole, seen}, nil
}
