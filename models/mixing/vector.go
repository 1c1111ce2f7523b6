package mixing

import (
	"math"

	"github.com/seed-64d012fb/mimic/internal/coded"
)

// vector is the model of a row of codes: the mean of the chain rule in several
// orders of the fields.
type vector struct {
	fields []field
	chains []*chain
}

var _ coded.ChainLaw = (*vector)(nil)

const (
	mostCodes  = 1024 // of a field
	mostGroups = 16   // of a field's codes
)

// field is what is known of a field.
type field struct {
	usual  uint16   // the most frequent code
	group  []uint16 // [codes], the group that contexts see in place of a code
	groups int
}

// newField divides the codes of a field, of which so many rows each are known,
// into groups: each its own, or consecutive codes of about equal mass.
func newField(rows []float64) field {
	f := field{group: make([]uint16, len(rows)), groups: max(1, min(len(rows), mostGroups))}
	total, below := 0.0, 0.0
	for c, r := range rows {
		total += r
		if r > rows[f.usual] {
			f.usual = uint16(c)
		}
	}
	for c, r := range rows {
		f.group[c] = uint16(c)
		if len(rows) > mostGroups {
			f.group[c] = min(uint16(mostGroups*(below+r/2)/max(total, 1)), mostGroups-1)
		}
		below += r
	}
	return f
}

// usualGroup returns the group of the most frequent code.
func (f *field) usualGroup() uint16 {
	if len(f.group) == 0 {
		return 0
	}
	return f.group[f.usual]
}

// chain is the chain rule in one order: p(codes) = ∏_j p(c_j | codes before it),
// each factor the answers to the field's questions.
type chain struct {
	order      []int // [fields], the field at each place
	classes    *classes
	predictors [][]*predictor // [fields], in the order of the field's questions
}

// LogProb implements coded.Law.
func (v *vector) LogProb(dst []float64, codes [][]uint16) {
	s := scratches.Get().(*scratch)
	defer scratches.Put(s)
	view := make([][]uint16, len(codes))
	logs := make([][]float64, len(v.chains))
	for lo := 0; lo < len(dst); lo += chunk {
		rows := min(chunk, len(dst)-lo)
		for j := range codes {
			view[j] = codes[j][lo : lo+rows]
		}
		for o, c := range v.chains {
			v.score(c, s, view, rows)
			logs[o] = append(logs[o][:0], s.log[:rows]...)
		}
		for i := range rows {
			dst[lo+i] = meanOf(logs, i)
		}
	}
}

// meanOf returns the log of the mean of exp(logs[·][i]).
func meanOf(logs [][]float64, i int) float64 {
	top := math.Inf(-1)
	for o := range logs {
		top = max(top, logs[o][i])
	}
	sum := 0.0
	for o := range logs {
		sum += math.Exp(logs[o][i] - top)
	}
	return top + math.Log(sum/float64(len(logs)))
}

// score sets s.log to the log-probability of rows under one chain.
func (v *vector) score(c *chain, s *scratch, codes [][]uint16, rows int) {
	s.start(v, c, rows)
	for _, j := range c.order {
		s.summarise(c)
		for _, p := range c.predictors[j] {
			s.asked = s.asked[:0]
			for i, code := range codes[j] {
				if p.asks(code) {
					s.asked = append(s.asked, int32(i))
				}
			}
			s.answer(c, p, j)
			for k, i := range s.asked {
				yes, no := logOdds(float64(s.logit[k]))
				if codes[j][i] >= p.cut {
					s.log[i] += yes
				} else {
					s.log[i] += no
				}
			}
		}
		s.observe(v, c, j, codes[j])
	}
}

// Parameters implements coded.Law.
func (v *vector) Parameters() (n int64) {
	for _, c := range v.chains {
		n += int64(len(c.classes.p))
		for _, ps := range c.predictors {
			for _, p := range ps {
				n += int64(len(p.logits))
				for _, set := range p.weights() {
					n += int64(len(set))
				}
			}
		}
	}
	return n
}
