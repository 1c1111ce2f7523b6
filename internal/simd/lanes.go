package simd

import "math"

// Lanes are eight numbers of 16 bits: the upper halves of the bits of float32s. Sums of
// Lanes are sums of all eight, as long as none runs over into the next.
type Lanes [2]uint64

// Add adds to lane c.
func (l *Lanes) Add(c int, x uint16) { l[c/4] += uint64(x) << (16 * (c % 4)) }

// Power returns the number that lane c stands for: it doubles with every 128, and is a
// straight line in between.
func (l *Lanes) Power(c int) float64 { return Power(uint16(l[c/4] >> (16 * (c % 4)))) }

// Power returns the number that a lane stands for.
func Power(lane uint16) float64 {
	const rebias = 1023 - 127
	return math.Float64frombits(uint64(lane)<<(52-7) + rebias<<52)
}

// AddLanes adds to each of the sums what four tables say of its bins, on the side that
// the last bit of side says.
func AddLanes(sums []Lanes, tables [4]*[2][256]Lanes, side []uint8, bins [4][]uint8) {
	n := len(sums)
	side = side[:n]
	a, b, c, d := bins[0][:n], bins[1][:n], bins[2][:n], bins[3][:n]
	w, x, y, z := tables[0], tables[1], tables[2], tables[3]
	for i := range sums {
		at := side[i] & 1
		p, q, r, s := &w[at][a[i]], &x[at][b[i]], &y[at][c[i]], &z[at][d[i]]
		sums[i][0] += p[0] + q[0] + r[0] + s[0]
		sums[i][1] += p[1] + q[1] + r[1] + s[1]
	}
}

// DrawClasses draws a class for each of the rows by its point, from up to eight of the
// given masses times the powers of the row's lanes; classes after the last have no
// mass. It sets class, and word to how far into the unweighed mass of the class the
// point lies, both by the place among rows.
func DrawClasses(class []uint8, word []uint32, masses *[8]float64, last int, sums []Lanes, points []uint32, rows []uint16) {
	drawClasses(class[:len(rows)], word[:len(rows)], masses, last, sums[:len(points)], points, rows)
}

// drawClassesGo is the definition. Running sums are made by shifts of 1, 2 and 4.
func drawClassesGo(class []uint8, word []uint32, masses *[8]float64, last int, sums []Lanes, points []uint32, rows []uint16) {
	var w, s, t [8]float64
	for i, r := range rows {
		l := &sums[r]
		for c := range w {
			w[c] = l.Power(c)
			s[c] = float64(masses[c] * w[c])
		}
		for _, by := range [...]int{1, 2, 4} {
			t = s
			for c := by; c < len(s); c++ {
				s[c] = t[c] + t[c-by]
			}
		}
		x := float64((float64(points[r]) + .5) * float64(s[7]*(1./(1<<32))))
		c := 0
		for _, y := range s {
			c += int(^math.Float64bits(x-y) >> 63) // as no branch foretells a draw
		}
		c = min(c, last)
		if c > 0 {
			x -= s[c-1]
		}
		// Rounding may have put x before the class.
		class[i], word[i] = uint8(c), uint32(min(max(x/w[c], 0), math.MaxUint32))
	}
}
