// Command avatars makes two examples of the same figures: a table of what each
// figure has, in which almost nothing depends on anything, and their pictures, in
// which every pixel depends on the others.
//
//	go run ./examples/avatars examples/data
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
	"github.com/seed-64d012fb/mimic/table/files"
)

// The examples: how many figures, and of which draw.
const (
	figures = 4000
	seed    = 1
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: avatars FOLDER")
		os.Exit(2)
	}
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "avatars:", err)
		os.Exit(1)
	}
}

func run(dir string) error {
	all := draws(figures, rng.New(seed))
	if err := write(filepath.Join(dir, "avatars.csv.gz"), asTable(all)); err != nil {
		return err
	}
	if err := write(filepath.Join(dir, "avatar-pictures.idx.gz"), asPictures(all)); err != nil {
		return err
	}
	sum := 0.0
	for _, f := range all {
		sum += f.logProb()
	}
	fmt.Printf("%d figures, %.3f nats each by the rules that made them, %.3f in all that can be\n", figures, sum/figures, -entropy())
	return nil
}

func write(path string, b *table.Batch) error {
	w, err := files.Create(path, b.Schema)
	if err != nil {
		return err
	}
	defer w.Abort()
	if err := w.Write(b); err != nil {
		return err
	}
	return w.Close()
}

// asTable returns a row for each figure.
func asTable(all []figure) *table.Batch {
	s := &space.Schema{Fields: make([]space.Field, len(traits))}
	for t, tr := range traits {
		s.Fields[t] = space.Field{Name: tr.name, Kind: space.Category, Levels: tr.values}
	}
	b := table.NewBatch(s, 0, len(all))
	for i, f := range all {
		for t, v := range f {
			b.Cols[t].Code[i] = int32(v)
		}
	}
	return b
}

// asPictures returns a picture of each figure.
func asPictures(all []figure) *table.Batch {
	m := &space.Image{Name: "image", Width: side, Height: side, Channels: 1, Levels: levels}
	b := table.NewBatch(&space.Schema{Fields: m.Fields(), Image: m}, 0, len(all))
	for i, f := range all {
		for j, v := range f.draw() {
			b.Cols[j].Code[i] = int32(v)
		}
	}
	return b
}
