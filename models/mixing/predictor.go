package mixing

// predictor answers one question from the features of a prefix.
type predictor struct {
	question
	contexts []backed
	inputs   []int // fields that are inputs: whether their code is unusual
	gate     []int // fields whose groups select the weights of the second unit
	// classless says that too few rows ask the question for weights of its own
	// for each class.
	classless bool
	*mixer
	logits []float32 // [cells], what the counts of each cell say
}

// The inputs of a mixer are the logits of the contexts, the mixture's own logit,
// a constant, and the input fields.
const (
	constant = .3
	unusual  = .7  // input of an unusual code
	common   = -.3 // of the usual one
)

// The units: without a selector, by the gate, by the most probable class.
const units = 3

// width returns the number of inputs, rounded up so that vectors are full.
func (p *predictor) width() int { return (len(p.contexts) + 2 + len(p.inputs) + 7) &^ 7 }

// cells returns the number of cells of all contexts.
func (p *predictor) cells() int {
	if len(p.contexts) == 0 {
		return 0
	}
	last := p.contexts[len(p.contexts)-1]
	return last.first + last.cells
}

// fill sets the inputs that follow the logits of the contexts.
func (p *predictor) fill(x []float32, own float32, bits uint32) {
	x = x[len(p.contexts):]
	x[0], x[1] = own, constant
	for x = x[2:][:len(p.inputs)]; len(x) > 0; bits >>= 8 {
		x = x[copy(x, inputsOf[bits&255][:]):]
	}
}

// inputsOf holds the inputs of eight fields, of which some are unusual.
var inputsOf = func() (t [256][8]float32) {
	for bits := range t {
		for k := range t[bits] {
			t[bits][k] = common
			if bits>>k&1 != 0 {
				t[bits][k] = unusual
			}
		}
	}
	return t
}()

// selected returns the weights of the second and the third unit.
func (p *predictor) selected(gate, class uint16) (byGate, byClass int) {
	if p.classless {
		class = 0
	}
	return int(gate), int(class)
}

// sight is what a predictor sees of some rows.
type sight struct {
	cells []uint16 // [rows][contexts], the cell within the context
	gate  []uint16 // [rows], the weights that the gate chooses
	bits  []uint32 // [rows], which of the input fields are unusual
}

func (s *sight) size(rows, contexts int) {
	if cap(s.gate) < rows {
		s.gate, s.bits = make([]uint16, rows), make([]uint32, rows)
	}
	s.gate, s.bits = s.gate[:rows], s.bits[:rows]
	if cap(s.cells) < rows*contexts {
		s.cells = make([]uint16, rows*contexts)
	}
	s.cells = s.cells[:rows*contexts]
}

// look sets s to what p sees of the given rows of features [features][·], of
// which each has so many codes, and that usual is the code of for inputs.
func (s *sight) look(p *predictor, rows []int32, features [][]uint16, codes []int, usual []uint16) {
	k := len(p.contexts)
	s.size(len(rows), k)
	for at := range p.contexts {
		c := &p.contexts[at]
		known, stride := 0, 1
		if c.back >= 0 {
			b := &p.contexts[c.back]
			known, stride = len(b.features), b.cells
			for i := range rows {
				s.cells[i*k+at] = s.cells[i*k+c.back]
			}
		} else {
			for i := range rows {
				s.cells[i*k+at] = 0
			}
		}
		for _, f := range c.features[known:] {
			column := features[f]
			for i, r := range rows {
				s.cells[i*k+at] += uint16(stride) * column[r]
			}
			stride *= codes[f]
		}
	}
	clear(s.gate)
	stride := 1
	for _, f := range p.gate {
		column := features[f]
		for i, r := range rows {
			s.gate[i] += uint16(stride) * column[r]
		}
		stride *= codes[f]
	}
	clear(s.bits)
	for b, f := range p.inputs {
		column, usual := features[f], usual[f]
		for i, r := range rows {
			if column[r] != usual {
				s.bits[i] |= 1 << b
			}
		}
	}
}
