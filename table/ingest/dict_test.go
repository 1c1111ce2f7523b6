package ingest

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

// A dict is a map that numbers its keys.
func TestDict(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var d dict
		codes := map[string]int32{}
		texts := rapid.SliceOfN(rapid.OneOf(rapid.StringMatching("[a-c]{0,2}"), rapid.StringN(0, 40, -1)), 0, 300).Draw(t, "texts")
		for i, text := range texts {
			want, known := codes[text]
			if !known {
				want = int32(len(codes))
				codes[text] = want
			}
			if i%3 == 0 {
				if got := d.codeOf(text); got != want {
					t.Fatalf("%q has code %d, want %d", text, got, want)
				}
				continue
			}
			buf := []byte(text)
			got, isNew := d.code(buf)
			if got != want || isNew == known {
				t.Fatalf("%q has code %d, new %v; want %d, known %v", text, got, isNew, want, known)
			}
			for j := range buf {
				buf[j] = '!' // the dict has its own copy
			}
		}
		for text, code := range codes {
			if d.texts[code] != text {
				t.Fatalf("code %d is %q, want %q", code, d.texts[code], text)
			}
		}
	})
}

func TestDictGrows(t *testing.T) {
	var d dict
	for round := range 2 {
		for i := range 100_000 {
			if code, isNew := d.code(fmt.Append(nil, "text ", i)); code != int32(i) || isNew != (round == 0) {
				t.Fatalf("round %d: text %d has code %d, new %v", round, i, code, isNew)
			}
		}
	}
}

func TestAllDistinct(t *testing.T) {
	for _, ascending := range []bool{true, false} {
		texts := make([]string, 10_000)
		for i := range texts {
			n := i
			if !ascending {
				n = i * 7919 % 10_007
			}
			texts[i] = fmt.Sprintf("id %05d", n)
		}
		if !allDistinct(texts) {
			t.Errorf("ascending %v: these are distinct", ascending)
		}
		for _, i := range []int{0, 1, 5000, 9999} {
			twice := append([]string(nil), texts...)
			twice[i] = twice[(i+1)%len(twice)]
			if allDistinct(twice) {
				t.Errorf("ascending %v: %q is there twice", ascending, twice[i])
			}
		}
	}
	if !allDistinct(nil) || !allDistinct([]string{"1", "2", "10"}) || allDistinct([]string{"2", "1", "2"}) {
		t.Error("short lists")
	}
}

func BenchmarkDict(b *testing.B) {
	texts := make([][]byte, 64)
	for i := range texts {
		texts[i] = fmt.Append(nil, "Level-", i*i)
	}
	for _, n := range []int{2, 16, 64} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			var d dict
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				d.code(texts[i%n])
				i += 7
			}
		})
	}
}
