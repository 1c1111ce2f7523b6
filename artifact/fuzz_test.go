package artifact

import (
	"bytes"
	"runtime"
	"testing"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/models"
	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/table"
)

// FuzzLoad looks for a file that panics, that takes memory beyond a multiple of
// its size, or that loads to a model which then fails.
func FuzzLoad(f *testing.F) {
	for _, kind := range models.Kinds() {
		f.Add(written(f, sample(f, kind)))
	}
	f.Add([]byte("age,colour\n17,blue\n"))
	f.Add(pack(f, entry{"manifest.json", []byte(`{"format": "mimic model", "version": 1, "kind": "uniform"}`)}))
	f.Fuzz(func(t *testing.T, data []byte) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		a, err := load(data)
		runtime.ReadMemStats(&after)
		if took, limit := after.TotalAlloc-before.TotalAlloc, uint64(16<<20+maxExpansion*1000*len(data)); took > limit {
			t.Errorf("%d bytes of input (error %v) allocate %d", len(data), err, took)
		}
		if err == nil {
			use(t, a)
		}
	})
}

// FuzzTheta is FuzzLoad inside the archive, where checksums would hide the
// parameters from the fuzzer.
func FuzzTheta(f *testing.F) {
	for _, kind := range models.Kinds() {
		f.Add(kind, theta(f, sample(f, kind).Model))
	}
	f.Fuzz(func(t *testing.T, kind string, data []byte) {
		r, err := models.Lookup(kind)
		if err != nil {
			return
		}
		m, err := r.Decode(subjectOf(t, kind).data.Schema(), data)
		if err == nil {
			use(t, &Artifact{Model: m})
		}
	})
}

// use scores and samples rows with the model, and saves it.
func use(t *testing.T, a *Artifact) {
	if data := tableOf(a.Model); data != nil {
		if d, ok := a.Model.(mimic.Density); ok {
			b := data.All()
			if err := d.LogProb(make([]float64, b.N), b); err != nil {
				t.Errorf("score: %v", err)
			}
		}
	}
	if s, ok := a.Model.(mimic.Sampler); ok && len(a.Model.Schema().Fields) < 100 {
		if err := s.Sample(table.NewBatch(a.Model.Schema(), 0, 100), rng.New(1)); err != nil {
			t.Errorf("sample: %v", err)
		}
	}
	if err := Write(new(bytes.Buffer), a); err != nil {
		t.Errorf("save: %v", err)
	}
}
