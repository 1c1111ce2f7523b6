package space

import (
	"testing"

	"pgregory.net/rapid"
)

func TestLevelIndex(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := rapid.SliceOfNDistinct(texts(), 3, 50, rapid.ID).Draw(t, "texts")
		f := &Field{Kind: Category, Missing: all[:2], Levels: all[2:]}
		x := NewLevelIndex(f)
		for i, text := range all {
			want := int32(i - 2)
			if i < 2 {
				want = -1 // table.Missing
			}
			if got := x.Code([]byte(text)); got != want {
				t.Fatalf("%q has code %d, not %d", text, got, want)
			}
			if f.IsMissing([]byte(text)) != (i < 2) {
				t.Fatalf("%q: missing is %v", text, i >= 2)
			}
		}
		stranger := texts().Filter(func(s string) bool {
			for _, l := range all {
				if l == s {
					return false
				}
			}
			return true
		}).Draw(t, "stranger")
		if got := x.Code([]byte(stranger)); got != -2 { // table.Unknown
			t.Fatalf("%q has code %d", stranger, got)
		}
	})
}

func BenchmarkLevelIndex(b *testing.B) {
	f := &Field{Kind: Category, Levels: []string{"Private", "Self-emp-not-inc", "Self-emp-inc", "Federal-gov", "Local-gov", "State-gov", "Without-pay", "Never-worked"}, Missing: []string{"?"}}
	x, text := NewLevelIndex(f), []byte("Local-gov")
	b.ReportAllocs()
	for b.Loop() {
		if x.Code(text) != 4 {
			b.Fatal("wrong code")
		}
	}
}
