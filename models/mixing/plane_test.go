package mixing

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/seed-64d012fb/mimic/space"
)

// TestValueCode tells values by planes that answer at random: whatever they say,
// the probabilities of all values sum to one, and none is told in two ways.
func TestValueCode(t *testing.T) {
	for levels := 2; levels <= space.MaxLevels; levels++ {
		g := newGeometry(&space.Image{Width: 1, Height: 1, Channels: 1, Levels: levels})
		planes := planesOf(levels)
		r := rand.New(rand.NewPCG(uint64(levels), 1))
		answers := map[[2]int]float64{}
		sum := 0.0
		told := map[string]bool{}
		for v := range levels {
			p, code := 1.0, ""
			for depth := range planes {
				prefix, yes := g.digit(v, depth)
				if depth > 0 && v == 0 || !asks(depth, planes, levels, prefix) {
					continue
				}
				question := [2]int{depth, prefix}
				if _, met := answers[question]; !met {
					answers[question] = r.Float64()
				}
				if yes {
					p, code = p*answers[question], code+"1"
				} else {
					p, code = p*(1-answers[question]), code+"0"
				}
			}
			if told[code] {
				t.Fatalf("%d levels: %d has the code %s of another value", levels, v, code)
			}
			told[code] = true
			sum += p
		}
		if math.Abs(sum-1) > 1e-12 {
			t.Fatalf("%d levels: the probabilities of all values sum to %v", levels, sum)
		}
		if want := levels - 1; len(answers) != want {
			t.Fatalf("%d levels: %d questions, of which %d are enough", levels, len(answers), want)
		}
	}
}

// TestFrozen compares what a plane that learns would predict next with what it
// answers once it is frozen, whose weights are rounded.
func TestFrozen(t *testing.T) {
	g := newGeometry(&space.Image{Width: 6, Height: 6, Channels: 1, Levels: 8})
	a := newApprentice(&g, 1, withoutLabel, 12)
	c := newCanvas(g)
	var s surroundings
	r := rand.New(rand.NewPCG(1, 1))
	draw := func(learn func(x, y, value int)) {
		c.begin()
		for y := range 6 {
			for x := range 6 {
				value := min(r.IntN(3)+x, 7)
				if value > 0 {
					s.look(c, x, y, 0)
					learn(x, y, value)
				}
				c.put(x, y, value)
			}
		}
	}
	for range 200 {
		draw(func(x, y, value int) {
			prefix, yes := g.digit(value, 1)
			a.learn(c, &s, prefix, yes, .002)
		})
	}
	x := make([]float32, a.inputs)
	draw(func(_, _, value int) {
		prefix, _ := g.digit(value, 1)
		copied := *a.plane
		frozen := (&apprentice{plane: &copied, counts: a.counts}).freeze()
		if got, want := frozen.answer(c, &s, prefix, x), a.learn(c, &s, prefix, true, 0); math.Abs(float64(got-want)) > .01 {
			t.Fatalf("frozen, the plane answers %v, and %v before", got, want)
		}
	})
}
