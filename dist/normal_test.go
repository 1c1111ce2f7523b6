package dist

import (
	"encoding/json"
	"math"
	"os"
	"testing"
)

// TestNormalLogMass compares with mpmath at 60 digits, from the middle to the
// far tails and from wide cells to the narrowest (internal/refgen/dist).
func TestNormalLogMass(t *testing.T) {
	var ref struct {
		Cells [][3]float64 `json:"normal_log_mass"` // a, b, log mass
	}
	readReference(t, &ref)
	if len(ref.Cells) < 200 {
		t.Fatalf("%d reference cells", len(ref.Cells))
	}
	for _, c := range ref.Cells {
		a, b, want := c[0], c[1], c[2]
		got := NormalLogMass(a, b)
		if math.Abs(got-want) > 1e-12*max(1, math.Abs(want)) {
			t.Errorf("log mass of [%v, %v] = %v, want %v", a, b, got, want)
		}
		if mirror := NormalLogMass(-b, -a); mirror != got {
			t.Errorf("log mass of [%v, %v] = %v, of its mirror image %v", a, b, got, mirror)
		}
	}
}

func readReference(t *testing.T, v any) {
	t.Helper()
	text, err := os.ReadFile("testdata/reference.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, v); err != nil {
		t.Fatal(err)
	}
}
