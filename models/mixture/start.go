package mixture

import (
	"context"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"

	"github.com/seed-64d012fb/mimic/internal/par"
	"github.com/seed-64d012fb/mimic/rng"
)

// lloydSteps is the number of steps of k-means that EM starts from, at most.
const lloydSteps = 20

// start returns the component [n] that each row starts in, and the means [k × d]
// of the components: k-means from k-means++, in units of the base. A number that
// is missing is as far as nothing, and a level differs from another by one. Each
// centre is the best of a few candidates.
//
// Reference: Arthur & Vassilvitskii (2007), k-means++: the advantages of careful
// seeding, section 2.2; Huang (1998) for levels, by their most frequent one.
func start(ctx context.Context, b *base, r *rowSet, k int, key rng.Key) (label []int32, mean []float64, err error) {
	s := newSeeds(b, r, k)
	n := r.n()
	if n == 0 || k == 1 {
		return make([]int32, n), make([]float64, k*r.d), nil
	}
	words := key.Stream(0)
	nearest := slices.Clone(r.weight) // the chance of a row to be the next centre
	total := floats.Sum(nearest)
	trials := 2 + int(math.Log(float64(k)))
	try, best := make([]float64, n), make([]float64, n)
	for c := range k {
		least, row := math.Inf(1), 0
		for range trials {
			at := 0
			for u := words.Float64() * total; at < n-1; at++ {
				if u -= nearest[at]; u < 0 {
					break
				}
			}
			s.seed(c, at)
			sum := 0.0
			for i := range try {
				v := r.weight[i] * s.distance(i, c)
				if c > 0 {
					v = min(v, nearest[i])
				}
				try[i] = v
				sum += v
			}
			if sum < least {
				least, row = sum, at
				try, best = best, try
			}
			if c == 0 {
				break // any row will do
			}
		}
		s.seed(c, row)
		nearest, best = best, nearest
		total = least
	}
	label = make([]int32, n)
	for step := range lloydSteps {
		changed := make([]bool, (n+chunk-1)/chunk)
		err := par.Do(ctx, len(changed), func(block int) error {
			for i := block * chunk; i < min((block+1)*chunk, n); i++ {
				best, at := math.Inf(1), int32(0)
				for c := range k {
					if v := s.distance(i, c); v < best {
						best, at = v, int32(c)
					}
				}
				if label[i] != at || step == 0 {
					label[i], changed[block] = at, true
				}
			}
			return nil
		})
		if err != nil {
			return nil, nil, err
		}
		any := false
		for _, c := range changed {
			any = any || c
		}
		if !any {
			break
		}
		s.centre(label)
	}
	return label, s.mean, nil
}

// seeds are the centres of k-means.
type seeds struct {
	rows *rowSet
	z    []float64 // [n × d] numbers in units of the base; NaN where missing
	k    int
	mean []float64 // [k × d]
	mode []uint16  // [k × e]
	most int       // codes of a field
}

func newSeeds(b *base, r *rowSet, k int) *seeds {
	s := &seeds{rows: r, k: k, z: make([]float64, len(r.x)), mean: make([]float64, k*r.d), mode: make([]uint16, k*r.e)}
	for i := range r.x {
		s.z[i] = (r.x[i] - b.center[i%r.d]) / b.scale[i%r.d]
	}
	for _, p := range b.levels {
		s.most = max(s.most, len(p))
	}
	return s
}

// seed puts centre c on a row.
func (s *seeds) seed(c, row int) {
	d, e := s.rows.d, s.rows.e
	for j, v := range s.z[row*d : (row+1)*d] {
		s.mean[c*d+j] = 0
		if v == v {
			s.mean[c*d+j] = v
		}
	}
	copy(s.mode[c*e:(c+1)*e], s.rows.codes[row*e:])
}

func (s *seeds) distance(row, c int) (q float64) {
	d, e := s.rows.d, s.rows.e
	mean := s.mean[c*d : (c+1)*d]
	for j, v := range s.z[row*d : (row+1)*d] {
		if v == v {
			q += (v - mean[j]) * (v - mean[j])
		}
	}
	mode := s.mode[c*e : (c+1)*e]
	for j, code := range s.rows.codes[row*e : (row+1)*e] {
		if code != mode[j] {
			q++
		}
	}
	return q
}

// centre moves each centre to the middle of its rows.
func (s *seeds) centre(label []int32) {
	d, e := s.rows.d, s.rows.e
	count := make([]float64, s.k*d)
	sum := make([]float64, s.k*d)
	codes := make([]float64, s.k*e*s.most)
	for i, c := range label {
		w := s.rows.weight[i]
		for j, v := range s.z[i*d : (i+1)*d] {
			if v == v {
				count[int(c)*d+j] += w
				sum[int(c)*d+j] += w * v
			}
		}
		for j, code := range s.rows.codes[i*e : (i+1)*e] {
			codes[(int(c)*e+j)*s.most+int(code)] += w
		}
	}
	for i, n := range count {
		if n > 0 {
			s.mean[i] = sum[i] / n
		}
	}
	for i := range s.mode {
		best := 0.0
		for code, n := range codes[i*s.most : (i+1)*s.most] {
			if n > best {
				best, s.mode[i] = n, uint16(code)
			}
		}
	}
}
