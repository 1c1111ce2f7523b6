package forest

import (
	"github.com/seed-64d012fb/mimic/internal/simd"
	"github.com/seed-64d012fb/mimic/table"
)

const blockRows = 1 << 11 // rows that are evaluated together, as the cache likes

// scratch is what evaluating or sampling a run of rows needs. It holds nothing
// between runs.
type scratch struct {
	descent
	codes   []uint16
	rows    []uint16
	order   []uint16 // rows of a run, like ones side by side
	common  int      // rows of the longest run that is drawn in that order: middleRun
	points  []uint32 // [rows] of the sequence that a run draws by
	words   []uint64
	tilts   []simd.Lanes // [rows] sums of a tilt
	shares  []float64    // [rows] probability of the code of a row, over all trees
	weights []perClass   // [rows] of a tilt
	totals  []int32
	sums    []uint64 // words that draw the code of a row, over all trees
	hashes  []uint64
	detail  []float64
	logp    []float64
	p, q    []float64 // [codes] of the column with the most
	counts  []int32   // [codes + 1]
	column  table.Column
}

func (m *Model) newScratch() *scratch {
	s := &scratch{
		descent: descent{bins: make([][]uint8, len(m.views)), spare: make([]uint16, longestRun)},
		codes:   make([]uint16, longestRun),
		rows:    make([]uint16, longestRun),
		order:   make([]uint16, longestRun),
		common:  middleRun,
		points:  make([]uint32, longestRun),
		totals:  make([]int32, blockRows),
		words:   make([]uint64, longestRun),
		sums:    make([]uint64, longestRun),
		hashes:  make([]uint64, longestRun),
		detail:  make([]float64, longestRun),
		logp:    make([]float64, longestRun),
	}
	most, tilted := 0, false
	for p := range m.columns {
		c := &m.columns[p]
		most = max(most, len(c.rows))
		tilted = tilted || c.tilt != nil
		for _, v := range c.views {
			s.bins[v] = make([]uint8, longestRun)
		}
	}
	for v := range m.views {
		if m.views[v].direction != nil {
			s.bins[v] = make([]uint8, longestRun)
		}
	}
	if tilted {
		s.tilts, s.shares, s.weights = make([]simd.Lanes, longestRun), make([]float64, blockRows), make([]perClass, blockRows)
	}
	s.p, s.q, s.counts = make([]float64, most), make([]float64, most), make([]int32, most+1)
	return s
}
