package modeltest

import (
	"context"
	"encoding/binary"
	"errors"
	"math"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/models/independent"
	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// bug is what is wrong with a family that is otherwise that of independent
// fields: each function, where it is set, stands in for the right one.
type bug struct {
	name    string
	caught  string // by the check of this name
	add     func(right mimic.Stats, b *table.Batch) error
	merge   func(right, later mimic.Stats) error
	fit     func(rows int64) error
	logProb func(m *independent.Model, dst []float64, b *table.Batch) error
	sample  func(m *independent.Model, dst *table.Batch, k rng.Key) error
	given   func(m *independent.Model, e space.Evidence) (mimic.Model, error)
	without func(m *independent.Model, fields []string) (mimic.Model, error)
	joint   func(dst [][]float64)
	parts   func(dst [][]float64)
	weigh   func(logw []float64, rows *table.Batch)
	write   func(blob []byte) []byte
	read    func(s *space.Schema, blob []byte) (mimic.Model, error)
}

func (b *bug) subject() Subject {
	return Subject{
		New: func(*space.Schema) mimic.Family { return family{b} },
		Decode: func(s *space.Schema, blob []byte) (mimic.Model, error) {
			if b.read != nil {
				return b.read(s, blob)
			}
			return b.plant(independent.Decode(s, blob))
		},
	}
}

func (b *bug) plant(m mimic.Model, err error) (mimic.Model, error) {
	if err != nil {
		return nil, err
	}
	return &planted{m.(*independent.Model), b}, nil
}

type family struct{ *bug }

func (f family) Kind() string { return independent.Kind }

func (f family) NewFit(s *space.Schema, rows int64) (mimic.Fit, error) {
	if f.fit != nil {
		if err := f.fit(rows); err != nil {
			return nil, err
		}
	}
	right, err := independent.Family{}.NewFit(s, rows)
	return &plantedFit{right, f.bug}, err
}

type plantedFit struct {
	mimic.Fit
	bug *bug
}

func (f *plantedFit) NewStats() mimic.Stats { return &plantedStats{f.Fit.NewStats(), f.bug} }

func (f *plantedFit) Step(ctx context.Context, total mimic.Stats) error {
	return f.Fit.Step(ctx, total.(*plantedStats).Stats)
}

func (f *plantedFit) Model() (mimic.Model, error) { return f.bug.plant(f.Fit.Model()) }

type plantedStats struct {
	mimic.Stats
	bug *bug
}

func (s *plantedStats) Add(b *table.Batch) error {
	if s.bug.add != nil {
		return s.bug.add(s.Stats, b)
	}
	return s.Stats.Add(b)
}

func (s *plantedStats) Merge(later mimic.Stats) error {
	right := later.(*plantedStats).Stats
	if s.bug.merge != nil {
		return s.bug.merge(s.Stats, right)
	}
	return s.Stats.Merge(right)
}

type planted struct {
	*independent.Model
	bug *bug
}

func (m *planted) LogProb(dst []float64, b *table.Batch) error {
	if m.bug.logProb != nil {
		return m.bug.logProb(m.Model, dst, b)
	}
	return m.Model.LogProb(dst, b)
}

func (m *planted) Sample(dst *table.Batch, k rng.Key) error {
	if m.bug.sample != nil {
		return m.bug.sample(m.Model, dst, k)
	}
	return m.Model.Sample(dst, k)
}

func (m *planted) Condition(e space.Evidence) (mimic.Model, error) {
	if m.bug.given != nil {
		return m.bug.given(m.Model, e)
	}
	return m.bug.plant(m.Model.Condition(e))
}

func (m *planted) Marginal(fields []string) (mimic.Model, error) {
	if m.bug.without != nil {
		return m.bug.without(m.Model, fields)
	}
	return m.bug.plant(m.Model.Marginal(fields))
}

// LogJoint asks for one level after the other.
func (m *planted) LogJoint(dst [][]float64, b *table.Batch, field int) error {
	rows := *b
	rows.Cols = slices.Clone(b.Cols)
	for level := range dst {
		rows.Cols[field].Code = slices.Repeat([]int32{int32(level)}, b.N)
		if err := m.LogProb(dst[level], &rows); err != nil {
			return err
		}
	}
	if m.bug.joint != nil {
		m.bug.joint(dst)
	}
	return nil
}

// LogProbFields is that of independent fields: log p of each field's marginal.
func (m *planted) LogProbFields(dst [][]float64, b *table.Batch) error {
	for j, f := range b.Schema.Fields {
		clear(dst[j])
		if !f.Kind.Learned() {
			continue
		}
		alone, err := m.Model.Marginal([]string{f.Name})
		if err != nil {
			return err
		}
		one := &table.Batch{Schema: alone.Schema(), N: b.N, Cols: b.Cols[j : j+1]}
		if err := alone.(mimic.Density).LogProb(dst[j], one); err != nil {
			return err
		}
	}
	if m.bug.parts != nil {
		m.bug.parts(dst)
	}
	return nil
}

// Propose draws from the exact conditional: a row weighs p(e).
func (m *planted) Propose(e space.Evidence) (mimic.Proposal, error) {
	given, err := m.Model.Condition(e)
	if err != nil {
		return nil, err
	}
	return &plantedProposal{m, given.(*independent.Model)}, nil
}

type plantedProposal struct {
	m     *planted
	given *independent.Model
}

func (q *plantedProposal) Draw(dst *table.Batch, logw []float64, k rng.Key) error {
	given := make([]float64, dst.N)
	err := errors.Join(q.given.Sample(dst, k), q.m.Model.LogProb(logw, dst), q.given.LogProb(given, dst))
	for i, l := range given {
		logw[i] -= l
	}
	if q.m.bug.weigh != nil {
		q.m.bug.weigh(logw, dst)
	}
	return err
}

func (m *planted) AppendBinary(dst []byte) ([]byte, error) {
	at := len(dst)
	dst, err := m.Model.AppendBinary(dst)
	if err == nil && m.bug.write != nil {
		dst = append(dst[:at], m.bug.write(dst[at:])...)
	}
	return dst, err
}

// bugs are what models get wrong.
var bugs = []*bug{
	{name: "density one part in a million too high", caught: "normalises", logProb: func(m *independent.Model, dst []float64, b *table.Batch) error {
		err := m.LogProb(dst, b)
		for i := range dst {
			dst[i] += 1e-6
		}
		return err
	}},
	{name: "density of reals 3 % too high", caught: "normalises on reals", logProb: func(m *independent.Model, dst []float64, b *table.Batch) error {
		err := m.LogProb(dst, b)
		for i := range dst {
			dst[i] += 0.03
		}
		return err
	}},
	{name: "an unseen level is impossible", caught: "finite inside, impossible outside", logProb: func(m *independent.Model, dst []float64, b *table.Batch) error {
		err := m.LogProb(dst, b)
		for i, code := range b.Cols[0].Code {
			if code == 2 {
				dst[i] = math.Inf(-1)
			}
		}
		return err
	}},
	{name: "a number beyond the domain is taken for its end", caught: "finite inside, impossible outside", logProb: func(m *independent.Model, dst []float64, b *table.Batch) error {
		c := *b
		c.Cols = slices.Clone(b.Cols)
		for j := range c.Cols {
			if f := &b.Schema.Fields[j]; f.Kind == space.Integer {
				c.Cols[j].Num = slices.Clone(c.Cols[j].Num)
				for i, x := range c.Cols[j].Num {
					if x > f.Max {
						c.Cols[j].Num[i] = f.Max
					}
				}
			}
		}
		return m.LogProb(dst, &c)
	}},
	{name: "a level drawn 3 % too seldom", caught: "samples follow the density", sample: func(m *independent.Model, dst *table.Batch, k rng.Key) error {
		err := m.Sample(dst, k)
		for i, code := range dst.Cols[0].Code {
			if code == 1 && k.Child(99).Float64(dst.First+int64(i)) < 0.03 {
				dst.Cols[0].Code[i] = 0
			}
		}
		return err
	}},
	{name: "two fields drawn from one word", caught: "samples follow the density", sample: func(m *independent.Model, dst *table.Batch, k rng.Key) error {
		err := m.Sample(dst, k)
		x := dst.Cols[len(dst.Cols)-1]
		for i := range x.Code {
			if x.Code[i] >= 0 && k.Child(99).Float64(dst.First+int64(i)) < 0.1 {
				x.Code[i] = min(dst.Cols[0].Code[i], 1)
			}
		}
		return err
	}},
	{name: "missing never drawn", caught: "samples follow the density on reals", sample: func(m *independent.Model, dst *table.Batch, k rng.Key) error {
		err := m.Sample(dst, k)
		for i, x := range dst.Cols[1].Num {
			if x != x {
				dst.Cols[1].Num[i] = 0
			}
		}
		return err
	}},
	{name: "reals drawn a twentieth of a standard deviation too high", caught: "samples follow the density on reals", sample: func(m *independent.Model, dst *table.Batch, k rng.Key) error {
		err := m.Sample(dst, k)
		for i := range dst.Cols[1].Num {
			dst.Cols[1].Num[i] += 0.05
		}
		return err
	}},
	{name: "the marginal of another field", caught: "marginal is the summed joint", without: func(m *independent.Model, fields []string) (mimic.Model, error) {
		if len(fields) == 2 && fields[0] == "count" {
			fields = []string{"price", "count"}
		}
		return m.Marginal(fields)
	}},
	{name: "evidence of missing overlooked", caught: "conditional is joint over evidence", given: func(m *independent.Model, e space.Evidence) (mimic.Model, error) {
		e = slices.Clone(e)
		for i := range e {
			if len(e[i].Codes)+len(e[i].Ranges) > 0 {
				e[i].Missing = false
			}
		}
		return m.Condition(e)
	}},
	{name: "only the first range looked at", caught: "conditional is joint over evidence", given: func(m *independent.Model, e space.Evidence) (mimic.Model, error) {
		e = slices.Clone(e)
		for i := range e {
			e[i].Ranges = e[i].Ranges[:min(1, len(e[i].Ranges))]
		}
		return m.Condition(e)
	}},
	{name: "a range of reals half open", caught: "conditional on reals", given: func(m *independent.Model, e space.Evidence) (mimic.Model, error) {
		e = slices.Clone(e)
		for i := range e {
			e[i].Ranges = slices.Clone(e[i].Ranges)
			for k := range e[i].Ranges {
				e[i].Ranges[k].Max = math.Inf(1)
			}
		}
		return m.Condition(e)
	}},
	{name: "impossible evidence taken for none", caught: "conditional is joint over evidence", given: func(m *independent.Model, e space.Evidence) (mimic.Model, error) {
		given, err := m.Condition(e)
		if errors.Is(err, mimic.ErrImpossible) {
			return m, nil
		}
		return given, err
	}},
	{name: "a level weighed a sixth too light", caught: "weighted draws are joint", weigh: func(logw []float64, rows *table.Batch) {
		for i, code := range rows.Cols[0].Code {
			if code == 1 {
				logw[i] += math.Log(5. / 6)
			}
		}
	}},
	{name: "the last of three levels left as it was", caught: "levels at once", joint: func(dst [][]float64) {
		if len(dst) == 3 {
			clear(dst[2])
		}
	}},
	{name: "a field that adds nothing", caught: "parts of fields sum to the whole", parts: func(dst [][]float64) { clear(dst[1]) }},
	{name: "a merge that drops what comes later", caught: "statistics are a monoid", merge: func(right, later mimic.Stats) error { return nil }},
	{name: "a weight that is not looked at", caught: "weights count rows", add: func(right mimic.Stats, b *table.Batch) error {
		c := *b
		c.Weight = nil
		return right.Add(&c)
	}},
	{name: "a codec that loses a probability", caught: "saved and loaded", read: func(s *space.Schema, blob []byte) (mimic.Model, error) {
		m, err := independent.Decode(s, blob)
		if err != nil {
			return nil, err
		}
		return &planted{m.(*independent.Model), &bug{logProb: func(m *independent.Model, dst []float64, b *table.Batch) error {
			err := m.LogProb(dst, b)
			for i := range dst {
				dst[i] = float64(float32(dst[i]))
			}
			return err
		}}}, nil
	}},
	{name: "blobs that are not the same twice", caught: "saved and loaded", write: counting(),
		read: func(s *space.Schema, blob []byte) (mimic.Model, error) {
			m, err := independent.Decode(s, blob[:max(0, len(blob)-8)])
			if err != nil {
				return nil, err
			}
			return &planted{m.(*independent.Model), &bug{write: counting()}}, nil
		}},
	{name: "a fit that counts its passes over batches", caught: "workers leave no trace", write: counting()},
	{name: "a row that depends on its place in the batch", caught: "batches leave no trace", sample: func(m *independent.Model, dst *table.Batch, k rng.Key) error {
		c := *dst
		c.First = 0
		return m.Sample(&c, k)
	}},
	{name: "a key that is not looked at", caught: "batches leave no trace", sample: func(m *independent.Model, dst *table.Batch, k rng.Key) error {
		return m.Sample(dst, rng.New(1))
	}},
	{name: "a state that users share", caught: "concurrent use", write: counting()},
	{name: "a fit that needs two rows", caught: "few rows and dull columns", fit: func(rows int64) error {
		if rows < 2 {
			return errors.New("too few rows")
		}
		return nil
	}},
	{name: "a decoder that trusts lengths", caught: hostile, read: func(s *space.Schema, blob []byte) (mimic.Model, error) {
		m, err := independent.Decode(s, blob)
		if err != nil && strings.Contains(err.Error(), "probabilities of") {
			var none []float64
			_ = none[len(blob)]
		}
		return m, err
	}},
	{name: "a decoder that stops reading early", caught: hostile, read: func(s *space.Schema, blob []byte) (mimic.Model, error) {
		m, err := independent.Decode(s, blob)
		if err != nil && len(blob) > 0 {
			m, err = independent.Decode(s, blob[:len(blob)-1])
		}
		return m, err
	}},
	{name: "a decoder that allocates what it is told to", caught: hostile, read: func(s *space.Schema, blob []byte) (mimic.Model, error) {
		m, err := independent.Decode(s, blob)
		if err != nil {
			waste = make([]byte, 65<<20)
		}
		return m, err
	}},
}

var waste []byte

// counting returns a write that appends how often it was called.
func counting() func(blob []byte) []byte {
	var calls atomic.Int64
	return func(blob []byte) []byte { return binary.LittleEndian.AppendUint64(blob, uint64(calls.Add(1))) }
}

// TestBugsAreCaught is the power of the suite: each bug is caught by the check
// that is there for it.
func TestBugsAreCaught(t *testing.T) {
	for _, b := range bugs {
		t.Run(b.name, func(t *testing.T) {
			i := slices.IndexFunc(Checks(), func(c Check) bool { return c.Name == b.caught })
			if i < 0 {
				t.Fatalf("no check %q", b.caught)
			}
			err := Checks()[i].Run(b.subject())
			if err == nil {
				t.Errorf("the check %q sees nothing wrong", b.caught)
			} else {
				t.Log(err)
			}
		})
	}
}

// TestEveryCheckHasABug makes sure that no check is there for nothing.
func TestEveryCheckHasABug(t *testing.T) {
	for _, c := range Checks() {
		if !slices.ContainsFunc(bugs, func(b *bug) bool { return b.caught == c.Name }) {
			t.Errorf("no bug shows that the check %q can fail", c.Name)
		}
	}
}

// TestNoBug makes sure that it is the bugs that are caught.
func TestNoBug(t *testing.T) { Run(t, (&bug{}).subject()) }
