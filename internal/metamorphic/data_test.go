package metamorphic

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/models/blend"
	"github.com/seed-64d012fb/mimic/models/chowliu"
	"github.com/seed-64d012fb/mimic/models/kde"
	"github.com/seed-64d012fb/mimic/models/mixing"
	"github.com/seed-64d012fb/mimic/models/mixture"
	"github.com/seed-64d012fb/mimic/models/nade"
	"github.com/seed-64d012fb/mimic/models/pixelnet"
	"github.com/seed-64d012fb/mimic/models/treemix"
	"github.com/seed-64d012fb/mimic/sample"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// data is what a rung is tested on. All rows are written and read.
type data struct {
	table  *table.Table
	fitted int // how many rows a fit sees, four fifths of them to learn from
	// family is fitted in the place of the one that the ladder gives, or nil.
	family mimic.Family
	slow   bool // only rows about the end of a block are scored and sampled
}

// scored returns which rows are scored.
func (d *data) scored() table.Range { return d.about(table.BlockRows, d.table.Rows()) }

// sampled returns which rows of the sequence are sampled: a block and a bit.
func (d *data) sampled() table.Range { return d.about(sample.BlockRows, sample.BlockRows+1000) }

func (d *data) about(end, all int64) table.Range {
	if d.slow {
		return table.Range{Lo: end - 400, Hi: end + 400}
	}
	return table.Range{Hi: all}
}

// twoBlocks is how many rows a table has whose rows are in two blocks, those that
// a fit learns from too.
const twoBlocks = table.BlockRows*5/4 + 100

// dataOf returns data that the rung is made for. A rung that would be slow on
// two blocks has two: few rows, of which it chooses all that it can, and two
// blocks, which it learns from as it is told to.
func dataOf(kind string) []data {
	switch kind {
	case pixelnet.Kind:
		told := pixelnet.Family{Label: "flag", Seed: 5, Hidden: 16, Epochs: 1}
		return []data{{pictures(), 200, nil, true}, {pictures(), twoBlocks, told, true}}
	case blend.Kind:
		told := blend.Family{Seed: 5, Parts: func(_ *space.Schema, _, validation int64) ([]blend.Part, error) {
			net := nade.Family{Hidden: 8, Epochs: 1, Seed: 5, Validation: validation}
			return []blend.Part{{Family: chowliu.Family{}}, {Family: net, Validates: true}}, nil
		}}
		return []data{{levels(), 400, nil, true}, {levels(), twoBlocks, told, true}}
	case mixture.Kind:
		told := mixture.Family{Components: 2, Covariance: mixture.Full, Seed: 5}
		return []data{{mixed(twoBlocks), 600, nil, true}, {mixed(twoBlocks), twoBlocks, told, false}}
	case kde.Kind:
		told := kde.Family{Bandwidth: 10}
		return []data{{mixed(twoBlocks), 600, nil, true}, {narrow(mixed(twoBlocks)), twoBlocks, told, true}}
	case treemix.Kind:
		return []data{{levels(), twoBlocks, nil, false}}
	case nade.Kind:
		told := nade.Family{Hidden: 16, Epochs: 2, Seed: 5}
		return []data{{levels(), 400, nil, true}, {levels(), twoBlocks, told, true}}
	case mixing.Kind:
		return []data{{levels(), twoBlocks, nil, true}}
	}
	const threeBlocks = 2*table.BlockRows + 1000
	return []data{{mixed(threeBlocks), threeBlocks, nil, false}}
}

// mixed returns a table of every kind of field, with some dependence between
// columns.
func mixed(n int) *table.Table {
	s := &space.Schema{Fields: []space.Field{
		{Name: "id", Kind: space.ID, Pattern: "[a-f]{8}-{1..}"},
		{Name: "whole", Kind: space.Integer, Min: -50, Max: 5e5},
		{Name: "cents", Kind: space.Decimal, Digits: 2, Fixed: true, Min: 0, Max: 1e4, Missing: []string{""}},
		{Name: "real", Kind: space.Real, Min: -1e3, Max: 1e3},
		{Name: "flag", Kind: space.Bool, Levels: []string{"no", "yes"}},
		{Name: "word, quoted", Kind: space.Category, Levels: []string{`a "b"`, "c,d", "é", "x", "zz"}, Missing: []string{"NA"}},
		{Name: "day", Kind: space.Datetime, Unit: 24 * time.Hour, Layout: "%Y-%m-%d", Min: 0, Max: 2e4},
	}}
	b := table.NewBatch(s, 0, n)
	random := rand.New(rand.NewPCG(1, 2))
	for i := range b.N {
		class := random.IntN(3)
		b.Cols[0].Text[i] = fmt.Sprintf("abcdefab-%d", i+1)
		b.Cols[1].Num[i] = math.Round(math.Exp(4 * random.NormFloat64()))
		b.Cols[2].Num[i] = s.Fields[2].Snap(100 * float64(class+1) * random.Float64())
		b.Cols[3].Num[i] = 100*float64(class) + random.NormFloat64()
		b.Cols[4].Code[i] = int32(class & 1)
		b.Cols[5].Code[i] = int32(min(class+random.IntN(4), 5)) - 1
		b.Cols[6].Num[i] = float64(10_000 + 7*random.IntN(300))
		if random.IntN(20) == 0 {
			b.Cols[2].Num[i] = table.NoNumber
		}
		b.Cols[1].Num[i] = min(max(b.Cols[1].Num[i], s.Fields[1].Min), s.Fields[1].Max)
	}
	return table.New(b)
}

// narrow returns the fields id, whole and flag of a mixed table.
func narrow(t *table.Table) *table.Table {
	b := t.All()
	b.Schema = b.Schema.Project([]int{0, 1, 4})
	b.Cols = []table.Column{b.Cols[0], b.Cols[1], b.Cols[4]}
	return table.New(b)
}

// levels returns a table of bits and small categories that lean on a common
// class, some missing.
func levels() *table.Table {
	s := &space.Schema{Fields: []space.Field{
		{Name: "id", Kind: space.ID, Pattern: "{1..}"},
		{Name: "flag", Kind: space.Bool, Levels: []string{"no", "yes"}},
		{Name: "word, quoted", Kind: space.Category, Levels: []string{`a "b"`, "c,d", "é"}, Missing: []string{"NA"}},
		{Name: "grade", Kind: space.Ordinal, Levels: []string{"low", "middle", "high", "top"}},
		{Name: "left", Kind: space.Bool, Levels: []string{"0", "1"}},
		{Name: "right", Kind: space.Bool, Levels: []string{"0", "1"}, Missing: []string{""}},
		{Name: "both", Kind: space.Bool, Levels: []string{"0", "1"}},
	}}
	b := table.NewBatch(s, 0, twoBlocks)
	random := rand.New(rand.NewPCG(3, 4))
	for i := range b.N {
		class := random.IntN(3)
		left, right := int32(random.IntN(2)), int32(random.IntN(class+2)&1)
		b.Cols[0].Text[i] = fmt.Sprint(i + 1)
		b.Cols[1].Code[i] = int32(class & 1)
		b.Cols[2].Code[i] = int32(class+random.IntN(2)) - 1
		b.Cols[3].Code[i] = int32(class + random.IntN(2))
		b.Cols[4].Code[i], b.Cols[5].Code[i], b.Cols[6].Code[i] = left, right, left^right
		if random.IntN(20) == 0 {
			b.Cols[5].Code[i] = table.Missing
		}
	}
	return table.New(b)
}

// pictures returns pictures of two levels, of a line that lies or stands as the
// label says.
func pictures() *table.Table {
	m := space.Image{Name: "image", First: 2, Width: 3, Height: 3, Channels: 1, Levels: 2}
	s := &space.Schema{Image: &m, Fields: append([]space.Field{
		{Name: "id", Kind: space.ID, Pattern: "{1..}"},
		{Name: "flag", Kind: space.Bool, Levels: []string{"lies", "stands"}},
	}, m.Fields()...)}
	b := table.NewBatch(s, 0, twoBlocks)
	random := rand.New(rand.NewPCG(5, 6))
	for i := range b.N {
		stands, line := random.IntN(2), random.IntN(3)
		b.Cols[0].Text[i] = fmt.Sprint(i + 1)
		b.Cols[1].Code[i] = int32(stands)
		for at := range 3 {
			x, y := at, line
			if stands == 1 {
				x, y = line, at
			}
			b.Cols[m.Field(x, y, 0)].Code[i] = 1
		}
		b.Cols[m.Field(random.IntN(3), random.IntN(3), 0)].Code[i] = 1
	}
	return table.New(b)
}
