package mixing

import (
	"context"
	"math"
	"math/rand/v2"

	"github.com/seed-64d012fb/mimic/internal/coded"
	"github.com/seed-64d012fb/mimic/rng"
)

// How a question is learned.
const (
	passesMost  = 6 // over the rows
	passesLeast = 2
	visits      = 100_000 // of rows that passes are made for
	firstRate   = .01     // step of the units, falling geometrically
	finalRate   = .001
	lastShare   = .1      // step of the last unit, as a share
	backoff     = 3       // rows that a context's fallback is worth
	rootRows    = .6      // rows that an even chance is worth to the context without features
	weightMax   = 4       // rows that the step for one row is worth, at most
	kept        = 1 << 16 // rows that are counted before the units pass over them
	together    = 8       // rows that units visit one after the other in every pass
)

// passesOver returns how many passes over that many rows are made: what the units
// learn depends on how many rows they have seen, whether again or not.
func passesOver(rows int) int {
	return min(max((visits+rows-1)/max(rows, 1), passesLeast), passesMost)
}

// design chooses what the predictor looks at among the fields before its own.
func (t *task) design(s *survey, l *lessons, r *rand.Rand) {
	p, order := t.p, l.chain.order
	codes := l.codes()
	asked, yes := s.asked(order[t.place], p.question)
	rows := int(min(t.rows, math.MaxInt32))
	most := max(1, min(cellsMost, rows/cellRows))
	ranked := s.ranked(asked, yes, order[:t.place])
	chain := s.chain(asked, yes, ranked, most)
	p.contexts = contextsOf(chain, ranked, codes, most, r)
	p.inputs = ranked[:min(len(ranked), inputMost)]
	sets := max(1, rows/setRows)
	gates := 1
	for _, f := range chain[:min(len(chain), gateMost)] {
		if gates*codes[f] > sets {
			break
		}
		gates *= codes[f]
		p.gate = append(p.gate, f)
	}
	classes := l.chain.classes.n
	if classes > sets {
		p.classless, classes = true, 1
	}
	start := make([]float32, p.width())
	for k := range len(p.contexts) + 1 {
		start[k] = 1 / float32(len(p.contexts)+1)
	}
	p.mixer = newMixer(p.width(), []int{1, gates, classes}, []int{1}, start)
}

// codes returns the number of codes of each feature.
func (l *lessons) codes() (codes []int) {
	for _, f := range l.v.fields {
		codes = append(codes, f.groups)
	}
	return append(codes, l.chain.classes.n, len(tallySteps)+1)
}

// examples are the rows that a question is asked about.
type examples struct {
	sight
	class  []uint8
	yes    []uint8
	own    []int16 // the mixture's logit
	weight []float32
}

// newExamples writes down what the predictor sees of the rows of d.
func newExamples(l *lessons, t *task, d *coded.Data, pre *prefixes) *examples {
	var (
		j    = l.chain.order[t.place]
		p    = t.p
		rows []int32
		e    examples
	)
	for i, code := range d.Codes[j] {
		if !p.asks(code) {
			continue
		}
		rows = append(rows, int32(i))
		yes := uint8(0)
		if code >= p.cut {
			yes = 1
		}
		e.yes = append(e.yes, yes)
		e.class = append(e.class, pre.class[t.place][i])
		e.own = append(e.own, pre.own[t.place][pre.at(t.place, i)+t.depth])
		e.weight = append(e.weight, float32(d.WeightOf(i)))
	}
	features := make([][]uint16, len(l.v.fields)+summaries)
	usual := make([]uint16, len(l.v.fields))
	grouped := func(f int) {
		if features[f] != nil {
			return
		}
		features[f] = make([]uint16, d.N)
		switch at := f - len(l.v.fields); at {
		case likelyClass:
			widen(features[f], pre.class[t.place])
		case tally:
			widen(features[f], pre.tally[t.place])
		default:
			usual[f] = l.v.fields[f].usualGroup()
			for i, c := range d.Codes[f] {
				features[f][i] = l.v.fields[f].group[c]
			}
		}
	}
	for _, c := range p.contexts {
		for _, f := range c.features {
			grouped(f)
		}
	}
	for _, f := range append(p.inputs, p.gate...) {
		grouped(f)
	}
	e.look(p, rows, features, l.codes(), usual)
	return &e
}

func widen(dst []uint16, src []uint8) {
	for i, v := range src {
		dst[i] = uint16(v)
	}
}

// learn counts the examples in their order, block by block. A row is looked up
// before it is counted, so that it is predicted by counts of other rows; what the
// counts said of a block's rows the units then pass over several times.
func (t *task) learn(ctx context.Context, e *examples, passes int, k rng.Key) {
	var (
		p        = t.p
		inputs   = p.mixer.inputs
		contexts = len(p.contexts)
		chances  = make([]float32, contexts)
		xs       = make([]float32, min(kept, len(e.yes))*inputs) // [rows of the block][inputs]
		z        [units]float32
		selected selection
		n        = len(e.yes)
		random   = rand.New(k.Stream(0))
	)
	t.counts = make([][2]float32, p.cells())
	decay := math.Pow(finalRate/firstRate, 1/float64(max(1, passes*n)))
	rate := float64(firstRate)
	for lo := 0; lo < n && ctx.Err() == nil; lo += kept {
		rows := min(kept, n-lo)
		for r := range rows {
			x, i := xs[r*inputs:][:inputs], lo+r
			cells := e.cells[i*contexts:][:contexts]
			for k, cell := range cells {
				c := &p.contexts[k]
				chances[k], x[k] = chance(t.counts[c.first+int(cell)], c.back, chances)
			}
			p.fill(x, float32(e.own[i])/fine, e.bits[i])
			for k, cell := range cells {
				t.counts[p.contexts[k].first+int(cell)][e.yes[i]] += e.weight[i]
			}
		}
		order := make([]int, (rows+together-1)/together)
		for g := range order {
			order[g] = g * together
		}
		for range passes {
			random.Shuffle(len(order), func(a, b int) { order[a], order[b] = order[b], order[a] })
			for _, first := range order {
				for r := first; r < min(first+together, rows); r++ {
					rate *= decay
					x, i := xs[r*inputs:][:inputs], lo+r
					selected.units[1], selected.units[2] = p.selected(e.gate[i], uint16(e.class[i]))
					p.predict(z[:], x, &selected)
					step := float32(rate) * min(e.weight[i], weightMax)
					p.mixer.learn(z[:], x, &selected, float32(e.yes[i]), step, step*lastShare)
				}
			}
		}
	}
	for _, w := range p.weights() {
		for i := range w {
			w[i] = float32(quantise(w[i], fineWeight)) / fineWeight
		}
	}
}

// count adds the examples to the counts.
func (t *task) count(e *examples) {
	contexts := len(t.p.contexts)
	for i, yes := range e.yes {
		for k, cell := range e.cells[i*contexts:][:contexts] {
			t.counts[t.p.contexts[k].first+int(cell)][yes] += e.weight[i]
		}
	}
}

// chance returns the probability of yes that a cell's counts of no and yes say,
// and its logit: p = (n₁ + 3·p_back) / (n + 3).
func chance(n [2]float32, back int, chances []float32) (p, logit float32) {
	prior, worth := float32(.5), float32(rootRows)
	if back >= 0 {
		prior, worth = chances[back], backoff
	}
	yes := n[1] + float32(worth*prior)
	no := n[0] + float32(worth*(1-prior))
	return yes / (yes + no), clamp(logarithm(yes) - logarithm(no))
}

// freeze keeps what the counts say, in the precision in which it is written.
func (t *task) freeze() {
	p := t.p
	chances := make([]float32, len(t.counts))
	p.logits = make([]float32, len(t.counts))
	var own [1]float32
	for _, c := range p.contexts {
		for i := range c.cells {
			back := -1
			if c.back >= 0 {
				b := p.contexts[c.back]
				back, own[0] = 0, chances[b.first+i%b.cells]
			}
			var logit float32
			chances[c.first+i], logit = chance(t.counts[c.first+i], back, own[:])
			p.logits[c.first+i] = float32(quantise(logit, fine)) / fine
		}
	}
}
