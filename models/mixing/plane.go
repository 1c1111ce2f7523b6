package mixing

import (
	"math"
	"math/bits"
)

// plane answers one question of a pixel's value: whether it is 0, or, of a value
// that is not, one of its bits given those above.
type plane struct {
	depth  int         // 0 for whether it is 0, 1 for the most significant bit, …
	slots  [][]uint16  // [contexts][slots], check<<8 | state
	shift  uint        // of a hash, to the number of a slot
	logits [][]float32 // [contexts][states]
	*mixer
}

// The inputs of a plane are the logits of its contexts' states and a constant.
const planeConstant = .4

func planeWidth(contexts int) int { return (contexts + 1 + 7) &^ 7 }

// planesOf returns how many planes tell values of so many levels.
func planesOf(levels int) int { return 1 + bits.Len(uint(levels-1)) }

// asks reports whether the plane of a depth, of planes, is asked about a value
// whose bits above are prefix: whether both answers are open.
func asks(depth, planes, levels, prefix int) bool {
	if depth == 0 {
		return true
	}
	return zeroOpen(depth, planes, prefix) && (2*prefix+1)<<(planes-1-depth) < levels
}

// zeroOpen reports whether a bit can be 0: not where all bits would be.
func zeroOpen(depth, planes, prefix int) bool { return prefix > 0 || depth < planes-1 }

// hash returns the number of a slot before its shift, and the check, of a
// context's key and a node.
func hash(key uint64, context, node int) (h uint64, check uint16) {
	h = (key ^ uint64(node)<<52) * 0x9E3779B97F4A7C15
	h ^= h >> 32
	h = (h + uint64(context)) * 0xD6E8FEB86659FD93
	h ^= h >> 29
	h *= 0xBF58476D1CE4E5B9
	return h, uint16(h>>32&0xff | 1)
}

// find returns the state of a context's slot, 0 where it has none.
func (p *plane) find(context int, key uint64, node int) uint8 {
	h, check := hash(key, context, node)
	slots, i := p.slots[context], h>>p.shift
	if v := slots[i]; v>>8 == check {
		return uint8(v)
	}
	if v := slots[i^1]; v>>8 == check {
		return uint8(v)
	}
	return 0
}

// choose sets the selectors of the mixer.
func (s *surroundings) choose(at *selection, node int) {
	at.units = [4]int{node, s.mask, s.place, node*16 + s.activity}
	at.last = [2]int{node, s.block}
}

// nodes returns how many prefixes a plane's questions have.
func nodes(depth int) int { return 1 << max(0, depth-1) }

// sizes returns how many sets of weights the units of a plane choose from.
func (g *geometry) sizes(depth int) (units, last []int) {
	n := nodes(depth)
	return []int{n, 1 << 8, g.places, n * 16}, []int{n, blocks}
}

// answer returns the logit of yes about the next pixel of c, whose surroundings
// are s, given the bits above.
func (p *plane) answer(c *canvas, s *surroundings, node int, x []float32) float32 {
	s.ask(c, p.depth, node)
	p.see(x, s, node, 0, len(p.slots))
	return p.mixed(x, s, node)
}

// see sets the inputs of contexts from, …, to-1.
func (p *plane) see(x []float32, s *surroundings, node, from, to int) {
	for k := from; k < to; k++ {
		x[k] = p.logits[k][p.find(k, s.keys[k], node)]
	}
}

// mixed returns the logit of yes for inputs x.
func (p *plane) mixed(x []float32, s *surroundings, node int) float32 {
	x[len(p.slots)] = planeConstant
	var (
		z  [4]float32
		at selection
	)
	s.choose(&at, node)
	return p.predict(z[:], x, &at)
}

// A state is a pair of counts, no and yes, as far as it matters: few counts by
// steps, many by their ratio.
const (
	fewCounts  = 60
	states     = 256
	ratioParts = 7 // of a nat
	most       = 4090
)

var countSteps = [...]int{0, 1, 2, 3, 4, 5, 7, 10, 15, 23, 41}

// fewStates holds the state of each pair with few counts, logCounts the logs of
// counts that ratios are made of.
var fewStates, logCounts = func() (few [fewCounts + 1][fewCounts + 1]uint8, logs [most + 2]float32) {
	var step [fewCounts + 1]int
	for n := range step {
		for k, from := range countSteps {
			if n >= from {
				step[n] = k
			}
		}
	}
	for no := range few {
		for yes := range few[no] {
			few[no][yes] = uint8(step[no]*len(countSteps) + step[yes])
		}
	}
	for n := range logs {
		logs[n] = float32(math.Log(float64(n) + .4))
	}
	return few, logs
}()

const firstRatio = len(countSteps) * len(countSteps)

// stateOf returns the state of counts.
func stateOf(no, yes uint32) uint8 {
	if no+yes <= fewCounts {
		return fewStates[no][yes]
	}
	return uint8(firstRatio + int((logCounts[yes]-logCounts[0]+logCounts[most]-logCounts[no])*ratioParts))
}

// startOf returns the probability of yes that a state begins with.
func startOf(state int) float32 {
	if state < firstRatio {
		middle := [...]float32{0, 1, 2, 3, 4, 6, 8.5, 12, 18, 30, 50}
		no, yes := middle[state/len(countSteps)], middle[state%len(countSteps)]
		return (yes + .4) / (no + yes + .8)
	}
	return probability((float32(state-firstRatio)+.5)/ratioParts - (logCounts[most] - logCounts[0]))
}
