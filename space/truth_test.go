package space

import "testing"

func TestTruth(t *testing.T) {
	for _, c := range []struct {
		kind    Kind
		levels  []string
		no, yes int32
		ok      bool
		literal bool // TrueFalse
	}{
		{Bool, []string{"false", "true"}, 0, 1, true, true},
		{Bool, []string{"TRUE", "False"}, 1, 0, true, true},
		{Bool, []string{"Yes", "No"}, 1, 0, true, false},
		{Bool, []string{"0", "1"}, 0, 1, true, false},
		{Bool, []string{"Female", "Male"}, 0, 0, false, false},
		{Bool, []string{"yes"}, 0, 0, false, false},
		{Category, []string{"false", "true"}, 0, 0, false, false},
		{Category, []string{"true"}, 0, 0, false, true},
		{Category, []string{"TRUE"}, 0, 0, false, false},
		{Category, []string{"yes"}, 0, 0, false, false},
	} {
		f := &Field{Kind: c.kind, Levels: c.levels}
		no, yes, ok := f.Truth()
		if no != c.no || yes != c.yes || ok != c.ok || f.TrueFalse() != c.literal {
			t.Errorf("%v %q: %d, %d, %v, %v", c.kind, c.levels, no, yes, ok, f.TrueFalse())
		}
	}
}
