package space

import "testing"

func TestWholeIDs(t *testing.T) {
	for pattern, want := range map[string]bool{
		"{1..}": true, "{0..}": true, "{400..}": true, "7{400..}": true, "[1-9][0-9]{7}": true, "[0-9]": true, "7{001..}": true, "20[0-9]{4}": true,
		"": false, "{0301..}": false, "[0-9]{8}": false, "0[1-9]": false, "[0-9a-f]{8}": false, "id-{1..}": false,
		"[1-9][0-9]{18}": false, "[1-9]{3}-[0-9]": false, "[": false,
	} {
		if got := (&Field{Kind: ID, Pattern: pattern}).WholeIDs(); got != want {
			t.Errorf("%q: %v", pattern, got)
		}
	}
}
