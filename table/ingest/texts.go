package ingest

import (
	"slices"

	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// unify gives the texts of all workers one code each, in the order of their
// first appearance, and counts them.
func (c *column) unify() {
	switch {
	case c.reading.Form != space.AsText, c.field != nil && c.field.Kind == space.ID:
		return
	case c.wide && allDistinct(c.text):
		c.texts = c.text
		return
	case c.wide:
		c.codeTexts()
	}
	if alone := c.onlyWorker(); alone >= 0 { // its codes are in that order already
		c.texts = c.parts[alone].dict.texts
	} else {
		c.translate()
	}
	c.counts = make([]int64, len(c.texts))
	for _, code := range c.code {
		if code >= 0 {
			c.counts[code]++
		}
	}
	c.parts, c.runs = nil, nil
}

// codeTexts codes the texts of a column that turned out not to be wide.
func (c *column) codeTexts() {
	c.parts = make([]part, 1)
	c.code = make([]int32, len(c.text))
	for i, text := range c.text {
		c.code[i] = c.parts[0].dict.codeOf(text)
	}
	c.text, c.wide = nil, false
}

// onlyWorker returns the worker that coded all rows, or -1 if several did.
func (c *column) onlyWorker() int {
	only := 0
	for i, r := range c.runs {
		if i > 0 && r.worker != only {
			return -1
		}
		only = r.worker
	}
	return only
}

// translate turns the codes of the workers into codes of one dictionary.
func (c *column) translate() {
	var all dict
	to := make([][]int32, len(c.parts))
	for w := range c.parts {
		c.parts[w].dict.slots = nil
		to[w] = slices.Repeat([]int32{table.Missing}, len(c.parts[w].dict.texts))
	}
	rows := c.code
	for _, r := range c.runs {
		to, texts := to[r.worker], c.parts[r.worker].dict.texts
		for i, code := range rows[:r.rows] {
			if code < 0 {
				continue
			}
			if to[code] < 0 {
				to[code] = all.codeOf(texts[code])
			}
			rows[i] = to[code]
		}
		rows = rows[r.rows:]
	}
	c.texts = all.texts
}
