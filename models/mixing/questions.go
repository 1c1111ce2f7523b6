package mixing

import "math"

// question asks of a field's code that is in [lo, hi) whether it is in
// [cut, hi). The questions of a field are the inner nodes of a binary tree whose
// leaves are its codes, so that whatever the probabilities of yes, those of the
// codes sum to one. A field of two codes has one question.
type question struct {
	lo, cut, hi uint16
}

// asks reports whether the question is asked about the code.
func (q question) asks(code uint16) bool { return code >= q.lo && code < q.hi }

// questionsOf returns the questions of a field, a question before those that it
// leads to, given the number of rows with each code. Codes are divided where the
// rows are, so that frequent codes are known after few questions.
func questionsOf(rows []float64) []question {
	var tree []question
	var divide func(lo, hi int)
	divide = func(lo, hi int) {
		if hi-lo < 2 {
			return
		}
		total := 0.0
		for _, r := range rows[lo:hi] {
			total += r
		}
		cut, least, below := lo+1, math.Inf(1), 0.0
		for c := lo + 1; c < hi; c++ {
			below += rows[c-1]
			if uneven := math.Abs(total - 2*below); uneven < least {
				cut, least = c, uneven
			}
		}
		tree = append(tree, question{uint16(lo), uint16(cut), uint16(hi)})
		divide(lo, cut)
		divide(cut, hi)
	}
	divide(0, len(rows))
	return tree
}

// tree reports whether questions are the inner nodes of a binary tree whose
// leaves are the codes [lo, hi), in the order of questionsOf, and returns those
// left over.
func tree(questions []question, lo, hi uint16) (rest []question, ok bool) {
	if hi-lo < 2 {
		return questions, true
	}
	if len(questions) == 0 {
		return nil, false
	}
	q := questions[0]
	if q.lo != lo || q.hi != hi || q.cut <= lo || q.cut >= hi {
		return nil, false
	}
	if rest, ok = tree(questions[1:], lo, q.cut); !ok {
		return nil, false
	}
	return tree(rest, q.cut, hi)
}

// paths returns how many questions are asked about each of so many codes.
func paths(questions []question, codes int) []int {
	depth := make([]int, codes)
	for _, q := range questions {
		for c := q.lo; c < q.hi; c++ {
			depth[c]++
		}
	}
	return depth
}
