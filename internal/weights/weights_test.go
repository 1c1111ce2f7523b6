package weights

import (
	"math"
	"testing"
)

func once(int) float64 { return 1 }

// TestClosedForm: where parts explain different rows, the weights are the shares
// of the rows.
func TestClosedForm(t *testing.T) {
	none := math.Inf(-1)
	logs := [][]float64{{-1, -1, -1, none}, {none, none, none, -2000}}
	w, mean := Fit(logs, func(i int) float64 { return []float64{1, 2, 3, 2}[i] })
	if want := (6. + 1) / (8 + 2); math.Abs(w[0]-want) > 1e-5 || math.Abs(w[0]+w[1]-1) > 1e-12 {
		t.Errorf("weights %v, want %v and the rest", w, want)
	}
	if want := (6*(math.Log(w[0])-1) + 2*(math.Log(w[1])-2000)) / 8; math.Abs(mean-want) > 1e-9 {
		t.Errorf("mean %v, want %v", mean, want)
	}
}

// TestImpossible: a row that no part explains leaves the weights as they were
// without it.
func TestImpossible(t *testing.T) {
	none := math.Inf(-1)
	logs := [][]float64{{-1, -3, none}, {-2, -1, none}}
	w, mean := Fit(logs, once)
	if !math.IsInf(mean, -1) {
		t.Errorf("mean %v of rows of which one is impossible", mean)
	}
	want, _ := Fit([][]float64{logs[0][:2], logs[1][:2]}, once)
	for k := range w {
		if w[k] != want[k] {
			t.Errorf("weights %v, without the impossible row %v", w, want)
		}
	}
	if w, mean := Fit([][]float64{{none}, {none}}, once); w[0] != .5 || w[1] != .5 || !math.IsInf(mean, -1) {
		t.Errorf("of an impossible row alone the weights are %v and the mean is %v", w, mean)
	}
}

// TestMaximum: no weights nearby are better.
func TestMaximum(t *testing.T) {
	logs := [][]float64{make([]float64, 50), make([]float64, 50), make([]float64, 50)}
	for i := range 50 {
		for k := range logs {
			logs[k][i] = 3 * math.Sin(float64(1+7*i+50*k*k))
		}
	}
	objective := func(w []float64) (sum float64) {
		for i := range 50 {
			p := 0.0
			for k, l := range logs {
				p += w[k] * math.Exp(l[i])
			}
			sum += math.Log(p)
		}
		for _, x := range w {
			sum += math.Log(x)
		}
		return sum
	}
	w, _ := Fit(logs, once)
	best := objective(w)
	for k := range w {
		for l := range w {
			near := append([]float64(nil), w...)
			near[k] += .01 * w[l]
			near[l] -= .01 * w[l]
			if k != l && objective(near) > best {
				t.Errorf("weights %v are better than %v", near, w)
			}
		}
	}
}
