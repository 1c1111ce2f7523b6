package mixing

import "sync"

// chunk is the number of rows that are scored or sampled side by side.
const chunk = 256

// scratch is what a chunk of rows needs.
type scratch struct {
	rows     int
	features [][]uint16 // [fields + summaries][rows] of the prefix
	codes    []int      // [features], their number
	usual    []uint16   // [fields], the usual group
	at       []float32  // [rows][classes], their probabilities given the prefix
	unusual  [chunk]int // codes of the prefix
	log      [chunk]float64
	asked    []int32 // rows that a question is asked about
	sight    sight
	x        []float32
	logit    []float32 // [asked], the answers
	lo, hi   [chunk]uint16
	u        [chunk]float64
	p        []float64 // [codes]
}

var scratches = sync.Pool{New: func() any { return new(scratch) }}

// start makes s ready for so many rows along c.
func (s *scratch) start(v *vector, c *chain, rows int) {
	s.rows = rows
	for len(s.features) < len(v.fields)+summaries {
		s.features = append(s.features, make([]uint16, chunk))
	}
	s.features = s.features[:len(v.fields)+summaries]
	s.codes, s.usual = s.codes[:0], s.usual[:0]
	for _, f := range v.fields {
		s.codes = append(s.codes, f.groups)
		s.usual = append(s.usual, f.usualGroup())
	}
	s.codes = append(s.codes, c.classes.n, len(tallySteps)+1)
	if n := chunk * c.classes.n; len(s.at) < n {
		s.at = make([]float32, n)
	}
	for i := range rows {
		copy(s.at[i*c.classes.n:], c.classes.prior)
	}
	clear(s.unusual[:])
	clear(s.log[:])
}

// summarise sets the features that sum the prefixes up.
func (s *scratch) summarise(c *chain) {
	n, fields := c.classes.n, len(s.features)-summaries
	class, sum := s.features[fields+likelyClass], s.features[fields+tally]
	for i := range s.rows {
		class[i] = likely(s.at[i*n : (i+1)*n])
		sum[i] = tallyCode(s.unusual[i])
	}
}

// observe appends the codes of a field to the prefixes.
func (s *scratch) observe(v *vector, c *chain, j int, codes []uint16) {
	n := c.classes.n
	f := &v.fields[j]
	for i, code := range codes {
		c.classes.observe(s.at[i*n:(i+1)*n], j, code)
		if code != f.usual {
			s.unusual[i]++
		}
		s.features[j][i] = f.group[code]
	}
}

// answer sets logit [asked] to the answers of p about field j of the rows asked.
func (s *scratch) answer(c *chain, p *predictor, j int) {
	if cap(s.x) < p.mixer.inputs {
		s.x = make([]float32, 2*p.mixer.inputs)
	}
	s.sight.look(p, s.asked, s.features, s.codes, s.usual)
	x, k, n := s.x[:p.mixer.inputs], len(p.contexts), c.classes.n
	clear(x)
	class := s.features[len(s.features)-summaries+likelyClass]
	s.logit = s.logit[:0]
	var (
		z        [units]float32
		selected selection
	)
	for i, row := range s.asked {
		for at, cell := range s.sight.cells[i*k : (i+1)*k] {
			x[at] = p.logits[p.contexts[at].first+int(cell)]
		}
		own := c.classes.logit(s.at[int(row)*n:(int(row)+1)*n], j, p.question)
		p.fill(x, own, s.sight.bits[i])
		selected.units[1], selected.units[2] = p.selected(s.sight.gate[i], class[row])
		s.logit = append(s.logit, p.predict(z[:], x, &selected))
	}
}
