package main

import (
	"bytes"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/mattn/go-runewidth"
)

// screen is plain text for a person: lines, and tables set in columns that fit
// the terminal.
type screen struct {
	bytes.Buffer
	width int // of the terminal; 0 means without end
}

// line adds a line.
func (s *screen) line(format string, args ...any) {
	fmt.Fprintf(s, format, args...)
	s.WriteByte('\n')
}

// grid is a table: a heading, and rows of as many cells. Columns whose heading
// starts with a space are set to the right, as numbers are.
type grid struct {
	head  []string
	rows  [][]string
	under map[int][]string // lines of text under a row
}

func (g *grid) add(cells ...string) { g.rows = append(g.rows, cells) }

// remark puts a line of text under the last row.
func (g *grid) remark(text string) {
	if g.under == nil {
		g.under = map[int][]string{}
	}
	last := len(g.rows) - 1
	g.under[last] = append(g.under[last], text)
}

const gutter = 2 // spaces between columns

// grid adds a table. Where it is wider than the terminal, the widest column is
// cut.
func (s *screen) grid(g *grid) {
	widths := g.widths(s.width)
	s.row(g, widths, g.head)
	for i, row := range g.rows {
		s.row(g, widths, row)
		for _, text := range g.under[i] {
			s.paragraph("    ", text)
		}
	}
}

func (g *grid) widths(limit int) []int {
	widths := make([]int, len(g.head))
	for _, row := range append([][]string{g.head}, g.rows...) {
		for j, cell := range row {
			widths[j] = max(widths[j], runewidth.StringWidth(strings.TrimPrefix(cell, " ")))
		}
	}
	total, widest := -gutter, 0
	for j, w := range widths {
		total += w + gutter
		if w > widths[widest] {
			widest = j
		}
	}
	if over := total - limit; limit > 0 && over > 0 {
		widths[widest] = max(1, widths[widest]-over)
	}
	return widths
}

func (s *screen) row(g *grid, widths []int, cells []string) {
	var line strings.Builder
	for j, cell := range cells {
		if j > 0 {
			line.WriteString(strings.Repeat(" ", gutter))
		}
		cell = runewidth.Truncate(strings.TrimPrefix(cell, " "), widths[j], "…")
		if strings.HasPrefix(g.head[j], " ") {
			line.WriteString(runewidth.FillLeft(cell, widths[j]))
		} else {
			line.WriteString(runewidth.FillRight(cell, widths[j]))
		}
	}
	s.line("%s", strings.TrimRight(line.String(), " "))
}

// paragraph adds text, wrapped at the width of the terminal, or of a page where
// there is none, each line behind the indent.
func (s *screen) paragraph(indent, text string) {
	limit := s.width
	if limit == 0 {
		limit = helpWidth
	}
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && runewidth.StringWidth(indent+line+" "+word) > limit {
			s.line("%s%s", indent, line)
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	if line != "" {
		s.line("%s%s", indent, line)
	}
}

// count writes a whole number with its thousands apart: 48,842.
func count(n int64) string {
	digits := strconv.FormatInt(n, 10)
	sign := ""
	if n < 0 {
		sign, digits = "-", digits[1:]
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return sign + digits
}

// many writes a count and its noun: "1 row", "2 rows", "3 categories".
func many(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	if stem, ok := strings.CutSuffix(noun, "y"); ok {
		return count(n) + " " + stem + "ies"
	}
	return count(n) + " " + noun + "s"
}

// plural writes a count and its noun, either of which is told.
func plural(n int64, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return count(n) + " " + more
}

// fixed writes x with so many digits after the point; a number that is not
// known is a dash.
func fixed(x float64, digits int) string {
	if math.IsNaN(x) {
		return "-"
	}
	return strconv.FormatFloat(x, 'f', digits, 64)
}

// seconds writes a time: "0.04 s", "12.3 s", "204 s".
func seconds(d time.Duration) string {
	s := d.Seconds()
	switch {
	case s < 10:
		return fixed(s, 2) + " s"
	case s < 100:
		return fixed(s, 1) + " s"
	}
	return fixed(s, 0) + " s"
}
