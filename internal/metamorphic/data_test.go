package metamorphic

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"github.com/seed-64d012fb/mimic/models/blend"
	"github.com/seed-64d012fb/mimic/models/kde"
	"github.com/seed-64d012fb/mimic/models/mixing"
	"github.com/seed-64d012fb/mimic/models/mixture"
	"github.com/seed-64d012fb/mimic/models/nade"
	"github.com/seed-64d012fb/mimic/models/pixelnet"
	"github.com/seed-64d012fb/mimic/models/treemix"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// data is what a rung is tested on. All rows are written, read and scored: they
// are in several blocks.
type data struct {
	table  *table.Table
	fitted int // how many rows a fit sees, four fifths of them to learn from
}

// twoBlocks is how many rows a table has whose rows are in two blocks, those that
// a fit learns from too.
const twoBlocks = table.BlockRows*5/4 + 100

// dataOf returns data that the rung is made for, as many as it takes up in a
// second or so.
func dataOf(kind string) data {
	switch kind {
	case pixelnet.Kind:
		return data{pictures(), 300}
	case blend.Kind:
		return data{levels(), 800}
	case treemix.Kind, mixing.Kind, nade.Kind:
		return data{levels(), twoBlocks}
	case kde.Kind:
		return data{mixed(twoBlocks), 1000}
	case mixture.Kind:
		return data{mixed(twoBlocks), 2500}
	}
	const threeBlocks = 2*table.BlockRows + 1000
	return data{mixed(threeBlocks), threeBlocks}
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
