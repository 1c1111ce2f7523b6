package report

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/compare"
	"github.com/seed-64d012fb/mimic/fit"
	"github.com/seed-64d012fb/mimic/models"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// compared returns the page of a comparison of quick rungs, one that refuses
// among them.
func compared(t *testing.T, train, held *table.Table, label string) (*compare.Comparison, string) {
	t.Helper()
	rungs := []mimic.Family{refuses{}}
	for _, kind := range []string{"uniform", "independent", "naivebayes", "chowliu", "forest"} {
		rung, err := models.Lookup(kind)
		if err != nil {
			t.Fatal(err)
		}
		f, err := rung.New(models.Options{Label: label})
		if err != nil {
			t.Fatal(err)
		}
		rungs = append(rungs, f)
	}
	c, err := compare.Run(t.Context(), train, held, rungs, compare.Options{Label: label, Shown: 20, Budget: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	var page bytes.Buffer
	if err := WriteComparison(&page, c, "<places> & \"more\""); err != nil {
		t.Fatal(err)
	}
	return c, page.String()
}

// refuses is a family that takes no data.
type refuses struct{}

func (refuses) Kind() string { return "picky" }

func (refuses) NewFit(*space.Schema, int64) (mimic.Fit, error) {
	return nil, errors.New("picky <takes> nothing")
}

// bits returns n rows of d bits that hang together, as a picture of w columns if
// w > 0.
func bits(n, d, w int) *table.Table {
	s := &space.Schema{}
	for range d {
		s.Fields = append(s.Fields, space.Field{Name: "b" + strings.Repeat("x", len(s.Fields)), Kind: space.Bool, Levels: []string{"0", "1"}})
	}
	if w > 0 {
		s.Image = &space.Image{Name: "image", Width: w, Height: d / w, Channels: 1, Levels: 2}
	}
	r := rand.New(rand.NewPCG(1, 1))
	b := table.NewBatch(s, 0, n)
	for i := range n {
		for j := range d {
			b.Cols[j].Code[i] = int32(r.IntN(2))
			if j > 0 && r.IntN(3) > 0 {
				b.Cols[j].Code[i] = b.Cols[j-1].Code[i]
			}
		}
	}
	return table.New(b)
}

var dataSource = regexp.MustCompile(`src="data:image/png;base64,[A-Za-z0-9+/=&#;]+"`)

func TestComparisonStandsAlone(t *testing.T) {
	c, page := compared(t, places(1, 300, 1), places(2, 200, 1), "flag")
	rest := dataSource.ReplaceAllString(page, "")
	for _, bad := range []string{"<script", "http://", "https://", "src=", "@import", "url(", "ZgotmplZ", "NaN", "Inf", "<takes>", "<places>"} {
		if strings.Contains(rest, bad) {
			t.Errorf("the page has %q", bad)
		}
	}
	for _, want := range append(c.Words(), c.CurveWords()...) {
		if short := strings.SplitN(want, "<", 2)[0]; !strings.Contains(page, strings.SplitN(short, "\"", 2)[0]) {
			t.Errorf("the page does not say %q", want)
		}
	}
	for _, want := range []string{"picky &lt;takes&gt; nothing", "The ladder on <code>&lt;places&gt;", compare.Boosting, "real rows, held out", `class="staircase"`, `class="learning"`, "a constant"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not have %q", want)
		}
	}
	for _, drawing := range regexp.MustCompile(`(?s)<svg .*?</svg>`).FindAllString(page, -1) {
		d := xml.NewDecoder(strings.NewReader(drawing))
		for {
			if _, err := d.Token(); err == io.EOF {
				break
			} else if err != nil {
				t.Fatalf("a drawing is not well-formed: %v in %.200s", err, drawing)
			}
		}
	}
}

// TestComparisonShows: pictures as sheets, vectors as lines of dots, both with
// the real ones first.
func TestComparisonShows(t *testing.T) {
	for _, c := range []struct {
		kind  string
		width int
		says  string
	}{{"pictures", 6, "Pictures that nobody took"}, {"lines", 0, "Each line is a row"}} {
		_, page := compared(t, bits(80, 36, c.width), bits(40, 36, c.width), "")
		images := dataSource.FindAllString(page, -1)
		if !strings.Contains(page, c.says) || len(images) != 6 || strings.Contains(page, "Predicting") {
			t.Errorf("%s: %d pictures", c.kind, len(images))
		}
		if strings.Index(page, "Real rows, held out") > strings.Index(page, "Samples of uniform") {
			t.Errorf("%s: real rows do not come first", c.kind)
		}
		if sorted := slices.Compact(slices.Sorted(slices.Values(images))); len(sorted) != 6 {
			t.Errorf("%s: %d different pictures", c.kind, len(sorted))
		}
	}
}

// TestLines: a dot is as dark as its level is late.
func TestLines(t *testing.T) {
	b := bits(3, 30, 0).All()
	img := lines(b)
	if dot := img.Bounds().Dx() / 30; img.Bounds().Dx() != 600 || img.Bounds().Dy() != 12 || dot != 20 {
		t.Fatalf("a picture of %v", img.Bounds())
	}
	for i := range 3 {
		for j := range 30 {
			r, _, _, _ := img.At(20*j+10, 4*i+1).RGBA()
			if dark := r < 0x8000; dark != (b.Cols[j].Code[i] == 1) {
				t.Fatalf("row %d, field %d: shade %x of code %d", i, j, r, b.Cols[j].Code[i])
			}
		}
	}
}

// TestStaircase: steps stand in the order of the ladder and as high as their
// nats; one far below stands on the floor with an arrow.
func TestStaircase(t *testing.T) {
	c := &comparison{Comparison: &compare.Comparison{}}
	for i, nats := range []float64{-60, -10, -8, -6} {
		r := compare.Rung{Trial: fit.Trial{Kind: []string{"uniform", "independent", "tree", "forest"}[i], Held: fit.Nats{Mean: nats}}}
		c.Rungs = append(c.Rungs, r)
		c.Fitted = append(c.Fitted, fittedRung{Rung: r, Best: i == 3})
	}
	c.Base = 1
	drawing := string(staircase(c))
	treads := regexp.MustCompile(`class="tread" x1="([\d.]+)" x2="[\d.]+" y1="([\d.]+)"`).FindAllStringSubmatch(drawing, -1)
	if len(treads) != 4 || strings.Count(drawing, `class="below"`) != 1 || strings.Count(drawing, `class="step best"`) != 1 || !strings.Contains(drawing, "−60.00") {
		t.Fatalf("%d steps in %s", len(treads), drawing)
	}
	var y []float64
	for _, m := range treads {
		y = append(y, parsed(t, m[2]))
	}
	if !(y[0] > y[1] && math.Abs((y[1]-y[2])-(y[2]-y[3])) < 0.1) {
		t.Errorf("steps at %v", y)
	}
}

func TestApart(t *testing.T) {
	got := apart([]float64{50, 10, 12, 52, 49}, 10, 60)
	if !slices.Equal(got, []float64{50, 10, 20, 60, 40}) {
		t.Errorf("places %v", got)
	}
}

func TestTicks(t *testing.T) {
	for _, c := range []struct {
		lo, hi float64
		want   []float64
	}{{-14.2, -9.9, []float64{-14, -13, -12, -11, -10}}, {0, 1, []float64{0, .2, .4, .6, .8, 1}}} {
		got := ticks(c.lo, c.hi, 5)
		if len(got) != len(c.want) {
			t.Errorf("ticks from %v to %v: %v", c.lo, c.hi, got)
			continue
		}
		for i := range got {
			if math.Abs(got[i]-c.want[i]) > 1e-9 {
				t.Errorf("ticks from %v to %v: %v", c.lo, c.hi, got)
			}
		}
	}
}

func parsed(t *testing.T, text string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}
