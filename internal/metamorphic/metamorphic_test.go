package metamorphic

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/artifact"
	"github.com/seed-64d012fb/mimic/fit"
	"github.com/seed-64d012fb/mimic/internal/par"
	"github.com/seed-64d012fb/mimic/models"
	"github.com/seed-64d012fb/mimic/sample"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
	"github.com/seed-64d012fb/mimic/table/files"
)

var (
	seed = flag.Uint64("seed", 0, "repeat the run of this seed; 0 draws one")
	runs = flag.Int("runs", 2, "runs of each rung")
)

// outcome is what one way to use a rung leads to.
type outcome struct {
	file []byte // the model file
	logp []float64
	rows *table.Table
}

func TestSameBits(t *testing.T) {
	for *seed == 0 {
		*seed = rand.Uint64()
	}
	t.Logf("repeat with: go test ./internal/metamorphic -seed %d", *seed)
	for place, rung := range models.All() {
		t.Run(rung.Kind, func(t *testing.T) {
			all := dataOf(rung.Kind)
			for i, d := range all {
				plain := &way{t: t, ctx: par.WithWorkers(t.Context(), 1), rung: rung, data: d}
				want := outcome{file: plain.fit(d.table)}
				m := plain.load(want.file)
				want.logp = plain.score(m, d.table)
				want.rows = plain.sample(m, d.sampled())
				for run := range max(1, *runs/len(all)) {
					w := newWay(t, rung, d, rand.New(rand.NewPCG(*seed, uint64(place<<32|i<<16|run))))
					w.check(want)
				}
			}
		})
	}
}

// way is a way to fit, score and sample a rung. Without random it is the plain
// one: in memory, in one piece.
type way struct {
	data
	t       *testing.T
	ctx     context.Context
	rung    models.Rung
	workers int
	random  *rand.Rand
}

func newWay(t *testing.T, rung models.Rung, d data, random *rand.Rand) *way {
	w := &way{t: t, rung: rung, data: d, random: random, workers: []int{1, 2, 3, 8}[random.IntN(4)]}
	w.ctx = par.WithWorkers(t.Context(), w.workers)
	return w
}

// check goes the way from a file of the data to a file of rows.
func (w *way) check(want outcome) {
	w.t.Helper()
	again := w.throughFile(w.table, "data")
	if where := differ(w.table, again); where != "" {
		w.t.Fatalf("%d workers: the data read back differ %s", w.workers, where)
	}
	file := w.fit(again)
	if !bytes.Equal(file, want.file) {
		w.t.Errorf("%d workers: another model file", w.workers)
	}
	m := w.load(file)
	if logp := w.score(m, again); !slices.Equal(logp, want.logp) {
		w.t.Errorf("%d workers: other log-probabilities", w.workers)
	}
	all := w.sampled()
	r := table.Range{Lo: all.Lo + w.random.Int64N(all.Rows())}
	r.Hi = r.Lo + 1 + w.random.Int64N(all.Hi-r.Lo)
	part, err := want.rows.Batch(table.Range{Lo: r.Lo - all.Lo, Hi: r.Hi - all.Lo})
	if err != nil {
		w.t.Fatal(err)
	}
	if where := differ(table.New(part), w.sample(m, r)); where != "" {
		w.t.Errorf("%d workers: rows %d:%d differ %s", w.workers, r.Lo, r.Hi, where)
	}
}

// fit returns the model file of the first rows.
func (w *way) fit(src *table.Table) []byte {
	w.t.Helper()
	o := models.Options{Seed: 5, Label: "flag"}
	family, err := w.rung.New(o)
	if err != nil {
		w.t.Fatal(err)
	}
	if w.family != nil {
		family = w.family
	}
	train, held := fit.Split(table.New(src.All().Slice(0, w.fitted)), .2, o.Seed)
	m, err := fit.Run(w.ctx, train, family, fit.Options{})
	if err != nil {
		w.t.Fatal(err)
	}
	nats, err := fit.Evaluate(w.ctx, m, held)
	if err != nil {
		w.t.Fatal(err)
	}
	digest, err := artifact.Digest(w.ctx, src)
	if err != nil {
		w.t.Fatal(err)
	}
	var file bytes.Buffer
	err = artifact.Write(&file, &artifact.Artifact{Model: m, Manifest: artifact.Manifest{
		Options: o,
		Data:    artifact.Data{Rows: src.Rows(), Digest: digest},
		HeldOut: &artifact.HeldOut{Share: .2, Seed: o.Seed, Nats: nats},
	}})
	if err != nil {
		w.t.Fatal(err)
	}
	return file.Bytes()
}

func (w *way) load(file []byte) mimic.Model {
	w.t.Helper()
	a, err := artifact.Read(bytes.NewReader(file), int64(len(file)), "model")
	if err != nil {
		w.t.Fatal(err)
	}
	return a.Model
}

// score returns log p(x) of the rows that are scored, in batches of any size.
func (w *way) score(m mimic.Model, src *table.Table) []float64 {
	w.t.Helper()
	logp := make([]float64, w.scored().Rows())
	rows, err := src.Batch(w.scored())
	if err != nil {
		w.t.Fatal(err)
	}
	for lo := 0; lo < len(logp); {
		hi := len(logp)
		if w.random != nil {
			hi = min(hi, lo+1+w.random.IntN(5000))
		}
		if err := m.(mimic.Density).LogProb(logp[lo:hi], rows.Slice(lo, hi)); err != nil {
			w.t.Fatal(err)
		}
		lo = hi
	}
	return logp
}

// sample returns rows of the sequence of seed 9.
func (w *way) sample(m mimic.Model, r table.Range) *table.Table {
	w.t.Helper()
	if w.random == nil || w.random.IntN(3) == 0 {
		rows, err := sample.Table(w.ctx, m, r, 9)
		if err != nil {
			w.t.Fatal(err)
		}
		return rows
	}
	return w.through("rows", m.Schema(), func(out table.Writer) error {
		return sample.Run(w.ctx, m, out, sample.Options{Rows: r, Seed: 9})
	})
}

// throughFile writes the table in batches of any size and reads it back.
func (w *way) throughFile(src *table.Table, name string) *table.Table {
	w.t.Helper()
	return w.through(name, src.Schema(), func(out table.Writer) error {
		for lo := int64(0); lo < src.Rows(); {
			hi := min(src.Rows(), lo+1+w.random.Int64N(10_000))
			b, err := src.Batch(table.Range{Lo: lo, Hi: hi})
			if err != nil {
				return err
			}
			if err := out.Write(b); err != nil {
				return err
			}
			lo = hi
		}
		return nil
	})
}

// through returns the table that is read from a file of any format to which
// write wrote it.
func (w *way) through(name string, schema *space.Schema, write func(table.Writer) error) *table.Table {
	w.t.Helper()
	formats := []string{".csv", ".tsv", ".jsonl", ".parquet"}
	packs := []string{"", ".gz", ".zst"}
	ext := formats[w.random.IntN(len(formats))] + packs[w.random.IntN(len(packs))]
	w.t.Logf("%d workers, %s%s", w.workers, name, ext)
	path := filepath.Join(w.t.TempDir(), name+ext)
	out, err := files.Create(path, schema)
	if err != nil {
		w.t.Fatal(err)
	}
	defer out.Abort()
	if err := write(out); err != nil {
		w.t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		w.t.Fatal(err)
	}
	opt := files.Options{}
	opt.Schema = schema
	opt.AllowUnknown = true // a normal distribution knows no bounds
	back, _, err := files.Read(w.ctx, []string{path}, opt)
	if err != nil {
		w.t.Fatal(err)
	}
	return back
}

// differ says where two tables differ, to the bit; any NaN is missing.
func differ(a, b *table.Table) string {
	if a.Rows() != b.Rows() {
		return fmt.Sprintf("in the number of rows: %d and %d", a.Rows(), b.Rows())
	}
	for j, f := range a.Schema().Fields {
		x, y := a.All().Cols[j], b.All().Cols[j]
		for i := range a.All().N {
			var same bool
			switch {
			case f.Kind.Coded():
				same = x.Code[i] == y.Code[i]
			case f.Kind.Numeric():
				same = math.Float64bits(x.Num[i]) == math.Float64bits(y.Num[i]) || x.Num[i] != x.Num[i] && y.Num[i] != y.Num[i]
			default:
				same = x.Text[i] == y.Text[i]
			}
			if !same {
				return fmt.Sprintf("at row %d, column %q", i, f.Name)
			}
		}
	}
	return ""
}
