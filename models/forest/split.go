package forest

import (
	"math"
	"slices"
)

// nLogN is n·log n for the small counts that nearly all are.
var nLogN = func() []float64 {
	t := make([]float64, 1<<14)
	for n := 2; n < len(t); n++ {
		t[n] = float64(n) * math.Log(float64(n))
	}
	return t
}()

func entropyTerm(n int32) float64 {
	if int(n) < len(nLogN) {
		return nLogN[n]
	}
	return float64(n) * math.Log(float64(n))
}

const maxViewBins = 256

// splitter finds the best split of a node. It is the scratch memory of one
// worker, and holds nothing between nodes.
type splitter struct {
	class  []uint16           // [rows] class of each row of the node
	own    []uint8            // [rows] bin of each row of the node
	rank   []int32            // [codes] class of each code
	total  []int32            // [classes] rows of each class in the node
	left   []int32            // [classes] rows left of the split that is tried
	terms  []sides            // [classes] their entropy terms
	order  []uint8            // bins of the node, in the order of the scan
	at     [maxViewBins]int32 // where the counts of a bin start
	rows   [maxViewBins]int32 // rows of a bin
	counts []int32            // [bins × classes]
	score  []float64          // [classes]
	level  [maxViewBins]float64
}

// sides are the entropy terms of a class on the two sides of a split.
type sides struct{ left, right float64 }

// target is what a tree predicts.
type target struct {
	code    []uint16 // [n rows]
	codes   int
	ordered bool // codes ascend with values
	missing int  // code of a missing value in an ordered target, or -1
}

// classify gives each row of a node its class, of which there are no more than
// codes: each code that is present is one, except that an ordered target's are
// grouped into at most groups classes of equal mass, a heavy code taking its
// own. It returns the number of classes.
func (s *splitter) classify(y *target, rows []int32, groups int) int {
	if cap(s.class) < len(rows) {
		s.class = make([]uint16, len(rows))
	}
	s.class = s.class[:len(rows)]
	if cap(s.rank) < y.codes {
		s.rank = make([]int32, y.codes)
		s.total, s.left = make([]int32, y.codes), make([]int32, y.codes)
		s.score, s.terms = make([]float64, y.codes), make([]sides, y.codes)
	}
	rank := s.rank[:y.codes]
	clear(rank)
	for _, r := range rows {
		rank[y.code[r]]++
	}
	classes := int32(0)
	if !y.ordered {
		for k, n := range rank {
			rank[k] = classes
			if n > 0 {
				classes++
			}
		}
	} else {
		classes = group(rank, y.missing, groups, len(rows))
	}
	s.total, s.left = s.total[:classes], s.left[:classes]
	clear(s.total)
	for i, r := range rows {
		c := rank[y.code[r]]
		s.class[i] = uint16(c)
		s.total[c]++
	}
	return int(classes)
}

// group turns counts [codes] in place into the class of each code: up to
// groups classes of about equal mass, and one for the missing code.
func group(counts []int32, missing, groups, rows int) (classes int32) {
	absent := int32(0)
	if missing >= 0 {
		absent = counts[missing]
	}
	rest := float64(int32(rows) - absent)
	left := float64(groups)
	var mass float64
	for k, n := range counts {
		if k == missing {
			continue
		}
		if n > 0 && mass > 0 && left > 1 && mass+float64(n)/2 > (rest+mass)/left {
			classes++
			left--
			mass = 0
		}
		counts[k] = classes
		mass += float64(n)
		rest -= float64(n)
	}
	if mass > 0 {
		classes++
	}
	if missing >= 0 {
		counts[missing] = classes
		if absent > 0 {
			classes++
		}
	}
	return classes
}

// entropy returns the sum of n·log n over the classes of the node.
func (s *splitter) entropy() float64 {
	sum := 0.0
	for _, n := range s.total {
		sum += entropyTerm(n)
	}
	return sum
}

// count tabulates the classes of the rows by the bins of one view, which has so
// many bins, and lists those that occur in rising order.
func (s *splitter) count(bin []uint8, bins int, rows []int32) {
	classes := len(s.total)
	if cap(s.counts) < maxViewBins*classes {
		s.counts = make([]int32, maxViewBins*classes)
	}
	s.order = s.order[:0]
	if len(rows) < manyRows*bins {
		s.countFew(bin, bins, rows)
	} else {
		s.countMany(bin, bins, rows)
	}
	occur := s.order[:0]
	for _, b := range s.order {
		n := int32(0)
		for _, m := range s.countsOf(b) {
			n += m
		}
		s.rows[b] = n
		if n > 0 {
			occur = append(occur, b)
		}
	}
	s.order = occur
}

const manyRows = 4 // for each bin: then nearly all bins occur

// countMany counts all bins, in one pass over the rows.
func (s *splitter) countMany(bin []uint8, bins int, rows []int32) {
	classes := len(s.total)
	counts, class := s.counts[:bins*classes], s.class[:len(rows)]
	clear(counts)
	for i, r := range rows {
		counts[int(bin[r])*classes+int(class[i])]++
	}
	for b := range bins {
		s.at[b] = int32(b * classes)
		s.order = append(s.order, uint8(b))
	}
}

// countFew counts the bins that occur, side by side.
func (s *splitter) countFew(bin []uint8, bins int, rows []int32) {
	classes := len(s.total)
	if cap(s.own) < len(rows) {
		s.own = make([]uint8, len(rows))
	}
	own, class := s.own[:len(rows)], s.class[:len(rows)]
	var seen [maxViewBins]bool
	for i, r := range rows {
		own[i] = bin[r]
		seen[own[i]] = true
	}
	for b, occurs := range seen[:bins] {
		if occurs {
			s.at[b] = int32(len(s.order) * classes)
			s.order = append(s.order, uint8(b))
		}
	}
	counts := s.counts[:len(s.order)*classes]
	clear(counts)
	for i, b := range own {
		counts[s.at[b]+int32(class[i])]++
	}
}

func (s *splitter) countsOf(bin uint8) []int32 {
	at := int(s.at[bin])
	return s.counts[at : at+len(s.total)]
}

// arrange puts the bins of a view without order into the order of their score
// under reciprocal averaging: a bin scores the mean of its classes, a class the
// mean of its bins, a few times over, which finds the first axis along which
// bins and classes vary together.
//
// Reference: Hill (1974), Correspondence analysis: a neglected multivariate
// method.
func (s *splitter) arrange(ordered bool) {
	classes := len(s.total)
	score := s.score[:classes]
	turns := 4
	if ordered || classes == 2 {
		turns = 1 // the classes have an order already
	}
	for c := range score {
		score[c] = float64(c)
		if turns > 1 {
			_, score[c] = math.Modf(float64(c+1) * math.Phi)
		}
	}
	for turn := range turns {
		for _, b := range s.order {
			sum := 0.0
			for c, n := range s.countsOf(b) {
				sum += float64(n) * score[c]
			}
			s.level[b] = sum / float64(s.rows[b])
		}
		if turn < turns-1 {
			s.scoreClasses(score)
		}
	}
	slices.SortStableFunc(s.order, func(a, b uint8) int {
		switch {
		case s.level[a] < s.level[b]:
			return -1
		case s.level[a] > s.level[b]:
			return 1
		}
		return 0
	})
}

// scoreClasses sets the score of each class to the mean of its bins, then
// centres and scales the scores over the rows.
func (s *splitter) scoreClasses(score []float64) {
	clear(score)
	for _, b := range s.order {
		level := s.level[b]
		for c, n := range s.countsOf(b) {
			score[c] += float64(n) * level
		}
	}
	var mean, rows float64
	for c, n := range s.total {
		mean += score[c]
		rows += float64(n)
		score[c] /= float64(n)
	}
	mean /= rows
	variance := 0.0
	for c, n := range s.total {
		score[c] -= mean
		variance += float64(n) * score[c] * score[c]
	}
	scale := 1 / (math.Sqrt(variance/rows) + 1e-12)
	for c := range score {
		score[c] *= scale
	}
}

// scan tries the split after each bin of the order but the last. It returns the
// largest fall of the negative log-likelihood, in nats, if it exceeds least,
// and the place in the order of the last bin on the left.
func (s *splitter) scan(rows, minLeaf int, entropy, least float64) (gain float64, at int) {
	left, n := s.left, int32(0)
	clear(left)
	terms := s.terms[:len(left)]
	for c, m := range s.total {
		terms[c] = sides{0, entropyTerm(m)}
	}
	sumLeft, sumRight := 0.0, entropy
	constant := entropyTerm(int32(rows)) - entropy
	gain, at = least, -1
	for k, b := range s.order[:len(s.order)-1] {
		for c, m := range s.countsOf(b) {
			if m == 0 {
				continue
			}
			left[c] += m
			was := terms[c]
			is := sides{entropyTerm(left[c]), entropyTerm(s.total[c] - left[c])}
			sumLeft += is.left - was.left
			sumRight += is.right - was.right
			terms[c] = is
		}
		n += s.rows[b]
		if int(n) < minLeaf {
			continue
		}
		if rows-int(n) < minLeaf {
			break
		}
		if g := sumLeft + sumRight - entropyTerm(n) - entropyTerm(int32(rows)-n) + constant; g > gain {
			gain, at = g, k
		}
	}
	return gain, at
}
