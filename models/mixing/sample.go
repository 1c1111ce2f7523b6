package mixing

import (
	"math"

	"github.com/seed-64d012fb/mimic/rng"
)

// Sample implements coded.Law.
func (v *vector) Sample(codes [][]uint16, first int64, k rng.Key) {
	v.SampleWithin(codes, nil, make([][]float64, len(codes)), first, k)
}

// SampleWithin implements coded.ChainLaw. Each row is drawn along one of the chains,
// chosen at random; its weight is that of the evidence under that chain.
func (v *vector) SampleWithin(codes [][]uint16, logw []float64, share [][]float64, first int64, k rng.Key) {
	if len(codes) == 0 {
		clear(logw)
		return
	}
	s := scratches.Get().(*scratch)
	defer scratches.Put(s)
	var (
		n      = len(codes[0])
		orders = k.Child(0)
		fields = k.Child(1)
		drawn  = make([][]uint16, len(codes))
		of     = make([][]int, len(v.chains)) // rows that each chain draws
	)
	for j := range drawn {
		drawn[j] = make([]uint16, chunk)
	}
	for lo := 0; lo < n; lo += chunk {
		for o := range of {
			of[o] = of[o][:0]
		}
		for i := lo; i < min(lo+chunk, n); i++ {
			o := int(orders.Float64(first+int64(i)) * float64(len(v.chains)))
			of[o] = append(of[o], i)
		}
		for o, c := range v.chains {
			if len(of[o]) == 0 {
				continue
			}
			v.draw(c, s, drawn, share, of[o], first, fields)
			for i, row := range of[o] {
				for j := range codes {
					codes[j][row] = drawn[j][i]
				}
				if logw != nil {
					logw[row] = s.log[i]
				}
			}
		}
	}
}

// draw draws the given rows along a chain, side by side, into codes, and sets
// s.log to the log-probability of what the shares admit.
func (v *vector) draw(c *chain, s *scratch, codes [][]uint16, share [][]float64, rows []int, first int64, k rng.Key) {
	s.start(v, c, len(rows))
	for _, j := range c.order {
		s.summarise(c)
		own := k.Child(uint64(j))
		for i, row := range rows {
			s.u[i] = own.Float64(first + int64(row))
		}
		if share[j] != nil {
			s.drawWithin(v, c, j, share[j])
		} else {
			s.drawFreely(v, c, j)
		}
		copy(codes[j], s.lo[:len(rows)])
		s.observe(v, c, j, codes[j][:len(rows)])
	}
}

// drawFreely sets s.lo to draws of field j: it asks the questions that the draws
// lead to.
func (s *scratch) drawFreely(v *vector, c *chain, j int) {
	for i := range s.rows {
		s.lo[i], s.hi[i] = 0, uint16(len(v.fields[j].group))
	}
	for _, p := range c.predictors[j] {
		s.asked = s.asked[:0]
		for i := range s.rows {
			if s.lo[i] == p.lo && s.hi[i] == p.hi {
				s.asked = append(s.asked, int32(i))
			}
		}
		s.answer(c, p, j)
		for at, i := range s.asked {
			// What is left of the draw, were it in [0, no) or [no, 1), is again
			// a uniform draw.
			_, log := logOdds(float64(s.logit[at]))
			no := math.Exp(log)
			if s.u[i] < no {
				s.u[i] /= no
				s.hi[i] = p.cut
			} else {
				s.u[i] = (s.u[i] - no) / (1 - no)
				s.lo[i] = p.cut
			}
		}
	}
}

// drawWithin sets s.lo to draws of field j in proportion to p(code)·share[code],
// and adds the log of the sum of that to s.log. It asks all questions.
func (s *scratch) drawWithin(v *vector, c *chain, j int, share []float64) {
	k := len(share)
	if len(s.p) < chunk*k {
		s.p = make([]float64, chunk*k)
	}
	for i := range s.p[:s.rows*k] {
		s.p[i] = 1
	}
	s.asked = s.asked[:0]
	for i := range s.rows {
		s.asked = append(s.asked, int32(i))
	}
	for _, q := range c.predictors[j] {
		s.answer(c, q, j)
		for i := range s.rows {
			yes, no := logOdds(float64(s.logit[i]))
			yes, no = math.Exp(yes), math.Exp(no)
			p := s.p[i*k : (i+1)*k]
			for code := q.lo; code < q.cut; code++ {
				p[code] *= no
			}
			for code := q.cut; code < q.hi; code++ {
				p[code] *= yes
			}
		}
	}
	for i := range s.rows {
		p := s.p[i*k : (i+1)*k]
		sum := 0.0
		for code := range p {
			p[code] *= share[code]
			sum += p[code]
		}
		s.log[i] += math.Log(sum)
		u := sum * s.u[i]
		s.lo[i] = 0
		for code, w := range p {
			if w > 0 {
				s.lo[i] = uint16(code)
				if u -= w; u < 0 {
					break
				}
			}
		}
	}
}
