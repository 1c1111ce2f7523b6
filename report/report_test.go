package report

import (
	"bytes"
	"context"
	"encoding/xml"
	"io"
	"math"
	"math/rand/v2"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed-64d012fb/mimic/judge"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// places returns n rows that have what a page must show: coordinates, dates,
// levels with awkward names, missing values.
func places(seed uint64, n int, spread float64) *table.Table {
	r := rand.New(rand.NewPCG(seed, 9))
	s := &space.Schema{Fields: []space.Field{
		{Name: "longitude", Kind: space.Real, Min: -180, Max: 180},
		{Name: "latitude", Kind: space.Real, Min: -90, Max: 90},
		{Name: "opened", Kind: space.Datetime, Unit: 24 * time.Hour, Layout: "%Y-%m-%d", Min: 0, Max: 30000},
		{Name: "<b>kind & \"sort\"", Kind: space.Category, Levels: []string{"<script>alert(1)</script>", "inn", "a very long name of a level that no chart has room for", "'"}},
		{Name: "rooms", Kind: space.Integer, Min: 1, Max: 400, Missing: []string{""}},
		{Name: "flag", Kind: space.Bool, Levels: []string{"false", "true"}},
	}}
	b := table.NewBatch(s, 0, n)
	for i := range n {
		town := r.IntN(5)
		b.Cols[0].Num[i] = float64([]int{2, 13, -3, 24, 19}[town]) + spread*r.NormFloat64()
		b.Cols[1].Num[i] = float64([]int{48, 52, 40, 60, 47}[town]) + spread*r.NormFloat64()
		b.Cols[2].Num[i] = math.Round(19000 + 300*r.NormFloat64())
		b.Cols[3].Code[i] = int32(min(3, r.IntN(5)))
		b.Cols[4].Num[i] = math.Round(math.Exp(3 + r.NormFloat64()*0.5 + 0.2*float64(town)))
		if r.IntN(10) == 0 {
			b.Cols[4].Num[i] = math.NaN()
		}
		b.Cols[5].Code[i] = int32(town % 2)
	}
	return table.New(b)
}

var judged = sync.OnceValues(func() (*judge.Judgement, error) {
	return judge.Run(context.Background(), judge.Input{
		Train: places(1, 300, 1), Held: places(2, 300, 1), Samples: places(3, 300, 4),
		Rules: []string{`within(longitude, latitude, "example:land")`, "rooms < 40"},
	}, judge.Options{})
})

func example(t *testing.T) (*judge.Judgement, string) {
	t.Helper()
	j, err := judged()
	if err != nil {
		t.Fatal(err)
	}
	var page bytes.Buffer
	if err := Write(&page, j); err != nil {
		t.Fatal(err)
	}
	return j, page.String()
}

func TestPageStandsAlone(t *testing.T) {
	j, page := example(t)
	if len(page) > 2<<20 {
		t.Errorf("the page has %d bytes", len(page))
	}
	for _, bad := range []string{"<script", "http://", "https://", "src=", "@import", "url(", "ZgotmplZ", "NaN", "+Inf"} {
		if strings.Contains(page, bad) {
			t.Errorf("the page has %q", bad)
		}
	}
	for _, want := range []string{j.Verdict.Sentence, "&lt;script&gt;alert(1)", `lang="en"`, `name="viewport"`, "prefers-color-scheme:dark", "@media print"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	for _, f := range j.Figures {
		if !strings.Contains(page, f.Name) {
			t.Errorf("the page lacks the figure %s", f.Name)
		}
	}
	for _, link := range regexp.MustCompile(`href="#([a-z]+)"`).FindAllStringSubmatch(page, -1) {
		if !strings.Contains(page, `id="`+link[1]+`"`) {
			t.Errorf("a link leads to #%s, which is nowhere", link[1])
		}
	}
	// Every picture is labelled or left to its neighbours.
	for _, svg := range regexp.MustCompile(`<svg[^>]*>`).FindAllString(page, -1) {
		if !strings.Contains(svg, "aria-label=") && !strings.Contains(svg, "aria-hidden") {
			if !strings.Contains(page, `<p class="legend" aria-hidden="true">`) {
				t.Errorf("a picture without a label: %s", svg)
			}
		}
	}
}

func TestPageOfLittle(t *testing.T) {
	j, err := judge.Run(context.Background(), judge.Input{Train: places(1, 30, 1), Held: places(2, 3, 1), Samples: places(3, 1, 1)}, judge.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var page bytes.Buffer
	if err := Write(&page, j); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(page.String(), "NaN") {
		t.Error("the page shows NaN")
	}
}

func TestWriteMap(t *testing.T) {
	j, _ := example(t)
	var picture bytes.Buffer
	if err := WriteMap(&picture, j, `places & "towns"`); err != nil {
		t.Fatal(err)
	}
	if n := picture.Len(); n > 300<<10 {
		t.Errorf("the picture has %d bytes", n)
	}
	d := xml.NewDecoder(&picture)
	for {
		if _, err := d.Token(); err == io.EOF {
			break
		} else if err != nil {
			t.Fatalf("the picture is not well formed: %v", err)
		}
	}
	without := *j
	without.Map = nil
	if err := WriteMap(io.Discard, &without, ""); err == nil {
		t.Error("a map of rows without coordinates")
	}
}

func TestLongNamesBreakBetweenWords(t *testing.T) {
	if got := breakable(`hours_per_<b>`); got != "hours_<wbr>per_<wbr>&lt;b&gt;" {
		t.Error(got)
	}
}

// TestPictures: a page shows the pictures that a judgement holds, and no address
// that somebody has written into it.
func TestPictures(t *testing.T) {
	j, _ := example(t)
	own := *j
	uri := "data:image/png;base64,iVBORw0KGgo="
	own.Gallery = []judge.Closest{{Row: 3, Train: 8, Picture: uri, TrainPicture: "https://example.org/x.png", Pairs: []judge.Twin{{Field: "label", Sample: "7", Train: "9"}}}}
	own.Closest = []judge.Closest{{Row: 5, Train: 6, Picture: uri, TrainPicture: "data:image/png;base64,\" onerror=\"x"}}
	var page bytes.Buffer
	if err := Write(&page, &own); err != nil {
		t.Fatal(err)
	}
	text := page.String()
	if n := strings.Count(text, `<img src="`+uri+`"`); n != 2 {
		t.Errorf("%d pictures of 2 are shown", n)
	}
	if strings.Contains(text, "example.org") || strings.Contains(text, "onerror") {
		t.Error("an address of somebody's is on the page")
	}
	if !strings.Contains(text, "<mark>7</mark> and <mark>9</mark>") || !strings.Contains(text, `alt="sample 4"`) {
		t.Error("what the pictures are is not said")
	}
}
