package space

import "testing"

func TestTruth(t *testing.T) {
	for _, c := range []struct {
		kind    Kind
		levels  []string
		no, yes int32
		ok      bool
	}{
		{Bool, []string{"false", "true"}, 0, 1, true},
		{Bool, []string{"Yes", "No"}, 1, 0, true},
		{Bool, []string{"0", "1"}, 0, 1, true},
		{Bool, []string{"Female", "Male"}, 0, 0, false},
		{Bool, []string{"yes"}, 0, 0, false},
		{Category, []string{"false", "true"}, 0, 0, false},
	} {
		no, yes, ok := (&Field{Kind: c.kind, Levels: c.levels}).Truth()
		if no != c.no || yes != c.yes || ok != c.ok {
			t.Errorf("%v %q: %d, %d, %v", c.kind, c.levels, no, yes, ok)
		}
	}
}
