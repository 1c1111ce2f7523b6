package dist

import (
	"fmt"
	"math"
	"slices"

	"github.com/seed-64d012fb/mimic/space"
)

// How numbers are coded. The figures are those that served generated tables
// best in prototypes of the forest rung; docs/decisions/0020 says more.
const (
	maxAtoms    = 600     // distinct values up to which each is a code
	newShare    = 1. / 20 // rows with a value of their own, up to which it is so
	maxBins     = 256     // bins of equal mass otherwise
	binRows     = 24      // rows of a bin at least
	maxTiles    = 16      // tiles in a bin
	tileRows    = 6       // rows of a tile at least
	atomRows    = 3       // rows of an atom at least
	partGain    = 2.0     // nats of likelihood that an atom or a tile must gain
	halfRow     = 0.5     // weight of what the data leave empty
	directCells = 1 << 12 // positions of a grid that are coded by a table
)

// NewNumberBook returns the codebook of a numeric field whose training values
// are in s, and the training rows in each of its value codes.
//
// Where the data have at most 600 distinct values, of which at most a twentieth
// of the rows have one for themselves, each value is a code: an atom, whose
// interval reaches halfway to its neighbours. By Good and Turing's estimate the
// rows with a value for themselves tell how many rows a value that was not seen
// would have; those are spread evenly over the rest of the domain, each code
// taking in its interval's share.
//
// Otherwise codes are up to 256 intervals of equal mass, 24 rows or more each; a
// value with half of that mass is a code of its own. Within an interval a value
// is an atom if three rows have it and an atom gains two nats of likelihood over
// the interval's mean; the other rows are spread over 1, 2, 4, 8 or 16 tiles of
// equal mass, six rows or more each, as many as pay two nats of likelihood a
// tile. What the data leave empty (beyond the smallest and the largest value, or
// about an atom) weighs half a row.
//
// The domain is [Min, Max] of the field together with the values in s.
//
// Reference: Good (1953), The population frequencies of species and the
// estimation of population parameters, equation 9.
func NewNumberBook(f *space.Field, s *Sketch) (*Codebook, []float64, error) {
	if !f.Kind.Numeric() {
		return nil, nil, fmt.Errorf("field %q: a %v has no numbers", f.Name, f.Kind)
	}
	lo, hi := f.Min, f.Max
	points := slices.Clone(s.Points())
	if n := len(points); n > 0 {
		lo, hi = min(lo, points[0].Value), max(hi, points[n-1].Value)
	}
	if !(lo <= hi) || math.IsInf(lo, 0) || math.IsInf(hi, 0) {
		return nil, nil, fmt.Errorf("field %q: the domain [%v, %v] is not a finite interval", f.Name, f.Min, f.Max)
	}
	g := NewGrid(f, lo, hi)
	b := &bookMaker{Codebook: Codebook{numeric: true, missing: f.Optional(), grid: g}}
	b.min, _ = g.Pos(lo)
	b.max, _ = g.Pos(hi)
	b.end = g.after(b.max)
	var total, single float64
	for i := range points {
		p, on := g.Pos(points[i].Value)
		if !on {
			return nil, nil, fmt.Errorf("field %q: %v is not on the grid of a %v with %d digits", f.Name, points[i].Value, f.Kind, f.Digits)
		}
		points[i].Value = p
		total += points[i].Weight()
		if points[i].Own <= 1 {
			single += points[i].Own
		}
	}
	var counts []float64
	switch {
	case len(points) == 0:
		b.code(b.min, nil, []pile{{b.min, b.end, 1}})
		counts = []float64{0}
	case len(points) <= maxAtoms && single <= newShare*total:
		counts = b.eachValue(points, single+halfRow)
	default:
		counts = b.bins(points, total)
	}
	if b.values >= Outside {
		return nil, nil, fmt.Errorf("field %q: %d codes", f.Name, b.values)
	}
	b.index()
	return &b.Codebook, counts, nil
}

// bookMaker is a Codebook in the making.
type bookMaker struct {
	Codebook
	end float64 // first position behind the domain
}

// pile is weight, in rows, that is spread evenly over [lo, hi).
type pile struct{ lo, hi, rows float64 }

// eachValue makes a code of each point; unseen rows are spread over the rest.
func (b *bookMaker) eachValue(points []Point, unseen float64) []float64 {
	var own float64
	if !b.grid.Real() {
		own = 1
	}
	free := b.end - b.min - own*float64(len(points))
	lo := b.min
	counts := make([]float64, len(points))
	for i := range points {
		hi := b.bound(points, i+1)
		var rest []pile
		if hi-lo > own {
			rest = []pile{{lo, hi, unseen * (hi - lo) / free}}
		}
		b.code(lo, points[i:i+1], rest)
		counts[i] = points[i].Weight()
		lo = hi
	}
	return counts
}

// bins makes codes of about equal mass, and one of each heavy value.
func (b *bookMaker) bins(points []Point, total float64) (counts []float64) {
	n := max(1, min(maxBins, math.Floor(total/binRows)))
	mass := total / n
	heavy := max(mass/2, atomRows)
	lo := b.min
	emit := func(i, j int) { // points[i:j] are a code
		hi := b.bound(points, j)
		atoms, rest := b.detail(points[i:j], lo, hi, heavy)
		b.code(lo, atoms, rest)
		counts = append(counts, weightOf(points[i:j]))
		lo = hi
	}
	for i := 0; i < len(points); {
		if points[i].Own >= heavy {
			emit(i, i+1)
			i++
			continue
		}
		j := i
		for j < len(points) && points[j].Own < heavy {
			j++
		}
		for _, part := range equalParts(points[i:j], max(1, math.Round(weightOf(points[i:j])/mass))) {
			emit(i, i+part)
			i += part
		}
	}
	return counts
}

// detail splits what a code [lo, hi) holds into atoms and tiles.
func (b *bookMaker) detail(points []Point, lo, hi, heavy float64) (atoms []Point, rest []pile) {
	perCell := weightOf(points) / max(hi-lo, b.grid.cell) * b.grid.cell
	var light []Point
	for _, p := range points {
		gain := p.Own*math.Log(p.Own/perCell) - p.Own + perCell
		if p.Own >= heavy || p.Own >= atomRows && p.Own > perCell && gain >= partGain {
			atoms = append(atoms, p)
			if p.Rest > 0 {
				light = append(light, Point{Value: p.Value, Rest: p.Rest})
			}
		} else {
			light = append(light, p)
		}
	}
	if len(light) == 0 {
		if own := float64(len(atoms)); b.grid.Real() || hi-lo > own {
			rest = append(rest, pile{lo, hi, halfRow})
		}
		return atoms, rest
	}
	// Beyond the smallest and the largest value of all there is half a row.
	var behind []pile
	if n := len(light); n > 1 {
		if first := points[0].Value; lo == b.min && lo < first && first == light[0].Value {
			rest = append(rest, pile{lo, first, halfRow})
			lo = first
		}
		last := points[len(points)-1].Value
		if end := b.grid.after(last); hi == b.end && end < hi && last == light[n-1].Value {
			behind = append(behind, pile{end, hi, halfRow})
			hi = end
		}
	}
	return atoms, slices.Concat(rest, b.tiling(light, lo, hi), behind)
}

// tiling spreads the rows of points evenly over tiles of [lo, hi).
func (b *bookMaker) tiling(points []Point, lo, hi float64) (best []pile) {
	most := math.Inf(-1)
	rows := weightOf(points)
	for n := 1.0; n == 1 || n <= maxTiles && rows >= n*tileRows; n *= 2 {
		var tiles []pile
		logLikelihood := 0.0
		from, i := lo, 0
		for _, part := range equalParts(points, n) {
			to := hi
			if i+part < len(points) {
				to = b.grid.between(points[i+part-1].Value, points[i+part].Value)
			}
			w := weightOf(points[i : i+part])
			tiles = append(tiles, pile{from, to, w})
			logLikelihood += w * math.Log(w/(to-from))
			from = to
			i += part
		}
		if worth := logLikelihood - partGain*float64(len(tiles)); worth > most {
			most, best = worth, tiles
		}
	}
	return best
}

// bound returns where the cells of points[:i] end.
func (b *bookMaker) bound(points []Point, i int) float64 {
	if i == len(points) {
		return b.end
	}
	return b.grid.between(points[i-1].Value, points[i].Value)
}

// code appends the code that starts at lo, of atoms and tiles.
func (b *bookMaker) code(lo float64, atoms []Point, rest []pile) {
	var tile, atom pieces
	for _, p := range atoms {
		atom.lo = append(atom.lo, p.Value)
		atom.mass = append(atom.mass, p.Own)
	}
	for _, r := range rest {
		tile.lo = append(tile.lo, r.lo)
		tile.hi = append(tile.hi, r.hi)
		tile.mass = append(tile.mass, r.rows)
	}
	normalise(atom.mass, tile.mass)
	b.bounds = append(b.bounds, lo)
	b.tiles = append(b.tiles, tile)
	b.atoms = append(b.atoms, atom)
	b.values++
}

// equalParts cuts points into at most n runs of about equal weight, and returns
// their lengths.
func equalParts(points []Point, n float64) (lengths []int) {
	total := weightOf(points)
	var below float64
	cut, length := 1.0, 0
	for i, p := range points {
		below += p.Weight()
		length++
		if i+1 == len(points) || below*n >= cut*total {
			lengths = append(lengths, length)
			length = 0
			cut = max(cut+1, math.Floor(below*n/total)+1)
		}
	}
	return lengths
}

func weightOf(points []Point) (w float64) {
	for _, p := range points {
		w += p.Weight()
	}
	return w
}
