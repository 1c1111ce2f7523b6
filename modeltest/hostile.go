package modeltest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"github.com/fxamacker/cbor/v2"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

const mutants = 1500

// hostileBlobs changes bytes of a blob, and numbers and lengths of what it
// encodes. Decode must answer with an error or a model that works; nothing may
// panic, and no blob may cost more memory than it is worth.
func hostileBlobs(s Subject) (err error) {
	for _, a := range s.arenas(kinds, oneReal) {
		m, err := s.fitted(a.rows(120, 28), 1)
		if err != nil {
			return err
		}
		blob, err := m.AppendBinary(nil)
		if err != nil {
			return err
		}
		for i := range mutants {
			r := rand.New(rng.New(29).Stream(int64(i)))
			mutant := mutateBytes(r, blob)
			if i%2 == 0 {
				if mutant, err = mutateTree(r, blob); err != nil {
					return err
				}
			}
			if err := s.survives(a, mutant); err != nil {
				return fmt.Errorf("%s, mutant %d: %w", a.name, i, err)
			}
		}
		if _, err := s.Decode(a.schema, nil); err == nil {
			return fmt.Errorf("%s: an empty blob is a model", a.name)
		}
		if _, err := s.Decode(a.schema, append(slices.Clone(blob), 0)); err == nil {
			return fmt.Errorf("%s: a blob with bytes behind its end is a model", a.name)
		}
		fewer := a.schema.Project([]int{0})
		if _, err := s.Decode(fewer, blob); err == nil {
			return fmt.Errorf("%s: the blob of %d fields is a model of one", a.name, len(a.schema.Fields))
		}
	}
	return nil
}

// Fuzz has a fuzzer change the blobs of fitted models: Decode must answer with an
// error or a model that works.
func Fuzz(f *testing.F, s Subject) {
	for _, a := range s.arenas(kinds, oneReal) {
		m, err := s.fitted(a.rows(50, 31), 1)
		if err != nil {
			f.Fatal(err)
		}
		blob, err := m.AppendBinary(nil)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(a.name == kinds.name, blob)
	}
	f.Fuzz(func(t *testing.T, ofKinds bool, blob []byte) {
		a := oneReal
		if ofKinds || s.Pictures > 0 {
			a = s.arenas(kinds)[0]
		}
		if err := s.survives(a, blob); err != nil {
			t.Error(err)
		}
	})
}

// survives decodes a mutant and uses what comes out.
func (s Subject) survives(a arena, blob []byte) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	m, err := s.Decode(a.schema, blob)
	runtime.ReadMemStats(&after)
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 64<<20 {
		return fmt.Errorf("decoding %d bytes allocated %d MB", len(blob), grown>>20)
	}
	if err != nil {
		return nil
	}
	return works(m, a.schema)
}

// works scores corners of the sample space and samples.
func works(m mimic.Model, schema *space.Schema) error {
	t := cornersOf(arena{schema: schema})
	b := t.All().Slice(0, 20)
	dst := make([]float64, b.N)
	if err := m.(mimic.Density).LogProb(dst, b); err != nil {
		return err
	}
	for i, l := range dst {
		if math.IsNaN(l) || math.IsInf(l, 1) {
			return fmt.Errorf("a mutant was accepted that gives %s the log-density %v", show(t, i), l)
		}
	}
	return m.(mimic.Sampler).Sample(table.NewBatch(schema, 0, 20), rng.New(30))
}

// mutateBytes flips, drops, repeats or overwrites bytes.
func mutateBytes(r *rand.Rand, blob []byte) []byte {
	b := slices.Clone(blob)
	for range 1 + r.IntN(3) {
		i := r.IntN(len(b))
		switch r.IntN(4) {
		case 0:
			b[i] ^= 1 << r.IntN(8)
		case 1:
			b[i] = byte(r.Uint32())
		case 2:
			b = b[:i+1]
		default:
			b = slices.Insert(b, i, b[max(0, i-9):i]...)
		}
		if len(b) == 0 {
			return b
		}
	}
	return b
}

// mutateTree changes one number or one length of the encoded values.
func mutateTree(r *rand.Rand, blob []byte) ([]byte, error) {
	var tree any
	if err := cbor.Unmarshal(blob, &tree); err != nil {
		return nil, err
	}
	for range 1 + r.IntN(2) {
		tree = mutateValue(r, tree)
	}
	return cbor.Marshal(tree)
}

var extremes = []any{
	0, 1, -1, 2, math.MaxInt32, int64(math.MaxInt64), int64(math.MinInt64), uint64(math.MaxUint64),
	0.5, -0.5, 1e-300, 1e300, -1e300, math.NaN(), math.Inf(1), math.Inf(-1), "text", nil, []any{}, true,
}

func mutateValue(r *rand.Rand, v any) any {
	switch v := v.(type) {
	case map[any]any:
		keys := make([]string, 0, len(v))
		for k := range v {
			keys = append(keys, fmt.Sprint(k))
		}
		if len(keys) == 0 {
			return v
		}
		slices.Sort(keys)
		k := keys[r.IntN(len(keys))]
		if r.IntN(10) == 0 {
			delete(v, k)
		} else {
			v[k] = mutateValue(r, v[k])
		}
		return v
	case []any:
		switch shape := r.IntN(12); {
		case len(v) == 0:
			return append(v, extremes[r.IntN(len(extremes))])
		case shape == 0:
			return v[:r.IntN(len(v))]
		case shape == 1:
			return append(v, v...)
		case shape == 2 && len(v) > 1:
			i, j := r.IntN(len(v)), r.IntN(len(v))
			v[i], v[j] = v[j], v[i]
			return v
		default:
			i := r.IntN(len(v))
			v[i] = mutateValue(r, v[i])
			return v
		}
	case float64:
		if r.IntN(3) == 0 {
			return v * (0.5 + r.Float64())
		}
	}
	return extremes[r.IntN(len(extremes))]
}
