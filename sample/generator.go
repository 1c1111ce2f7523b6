package sample

import (
	"fmt"
	"math"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// generator fills blocks of one range of one sequence.
type generator struct {
	kind    string
	schema  *space.Schema
	sampler mimic.Sampler
	key     rng.Key
	all     table.Range
	block   int64 // rows that are made at once
}

func newGenerator(m mimic.Model, r table.Range, seed uint64) (*generator, error) {
	s, ok := m.(mimic.Sampler)
	if !ok {
		return nil, fmt.Errorf("samples of %s: %w", m.Kind(), mimic.ErrUnsupported)
	}
	if r.Lo < 0 || r.Hi < r.Lo {
		return nil, fmt.Errorf("rows %d:%d: a range starts at 0 or later and does not end before it starts", r.Lo, r.Hi)
	}
	g := &generator{m.Kind(), m.Schema(), s, rng.New(seed), r, BlockRows}
	if b, ok := m.(mimic.BlockSampler); ok {
		g.block = min(g.block, int64(b.BlockRows()))
	}
	if r.Rows() > 0 {
		// A pattern with too few IDs is better refused now than a million rows on.
		last := table.NewBatch(g.schema, r.Hi-1, 1)
		if err := g.fillIDs(last); err != nil {
			return nil, err
		}
	}
	return g, nil
}

// blocks returns the number of blocks that the range touches.
func (g *generator) blocks() int {
	if g.all.Rows() == 0 {
		return 0
	}
	return int((g.all.Hi-1)/g.block - g.all.Lo/g.block + 1)
}

// rows returns the rows of block i of the range, counted from 0.
func (g *generator) rows(i int) table.Range {
	lo := (g.all.Lo/g.block + int64(i)) * g.block
	return table.Range{Lo: max(g.all.Lo, lo), Hi: min(g.all.Hi, lo+g.block)}
}

// newBatch returns a batch that any block of the range fits in.
func (g *generator) newBatch() *table.Batch {
	return table.NewBatch(g.schema, 0, int(min(g.block, g.all.Rows())))
}

// view returns the part of b, from newBatch, that block i needs, with the
// block's index.
func (g *generator) view(b *table.Batch, i int) *table.Batch {
	r := g.rows(i)
	v := b.Slice(0, int(r.Rows()))
	v.First = r.Lo
	return v
}

// fill makes the rows of b: the learned fields by the model, IDs by their
// patterns.
func (g *generator) fill(b *table.Batch) error {
	if err := g.sampler.Sample(b, g.key); err != nil {
		return fmt.Errorf("sample %s: %w", g.kind, err)
	}
	return g.fillIDs(b)
}

func (g *generator) fillIDs(b *table.Batch) error {
	for j := range g.schema.Fields {
		f := &g.schema.Fields[j]
		if f.Kind.Learned() {
			continue
		}
		if err := space.FillIDs(f, g.key.Child(idKey(j)), b.Cols[j].Text, b.First); err != nil {
			return fmt.Errorf("sample %s: %w", g.kind, err)
		}
	}
	return nil
}

// idKey numbers the key of ID field j. Models number theirs from 0 upwards, IDs
// from the largest number downwards, so that they never meet.
func idKey(j int) uint64 { return math.MaxUint64 - uint64(j) }
