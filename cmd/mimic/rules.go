package main

import (
	"context"

	"github.com/seed-64d012fb/mimic/rules"
	"github.com/seed-64d012fb/mimic/space"
)

// compileRules reads the rules of a sample space. Files that they name are in
// folder.
func compileRules(s *space.Schema, folder string) (*rules.Set, error) {
	return rules.Compile(s, s.Rules, rules.Options{Dir: folder})
}

// broken says how many rows of the data break a rule, in JSON.
type broken struct {
	Rule  string `json:"rule"`
	Rows  int64  `json:"rows"`
	First int64  `json:"first"` // number of the first of them
}

// breaks returns the rules of the sample space that rows of the data break.
func (d *dataset) breaks(ctx context.Context, folder string) ([]broken, error) {
	set, err := compileRules(d.Schema(), folder)
	if err != nil {
		return nil, err
	}
	rows, err := set.Check(ctx, d.All())
	if err != nil {
		return nil, err
	}
	var all []broken
	for i, which := range rows {
		if len(which) > 0 {
			all = append(all, broken{set.Text(i), int64(len(which)), int64(which[0])})
		}
	}
	return all, nil
}
