package descent

// Tensor is an array of parameters and what is known of their gradients.
//
// The gradient of a dense tensor is taken to be nowhere zero, and Adam moves all
// of it with every step. A tensor in rows, such as a table of embeddings, costs
// for the rows that a mini-batch touches alone: for a row, only the steps that
// touch it count, and it has no first moment. (Were its second moment to decay
// with every step, a rare row's would be that of its last gradient, and its steps
// would follow the sign of the gradient and not its mean.)
type Tensor struct {
	W     []float32
	Width int     // length of a row, which divides len(W); 0 for a dense tensor
	Decay float32 // share of a weight that goes with a step, times the rate

	m, v    []float32
	touches []int64   // [rows] steps that touched the row
	best    []float32 // at the best validation
}

func (t *Tensor) rows() int { return len(t.W) / t.Width }

func (t *Tensor) prepare() {
	t.v = make([]float32, len(t.W))
	if t.Width == 0 {
		t.m = make([]float32, len(t.W))
	} else {
		t.touches = make([]int64, t.rows())
	}
}

func (t *Tensor) release() { t.m, t.v, t.touches, t.best = nil, nil, nil, nil }

// Gradient is that of one lane.
type Gradient struct{ parts []part }

// part is the gradient of one tensor.
type part struct {
	g       []float32
	width   int
	touched []uint64 // [rows/64] bit set
}

func newGradient(tensors []*Tensor) Gradient {
	g := Gradient{make([]part, len(tensors))}
	for i, t := range tensors {
		g.parts[i].g = make([]float32, len(t.W))
		if g.parts[i].width = t.Width; t.Width > 0 {
			g.parts[i].touched = make([]uint64, words(t.rows()))
		}
	}
	return g
}

// words returns how many words a set of rows takes.
func words(rows int) int { return (rows + 63) / 64 }

// Dense returns the gradient of tensor i, a dense one, to add to.
func (g *Gradient) Dense(i int) []float32 { return g.parts[i].g }

// Row returns the gradient of a row of tensor i, to add to.
func (g *Gradient) Row(i, row int) []float32 {
	p := &g.parts[i]
	p.touched[row>>6] |= 1 << (row & 63)
	return p.g[row*p.width:][:p.width]
}

// NewGradient returns a gradient of zeros, to look at what an Objective adds.
func NewGradient(tensors []*Tensor) Gradient { return newGradient(tensors) }

// At returns the gradient of weight w of tensor i.
func (g *Gradient) At(i, w int) float32 { return g.parts[i].g[w] }
