package ingest

import (
	"context"
	"fmt"
	"io"
	"sync"

	"github.com/seed-64d012fb/mimic/internal/par"
)

// pass reads some of the columns, all rows of them.
func (r *reader) pass(ctx context.Context, columns []*column) error {
	s := newSweep(r, columns, par.Workers(ctx))
	defer s.blocks.close()
	if err := par.Stream(ctx, s.blocks.next, s.read, s.add); err != nil {
		return err
	}
	if !s.first && s.rows != r.rows {
		return fmt.Errorf("%s changed while it was read: %d rows, then %d", r.inputs[0].Name(), r.rows, s.rows)
	}
	r.rows = s.rows
	return par.Do(ctx, len(columns), func(k int) error { columns[k].end(r.rows); return nil })
}

// sweep is one pass over the inputs at work. A block goes through three hands:
// it is cut into cells, on any worker; it gets its place among the rows, in
// order; its cells are read into the columns at that place, on the same worker
// again; and what is to be said of them is added up, in order.
type sweep struct {
	*reader
	columns []*column
	from    [][]int  // as reader.from, of these columns
	want    [][]bool // by input, the columns of it
	first   bool     // no sweep was made before
	size    int64    // of all inputs, if known
	own     []scratch
	blocks  blocks

	places  par.Turns
	placed  int64        // rows that have a place
	growing sync.RWMutex // held by those who write into columns
	room    int64        // rows that the columns have room for

	done, rows int64 // added up
}

// scratch is the memory of a worker.
type scratch struct {
	chunk Chunk
	cells []cells
}

func newSweep(r *reader, columns []*column, workers int) *sweep {
	s := &sweep{
		reader: r, columns: columns, first: r.rows == 0, size: r.size(), room: r.rows,
		from: make([][]int, len(r.inputs)), want: make([][]bool, len(r.inputs)),
		own: make([]scratch, workers), blocks: blocks{inputs: r.inputs},
	}
	for i, in := range r.inputs {
		s.want[i] = make([]bool, len(in.Columns()))
		for _, c := range columns {
			j := r.from[i][c.index]
			s.from[i] = append(s.from[i], j)
			s.want[i][j] = true
		}
	}
	for _, c := range columns {
		c.start(workers, s.room)
	}
	for w := range s.own {
		s.own[w].cells = make([]cells, len(columns))
	}
	return s
}

// read cuts a block into cells and reads them.
func (s *sweep) read(worker int, b item) error {
	own := &s.own[worker]
	err := b.Decode(&own.chunk, s.want[b.input])
	if !s.places.Take(b.number) {
		return err
	}
	at := s.placed
	if err == nil {
		s.placed += int64(own.chunk.Rows)
		s.makeRoom(own.chunk.Rows, b.Size())
	}
	s.places.Give(err == nil)
	if err != nil {
		return err
	}
	s.growing.RLock()
	defer s.growing.RUnlock()
	for k, c := range s.columns {
		c.read(&own.cells[k], &own.chunk.Cols[s.from[b.input][k]], int(at), own.chunk.Rows, worker)
	}
	return nil
}

// makeRoom sees to it that the columns have room for the rows that have a place,
// the last of which came in a block of so many rows and that size. Columns that
// grow are in memory twice; so the first block tells how many rows to expect.
func (s *sweep) makeRoom(rows int, size int64) {
	if s.placed <= s.room {
		return
	}
	if s.room == 0 && size > 0 {
		s.room = int64(1.05 * float64(rows) * float64(s.size) / float64(size))
	} else {
		s.room += s.room / 2
	}
	s.room = max(s.room, s.placed)
	s.growing.Lock()
	defer s.growing.Unlock()
	for _, c := range s.columns {
		c.grow(s.room)
	}
}

// add adds up what the cells of a block tell.
func (s *sweep) add(worker int, b item) error {
	own := &s.own[worker]
	place := func(row int) string {
		return fmt.Sprintf("%s:%d", s.inputs[b.input].Name(), own.chunk.Line(row))
	}
	for k, c := range s.columns {
		c.add(&own.cells[k], own.chunk.Rows, worker, place)
	}
	s.done += b.Size()
	s.rows += int64(own.chunk.Rows)
	if s.first {
		s.skipped(b.input, own.chunk.Bad)
	}
	if s.opt.Progress != nil {
		s.opt.Progress("read", s.done, s.size)
	}
	b.Release()
	return nil
}

// size returns the size of all inputs, or 0 if it is not known.
func (r *reader) size() (total int64) {
	for _, in := range r.inputs {
		size := in.Size()
		if size == 0 {
			return 0
		}
		total += size
	}
	return total
}

// maxBadListed is how many of the rows that were skipped are reported one by one.
const maxBadListed = 20

func (r *reader) skipped(input int, bad []BadRow) {
	r.report.Skipped += int64(len(bad))
	for _, b := range bad[:min(len(bad), maxBadListed-len(r.report.Bad))] {
		b.Err = fmt.Errorf("%s:%d: %w", r.inputs[input].Name(), b.Line, b.Err)
		r.report.Bad = append(r.report.Bad, b)
	}
}

// item is a block on its way.
type item struct {
	Block
	input  int
	number int
}

// blocks hands out the blocks of all inputs in their order.
type blocks struct {
	inputs []Input
	input  int
	number int
	open   Pass
}

func (b *blocks) next() (item, error) {
	for {
		if b.open == nil {
			if b.input == len(b.inputs) {
				return item{}, io.EOF
			}
			var err error
			if b.open, err = b.inputs[b.input].Open(); err != nil {
				return item{}, err
			}
		}
		block, err := b.open.Next()
		if err != io.EOF {
			b.number++
			return item{block, b.input, b.number - 1}, err
		}
		err = b.open.Close()
		b.open = nil
		b.input++
		if err != nil {
			return item{}, err
		}
	}
}

func (b *blocks) close() {
	if b.open != nil {
		b.open.Close()
	}
}
