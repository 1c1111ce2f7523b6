package models

import (
	"strings"
	"testing"
)

func TestLadder(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range All() {
		if r.Kind == "" || r.Summary == "" || r.New == nil || r.Decode == nil || seen[r.Kind] {
			t.Errorf("rung %+v is incomplete, or there twice", r)
		}
		seen[r.Kind] = true
		found, err := Lookup(r.Kind)
		if err != nil || found.Summary != r.Summary {
			t.Errorf("Lookup(%q) finds %q (%v)", r.Kind, found.Kind, err)
		}
		if family, err := r.New(Options{Label: "y"}); err != nil || family.Kind() != r.Kind {
			t.Errorf("%s makes a family %v (%v)", r.Kind, family, err)
		}
	}
}

func TestLookupSaysWhatThereIs(t *testing.T) {
	_, err := Lookup("clairvoyant")
	if err == nil || !strings.Contains(err.Error(), `"clairvoyant"`) || !strings.Contains(err.Error(), strings.Join(Kinds(), ", ")) {
		t.Error(err)
	}
}

func TestAllIsACopy(t *testing.T) {
	All()[0].Kind = "changed"
	if Kinds()[0] == "changed" {
		t.Error("a caller can change the ladder")
	}
}
