package main

import (
	"fmt"

	"github.com/seed-64d012fb/mimic/judge"
)

// drawJudgement shows the verdict, each figure of the samples beside that of the
// yardsticks, and each rule.
func drawJudgement(s *screen, j *judge.Judgement) {
	s.paragraph("", j.Verdict.Sentence)
	s.line("")
	v := &j.Verdict
	g := &grid{head: []string{"", " A impossible", " B too near", " C good"}}
	for _, row := range []struct {
		who    string
		shares judge.Shares
	}{
		{"the samples", v.Samples}, {"real held-out rows", v.Held},
		{"a copy of the training rows", v.Copy}, {"independent fields", v.Independent},
	} {
		g.add(row.who, percent(row.shares.Impossible), percent(row.shares.Copied), percent(row.shares.Good))
	}
	s.grid(g)

	var group judge.Group
	for i := range j.Figures {
		f := &j.Figures[i]
		if f.Group != group {
			if group != "" {
				s.grid(g)
			}
			group = f.Group
			s.line("")
			g = &grid{head: []string{string(group), " samples", " held-out", " copy", " independent", ""}}
		}
		drawFigure(g, f)
	}
	if group != "" {
		s.grid(g)
	}

	if len(j.Rules) > 0 {
		s.line("")
		g = &grid{head: []string{"rows that break the rule", " samples", " held-out", " training"}}
		for i := range j.Rules {
			r := &j.Rules[i]
			g.add(r.Rule, outOf(r.Samples, r.SamplesRows), outOf(r.Held, r.HeldRows), outOf(r.Train, r.TrainRows))
		}
		s.grid(g)
	}

	if len(j.Notes) > 0 {
		s.line("")
	}
	for _, note := range j.Notes {
		s.paragraph("", note)
	}
}

func outOf(n, rows int) string { return fmt.Sprintf("%d of %d", n, rows) }

// drawFigure shows one figure, what it means, and what it cannot tell.
func drawFigure(g *grid, f *judge.Figure) {
	name := f.Name
	if f.Unit != "" {
		name += ", " + f.Unit
	}
	g.add(name, estimate(f.Samples), estimate(f.Held), estimate(f.Copy), estimate(f.Independent), string(f.Outcome))
	g.remark(fmt.Sprintf("%s (%s)", f.Meaning, f.Goal))
	if f.Warning != "" {
		g.remark("! " + f.Warning)
	}
}

// estimate writes a figure with its standard error.
func estimate(e judge.Estimate) string {
	if e.IsNone() {
		return "-"
	}
	text := fmt.Sprintf("%.3g", float64(e.Value))
	if e.StdErr > 0 {
		text += fmt.Sprintf(" ± %.2g", float64(e.StdErr))
	}
	return text
}

// percent writes a share.
func percent(e judge.Estimate) string {
	if e.IsNone() {
		return "-"
	}
	return fmt.Sprintf("%.2f %%", 100*float64(e.Value))
}
