package compare

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed-64d012fb/mimic/table"
)

// TestCurves: from few rows to all, each curve falls, ends where a fit to all
// rows is, and none is worse than a constant in the end.
func TestCurves(t *testing.T) {
	train, held := planted(400, .8, 1), planted(800, .8, 2)
	c, err := Run(t.Context(), train, held, ladder(t, "a", "independent", "naivebayes", "chowliu"), Options{Label: "a", Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, k := range c.Curves {
		names = append(names, k.Name)
		first, last := k.Points[0], k.Points[len(k.Points)-1]
		if k.Err != nil || len(k.Points) != 6 || first.Rows != 16 || last.Rows != 400 || first.Repeats != 10 || last.Repeats != 1 {
			t.Errorf("%s: %+v", k.Name, k)
		}
		if !(last.LogLoss < first.LogLoss) || !(last.LogLoss < c.Constant.LogLoss-0.1) {
			t.Errorf("%s: log-loss %v at first, %v in the end, %v of a constant", k.Name, first.LogLoss, last.LogLoss, c.Constant.LogLoss)
		}
		for _, r := range c.Rungs {
			if r.Kind == k.Name && math.Abs(r.Label.LogLoss-last.LogLoss) > 0.02 {
				t.Errorf("%s: the curve ends at %v, the rung is at %v", k.Name, last.LogLoss, r.Label.LogLoss)
			}
		}
	}
	// independent tells nothing of a, and has no curve.
	if want := []string{"naivebayes", "chowliu", Unpenalised, Regression, Boosting}; !slices.Equal(names, want) {
		t.Errorf("curves %q, want %q", names, want)
	}
	if words := c.CurveWords(); len(words) < 2 || !strings.HasPrefix(words[1], "By log-loss, naivebayes ") || !strings.HasPrefix(words[0], "By accuracy, naivebayes ") {
		t.Errorf("%q", words)
	}
	if n := c.Sizes(); !slices.Equal(n, []int{16, 32, 64, 128, 256, 400}) {
		t.Errorf("sizes %v", n)
	}
}

// TestAbsentLevels: a level that training rows do not have is improbable, not
// impossible, and the levels sum to 1; so do they with one class alone.
func TestAbsentLevels(t *testing.T) {
	rows, held := planted(40, .5, 1), planted(20, .5, 2)
	var some []int
	for i, code := range rows.All().Cols[0].Code {
		if code == 1 || code == 3 {
			some = append(some, i)
		}
	}
	var one []int
	for _, i := range some {
		if rows.All().Cols[0].Code[i] == 3 {
			one = append(one, i)
		}
	}
	for name, learn := range map[string]learner{"regression": discriminative(0, regression), "free": discriminative(0, unpenalised), "boosting": discriminative(0, boosting)} {
		for _, train := range []*table.Table{rows.Select(some), rows.Select(one)} {
			logp, err := learn(t.Context(), train, held)
			if err != nil {
				t.Fatal(err)
			}
			for i := range held.All().N {
				sum := 0.0
				for y := range logp {
					sum += math.Exp(logp[y][i])
				}
				if want := 0.25 / float64(train.Rows()+1); math.Abs(sum-1) > 1e-9 || math.Abs(math.Exp(logp[0][i])-want) > 1e-12 {
					t.Errorf("%s of %d rows: p sums to %v, p of an absent level %v, want %v", name, train.Rows(), sum, math.Exp(logp[0][i]), want)
				}
			}
		}
	}
}

// TestTimeIsUp: a curve ends where its next point has no time left, and says so.
func TestTimeIsUp(t *testing.T) {
	train, held := planted(3000, .6, 1), planted(100, .6, 2)
	slow := func() *student {
		return &student{Curve: Curve{Name: "slow"}, learn: discriminative(0, regression), last: time.Hour, rows: 16}
	}
	s := slow()
	if err := s.point(t.Context(), "a", train, held, 32, time.Now().Add(time.Minute), 1, 1); err != nil || s.Err != errTime || len(s.Points) != 0 {
		t.Errorf("%+v, error %v", s.Curve, err)
	}
	s = slow()
	if err := s.point(t.Context(), "a", train, held, 32, time.Time{}, 1, 1); err != nil || s.Err != nil || len(s.Points) != 1 {
		t.Errorf("without a limit: %+v, error %v", s.Curve, err)
	}
}

func TestSizes(t *testing.T) {
	for _, c := range []struct {
		n, levels int
		want      []int
	}{
		{1, 2, []int{1}},
		{20, 2, []int{20}},
		{24, 2, []int{16, 24}},
		{100, 10, []int{64, 100}},
		{90, 2, []int{16, 32, 64, 90}},
	} {
		if got := sizes(c.n, c.levels); !slices.Equal(got, c.want) {
			t.Errorf("sizes of %d rows, %d levels: %v, want %v", c.n, c.levels, got, c.want)
		}
	}
}

func TestRace(t *testing.T) {
	curve := func(accuracy ...float64) *Curve {
		c := &Curve{Name: "it"}
		for i, a := range accuracy {
			c.Points = append(c.Points, Point{Rows: 1000 << i, Accuracy: a})
		}
		return c
	}
	other := curve(.5, .6, .7)
	for _, c := range []struct {
		a    *Curve
		want string
	}{
		{curve(.6, .5, .6), "starts ahead of it (0.600 to 0.500 at 1,000 rows) and is overtaken at 2,000 rows (0.600 to 0.700 at 4,000 rows)"},
		{curve(.4, .5, .8), "starts behind it (0.400 to 0.500 at 1,000 rows) and overtakes it at 4,000 rows (0.800 to 0.700 at 4,000 rows)"},
		{curve(.6, .7, .8), "is ahead of it all along (0.600 to 0.500 at 1,000 rows, 0.800 to 0.700 at 4,000 rows)"},
		{curve(.4, .5, .6), "is behind it all along (0.400 to 0.500 at 1,000 rows, 0.600 to 0.700 at 4,000 rows)"},
		{curve(.6, .5, .8), "starts and ends ahead of it, but not all along (0.600 to 0.500 at 1,000 rows, 0.800 to 0.700 at 4,000 rows)"},
		{curve(.4, .7, .6), "starts and ends behind it, but not all along (0.400 to 0.500 at 1,000 rows, 0.600 to 0.700 at 4,000 rows)"},
	} {
		if got := race(c.a, other, func(p *Point) float64 { return p.Accuracy }); got != c.want {
			t.Errorf("%q\nwant %q", got, c.want)
		}
	}
}
