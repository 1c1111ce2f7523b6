package forest

import (
	"context"
	"math"
	"slices"

	"github.com/seed-64d012fb/mimic/internal/par"
)

const (
	chooseRows = 2048 // rows by which mutual information is estimated
	chooseBins = 16   // bins of each of the two columns
	leastAsk   = 4    // columns that are asked however little they tell
)

// choose sets the views that each column's trees ask: all those of the columns
// before it, or of the 32 of them that tell the most about it, where these tell
// more than chance would.
func (m *Model) choose(ctx context.Context, bins [][]uint8, rows int) error {
	if len(m.columns) <= maxAsk+1 {
		for p := range m.columns {
			m.columns[p].ask = m.viewsOf(upTo(p))
		}
		return nil
	}
	coarse := m.coarse(bins, rows)
	return par.Do(ctx, len(m.columns), func(p int) error {
		before := upTo(p)
		if p > maxAsk {
			information, excess := make([]float64, p), make([]float64, p)
			for q := range before {
				information[q], excess[q] = mutualInformation(coarse[p], coarse[q])
			}
			slices.SortStableFunc(before, func(a, b int) int {
				switch {
				case information[a] > information[b]:
					return -1
				case information[a] < information[b]:
					return 1
				}
				return 0
			})
			n := maxAsk
			for n > leastAsk && excess[before[n-1]] < 3 {
				n--
			}
			before = before[:n]
			slices.Sort(before)
		}
		m.columns[p].ask = m.viewsOf(before)
		return nil
	})
}

func upTo(p int) []int {
	before := make([]int, p)
	for q := range before {
		before[q] = q
	}
	return before
}

func (m *Model) viewsOf(columns []int) []int32 {
	var views []int32
	for _, p := range columns {
		for _, v := range m.columns[p].views {
			views = append(views, int32(v))
		}
	}
	return views
}

// coarse returns the first view of each column for rows spread over the table,
// in at most 16 bins [columns][rows]: neighbours are put together, so that an
// unordered view keeps its most frequent levels apart only where they are few.
func (m *Model) coarse(bins [][]uint8, rows int) [][]uint8 {
	n := min(rows, chooseRows)
	coarse := make([][]uint8, len(m.columns))
	for p := range m.columns {
		v := m.columns[p].views[0]
		own := make([]uint8, n)
		var count [maxViewBins]int
		for i := range own {
			own[i] = bins[v][i*rows/n]
			count[own[i]]++
		}
		var to [maxViewBins]uint8
		at, sum := 0, 0
		for b := range m.views[v].bins {
			to[b] = uint8(at)
			sum += count[b]
			if sum*chooseBins >= n*(at+1) && at < chooseBins-1 {
				at++
			}
		}
		for i, b := range own {
			own[i] = to[b]
		}
		coarse[p] = own
	}
	return coarse
}

// mutualInformation returns an estimate, in nats, from bins below 16, and by how
// many standard deviations it exceeds that of independent columns.
//
// Reference: Miller (1955), Note on the bias of information estimates; Wilks
// (1938), The large-sample distribution of the likelihood ratio.
func mutualInformation(a, b []uint8) (nats, excess float64) {
	var joint [chooseBins * chooseBins]int32
	for i := range a {
		joint[int(a[i])*chooseBins+int(b[i])]++
	}
	var left, right [chooseBins]int32
	rows := int32(len(a))
	sum, cells, rowsOf, colsOf := entropyTerm(rows), 0.0, 0.0, 0.0
	for k, n := range joint {
		if n > 0 {
			left[k/chooseBins] += n
			right[k%chooseBins] += n
			sum += entropyTerm(n)
			cells++
		}
	}
	for k := range chooseBins {
		sum -= entropyTerm(left[k]) + entropyTerm(right[k])
		if left[k] > 0 {
			rowsOf++
		}
		if right[k] > 0 {
			colsOf++
		}
	}
	degrees := (rowsOf - 1) * (colsOf - 1)
	if rows == 0 || degrees == 0 {
		return 0, 0
	}
	return (sum - (cells-rowsOf-colsOf+1)/2) / float64(rows), (2*sum - degrees) / math.Sqrt(2*degrees)
}
