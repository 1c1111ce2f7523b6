package mixture

import (
	"fmt"
	"math"
	"slices"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/dist"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// rowSet is rows in memory: positions of numbers, NaN where missing, and codes
// of levels.
type rowSet struct {
	d, e   int
	x      []float64 // [n × d]
	codes  []uint16  // [n × e]
	weight []float64 // [n]
}

func (r *rowSet) n() int { return len(r.weight) }

// pick returns the rows at the given indices.
func (r *rowSet) pick(rows []int) *rowSet {
	p := &rowSet{d: r.d, e: r.e}
	for _, i := range rows {
		p.x = append(p.x, r.x[i*r.d:(i+1)*r.d]...)
		p.codes = append(p.codes, r.codes[i*r.e:(i+1)*r.e]...)
		p.weight = append(p.weight, r.weight[i])
	}
	return p
}

// between returns rows lo … hi-1, which it shares.
func (r *rowSet) between(lo, hi int) *rowSet {
	return &rowSet{d: r.d, e: r.e, x: r.x[lo*r.d : hi*r.d], codes: r.codes[lo*r.e : hi*r.e], weight: r.weight[lo:hi]}
}

// batch returns the rows as a table has them.
func (r *rowSet) batch(f *mixtureFit) *table.Batch {
	b := table.NewBatch(f.schema, 0, r.n())
	b.Weight = r.weight
	for k, j := range f.fields.Numeric {
		for i := range b.N {
			b.Cols[j].Num[i] = f.fields.Grids[k].Value(r.x[i*r.d+k])
		}
	}
	codes, none := make([]uint16, b.N), make([]float64, b.N)
	for k, j := range f.fields.Coded {
		for i := range codes {
			codes[i] = r.codes[i*r.e+k]
		}
		f.books[k].Decode(&b.Cols[j], codes, none)
	}
	return b
}

// gathered are the rows of one pass, in the order in which they were merged.
type gathered struct {
	fit  *mixtureFit
	runs []*rowSet
}

func (g *gathered) Add(b *table.Batch) error {
	f := g.fit
	x, err := f.fields.Columns(b)
	if err != nil {
		return err
	}
	for k, col := range x {
		field := &f.schema.Fields[f.fields.Numeric[k]]
		if field.Optional() {
			continue
		}
		if i := slices.IndexFunc(col, func(v float64) bool { return v != v }); i >= 0 && b.WeightOf(i) != 0 {
			return fmt.Errorf("row %d: field %q: missing, which the schema does not allow; add a marker to its missing list", b.First+int64(i), field.Name)
		}
	}
	codes := make([][]uint16, len(f.books))
	for k, j := range f.fields.Coded {
		codes[k] = make([]uint16, b.N)
		f.books[k].Encode(codes[k], b.Cols[j])
		for i, c := range codes[k] {
			if c == dist.Outside && b.WeightOf(i) != 0 {
				return fmt.Errorf("row %d: field %q: a value outside the sample space", b.First+int64(i), f.schema.Fields[j].Name)
			}
		}
	}
	r := &rowSet{d: len(x), e: len(codes)}
	for i := range b.N {
		w := b.WeightOf(i)
		if w == 0 {
			continue
		}
		for _, col := range x {
			r.x = append(r.x, col[i])
		}
		for _, col := range codes {
			r.codes = append(r.codes, col[i])
		}
		r.weight = append(r.weight, w)
	}
	g.runs = append(g.runs, r)
	return nil
}

func (g *gathered) Merge(later mimic.Stats) error {
	g.runs = append(g.runs, later.(*gathered).runs...)
	return nil
}

// join returns all rows.
func (g *gathered) join() *rowSet {
	all := &rowSet{d: len(g.fit.fields.Numeric), e: len(g.fit.books)}
	n := 0
	for _, r := range g.runs {
		n += r.n()
	}
	all.x = make([]float64, 0, n*all.d)
	all.codes = make([]uint16, 0, n*all.e)
	all.weight = make([]float64, 0, n)
	for _, r := range g.runs {
		all.x = append(all.x, r.x...)
		all.codes = append(all.codes, r.codes...)
		all.weight = append(all.weight, r.weight...)
		*r = rowSet{}
	}
	return all
}

// base is what is known of each field from all rows: the units that EM works in,
// and what components are smoothed towards.
type base struct {
	rows    float64     // weight of all
	center  []float64   // [d] mean, in positions
	scale   []float64   // [d] standard deviation, in positions
	prior   []float64   // [d] Λ in units of the scale, one component
	cell    []float64   // [d] variance within a grid's cell, in units of the scale
	missing []float64   // [d] rate
	levels  [][]float64 // [e][codes]
}

// newBase takes the mean and the variance of each field, the latter as if one
// row more were spread evenly over the domain.
func newBase(s *space.Schema, f *mixtureFit, r *rowSet) base {
	b := base{levels: make([][]float64, r.e)}
	for _, w := range r.weight {
		b.rows += w
	}
	floors := f.fields.Floors(s, make([]float64, r.d))
	for k, g := range f.fields.Grids {
		field := &s.Fields[f.fields.Numeric[k]]
		lo, _ := g.Pos(field.Min)
		hi, _ := g.Pos(field.Max)
		mean, n := lo/2+hi/2, 0.0
		var square float64
		for i, w := range r.weight {
			x := r.x[i*r.d+k]
			if x != x {
				continue
			}
			n += w
			delta := x - mean
			if n == w {
				mean = x
				continue
			}
			mean += delta * w / n
			square += w * delta * (x - mean)
		}
		own := (square + (hi-lo)*(hi-lo)/12) / (n + 1)
		cell := 0.0
		if !g.Real() {
			cell = 1. / 12
		}
		unit := max(square/max(n, 1), floors[k])
		if n == 0 {
			unit = max(own, floors[k])
		}
		b.center = append(b.center, mean)
		b.scale = append(b.scale, math.Sqrt(unit))
		b.prior = append(b.prior, max(own, floors[k])/unit)
		b.cell = append(b.cell, cell/unit)
		rate := 0.0
		if field.Optional() {
			rate = (b.rows - n + 0.5) / (b.rows + 1)
		}
		b.missing = append(b.missing, rate)
	}
	for k, book := range f.books {
		counts := make([]float64, book.Codes())
		for i, w := range r.weight {
			counts[r.codes[i*r.e+k]] += w
		}
		even := dist.Uniform(len(counts))
		dist.Smooth(counts, counts, even, dist.Strength([][]float64{counts}, even))
		b.levels[k] = counts
	}
	return b
}

// dataset is rows as EM reads them: in units of the base, sorted into blocks that
// miss the same numbers.
type dataset struct {
	patterns []pattern
	blocks   []block
	rows     float64 // weight of all
}

// pattern is which numbers are there.
type pattern struct{ there, gone []int }

// block is rows of one pattern.
type block struct {
	pattern int
	x       []float64 // [n × there]
	codes   []uint16  // [n × e]
	weight  []float64 // [n]
	label   []int32   // [n] the component that the row starts in, or nil
	best    []int32   // [n] the component that was its likeliest the last time: a hint, for speed
}

// Rows are summed up block by block: at least leastBlock rows each, and at most
// mostBlocks of a pattern, so that statistics of blocks stay few.
const (
	leastBlock = 1024
	mostBlocks = 64
)

// newDataset sorts rows; label [n] may be nil.
func newDataset(b base, r *rowSet, label []int32) *dataset {
	data := &dataset{}
	at := map[string]int{}
	var members [][]int
	key := make([]byte, r.d)
	for i := range r.n() {
		data.rows += r.weight[i]
		for k, x := range r.x[i*r.d : (i+1)*r.d] {
			key[k] = '.'
			if x != x {
				key[k] = '?'
			}
		}
		p, met := at[string(key)]
		if !met {
			p = len(members)
			at[string(key)] = p
			members = append(members, nil)
			var own pattern
			for k, c := range key {
				if c == '?' {
					own.gone = append(own.gone, k)
				} else {
					own.there = append(own.there, k)
				}
			}
			data.patterns = append(data.patterns, own)
		}
		members[p] = append(members[p], i)
	}
	for p, rows := range members {
		size := max(leastBlock, (len(rows)+mostBlocks-1)/mostBlocks)
		for own := range slices.Chunk(rows, size) {
			blk := block{pattern: p, best: make([]int32, len(own))}
			for _, i := range own {
				for _, k := range data.patterns[p].there {
					blk.x = append(blk.x, (r.x[i*r.d+k]-b.center[k])/b.scale[k])
				}
				blk.codes = append(blk.codes, r.codes[i*r.e:(i+1)*r.e]...)
				blk.weight = append(blk.weight, r.weight[i])
				if label != nil {
					blk.label = append(blk.label, label[i])
				}
			}
			data.blocks = append(data.blocks, blk)
		}
	}
	return data
}
