package dist

// SketchCap is the number of distinct values that a Sketch keeps exactly.
const SketchCap = 1 << 16

// Point is a value of a Sketch and its weight in rows: Own is the weight of
// that very value, Rest the weight of near values that it also stands for.
type Point struct{ Value, Own, Rest float64 }

// Weight returns the weight of all that the point stands for.
func (p Point) Weight() float64 { return p.Own + p.Rest }

// Sketch is a weighted multiset of numbers in bounded memory. Up to SketchCap
// distinct values it is exact. Beyond, runs of light neighbours are replaced by
// their weighted median, heavy values stay as they are, and the rank of any
// value is known to within RankError rows.
//
// Points live in tiers, as in KLL: a tier that outgrows SketchCap is compacted
// to half of that and moves up, so that a row is compacted once for each
// doubling of the data. The compaction of weight W merges neighbours up to
// t = 4W/SketchCap, keeps a value heavier than t by itself, and moves no rank
// by more than t. With h tiers the error is at most 4·h·N/SketchCap rows of N:
// 0.1 % of the rows at a thousand million distinct values. All is
// deterministic: merging sketches in the same tree gives the same bits.
//
// The zero Sketch is empty and ready to use.
//
// Reference: Karnin, Lang & Liberty (2016), Optimal quantile approximation in
// streams, section 3 (the tiers); Agarwal et al. (2013), Mergeable summaries,
// section 3 (deterministic compaction of equal weights).
type Sketch struct {
	tiers [][]Point // each in order of value, values distinct
	moved float64   // bound of the ranks moved by compaction, in rows
}

// Add adds numbers with their weights; nil weights count each number once. NaN
// and numbers of weight zero are left out.
func (s *Sketch) Add(numbers, weight []float64) {
	t := tallies.Get().(*tally)
	defer tallies.Put(t)
	for lo := 0; lo < len(numbers); lo += tallyRows {
		hi := min(lo+tallyRows, len(numbers))
		if weight == nil {
			s.carry(0, t.points(numbers[lo:hi], nil))
		} else {
			s.carry(0, t.points(numbers[lo:hi], weight[lo:hi]))
		}
	}
}

// carry merges points into tier h and compacts upwards what outgrows its tier.
func (s *Sketch) carry(h int, points []Point) {
	for ; len(points) > 0; h++ {
		if h == len(s.tiers) {
			s.tiers = append(s.tiers, nil)
		}
		all := mergePoints(s.tiers[h], points)
		if len(all) <= SketchCap {
			s.tiers[h] = all
			return
		}
		s.tiers[h] = nil
		var moved float64
		points, moved = compact(all, SketchCap/2)
		s.moved += moved
	}
}

// Merge adds what later holds.
func (s *Sketch) Merge(later *Sketch) {
	s.moved += later.moved
	for h, points := range later.tiers {
		for len(s.tiers) <= h {
			s.tiers = append(s.tiers, nil)
		}
		s.carry(h, points)
	}
}

// Points returns the values in ascending order, each once. The caller does not
// change them.
func (s *Sketch) Points() []Point {
	var all []Point
	for _, t := range s.tiers {
		all = mergePoints(all, t)
	}
	return all
}

// RankError returns the number of rows by which the rank of a value may be
// off: 0 while the sketch is exact.
func (s *Sketch) RankError() float64 { return s.moved }

// mergePoints returns the union of two ascending lists. It may return either.
func mergePoints(a, b []Point) []Point {
	if len(a) == 0 {
		return b
	}
	if len(b) == 0 {
		return a
	}
	out := make([]Point, 0, len(a)+len(b))
	i, j := 0, 0
	for i < len(a) && j < len(b) {
		switch {
		case a[i].Value < b[j].Value:
			out = append(out, a[i])
			i++
		case a[i].Value > b[j].Value:
			out = append(out, b[j])
			j++
		default:
			out = append(out, Point{a[i].Value, a[i].Own + b[j].Own, a[i].Rest + b[j].Rest})
			i++
			j++
		}
	}
	out = append(out, a[i:]...)
	return append(out, b[j:]...)
}

// compact returns at most about target points that stand for all of p, and by
// how many rows a rank may have moved. The first and the last value stay.
func compact(p []Point, target int) (out []Point, moved float64) {
	var total float64
	for _, q := range p {
		total += q.Weight()
	}
	limit := 2 * total / float64(target)
	out = make([]Point, 0, target+2)
	out = append(out, p[0])
	last := len(p) - 1
	for i := 1; i < last; {
		j, w := i+1, p[i].Weight()
		for j < last && w+p[j].Weight() <= limit {
			w += p[j].Weight()
			j++
		}
		m := median(p[i:j], w)
		out = append(out, Point{p[i+m].Value, p[i+m].Own, w - p[i+m].Own})
		if j > i+1 {
			moved = max(moved, w)
		}
		i = j
	}
	return append(out, p[last]), moved
}

// median returns the position of the weighted median of p, of total weight w.
func median(p []Point, w float64) int {
	var below float64
	for i, q := range p {
		below += q.Weight()
		if 2*below >= w {
			return i
		}
	}
	return len(p) - 1
}
