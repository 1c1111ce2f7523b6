package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/artifact"
	"github.com/seed-64d012fb/mimic/fit"
	"github.com/seed-64d012fb/mimic/space"
)

func newInspect(con *console) *cobra.Command {
	return &cobra.Command{
		Use:     "inspect MODEL",
		GroupID: groupAsk,
		Short:   "Show what a model file holds",
		Long: `Inspect shows the kind of a model, how it came to be, how probable held-out rows
are under it, the sample space, and the parameters where they can be read.`,
		Example: `  mimic inspect adult.mimic
  mimic inspect adult.mimic --json | jq .manifest.held_out
  unzip -p adult.mimic schema.yaml            the file is a zip archive`,
		Args:              words("MODEL"),
		ValidArgsFunction: completeModelFile,
		RunE: func(_ *cobra.Command, args []string) error {
			a, err := con.load(args[0])
			if err != nil {
				return err
			}
			result := inspect(a)
			return con.report(false, result, func(s *screen) { result.draw(s, name(args), a) })
		},
	}
}

// inspected is the account of a model file, in JSON.
type inspected struct {
	Manifest   artifact.Manifest   `json:"manifest"`
	Parameters *int64              `json:"parameters"`
	Fields     []fieldAccount      `json:"fields"`
	Theta      []mimic.Description `json:"theta"`
}

// fieldAccount is a field of the sample space in JSON.
type fieldAccount struct {
	Name     string `json:"name"`
	Kind     string `json:"kind"`
	Domain   string `json:"domain"`
	Optional bool   `json:"optional"`
	Why      string `json:"why,omitempty"`
}

func fields(s *space.Schema) []fieldAccount {
	all := make([]fieldAccount, len(s.Fields))
	for j := range s.Fields {
		f := &s.Fields[j]
		all[j] = fieldAccount{f.Name, f.Kind.String(), domain(f), f.Optional(), f.Why}
	}
	return all
}

func inspect(a *artifact.Artifact) *inspected {
	r := &inspected{Manifest: a.Manifest, Fields: fields(a.Model.Schema()), Theta: []mimic.Description{}}
	if p, ok := a.Model.(fit.Parametric); ok {
		n := p.Parameters()
		r.Parameters = &n
	}
	if d, ok := a.Model.(mimic.Describer); ok {
		r.Theta = d.Describe()
	}
	return r
}

func (r *inspected) draw(s *screen, path string, a *artifact.Artifact) {
	m := &r.Manifest
	what := m.Kind
	if r.Parameters != nil {
		what += ", " + many(*r.Parameters, "parameter")
	}
	s.line("%s: %s", path, what)
	s.line("format %d, written by mimic %s", m.Version, m.Mimic)
	s.line("fitted to %s, %s", many(m.Data.Rows, "row"), m.Data.Digest)
	how := []string{fmt.Sprintf("seed %d", m.Options.Seed)}
	if m.Options.Label != "" {
		how = append(how, "label "+m.Options.Label)
	}
	if m.Options.Sharp {
		how = append(how, "sharp")
	}
	if w := m.Options.Discriminate; w != 0 {
		how = append(how, fmt.Sprintf("told labels weigh %v", w))
	}
	s.line("%s", strings.Join(how, ", "))
	if h := m.HeldOut; h != nil {
		s.line("%s nats per row, ± %s, on %s (a share of %v)", nats(h.Nats.Mean), nats(h.Nats.StdErr), many(h.Nats.Rows, "held-out row"), h.Share)
	} else {
		s.line("no rows were held out to measure it on")
	}

	s.line("")
	g := &grid{head: []string{"field", "kind", "domain"}}
	for j, f := range r.Fields {
		d := f.Domain
		if f.Optional {
			d += fmt.Sprintf(", or missing (%q)", a.Model.Schema().Fields[j].Missing[0])
		}
		g.add(f.Name, f.Kind, d)
	}
	s.grid(g)

	for _, t := range r.Theta {
		s.line("")
		s.line("%s", t.Title)
		s.grid(&grid{head: t.Head, rows: t.Rows})
	}
}

// shownLevels is how many levels of a field are listed.
const shownLevels = 6

// domain says which values a field can take.
func domain(f *space.Field) string {
	switch {
	case f.Kind.Coded():
		levels, rest := f.Levels, ""
		if len(levels) > shownLevels {
			levels, rest = levels[:shownLevels], ", …"
		}
		return fmt.Sprintf("%s: %s%s", many(int64(len(f.Levels)), "level"), strings.Join(levels, ", "), rest)
	case f.Kind.Numeric():
		return fmt.Sprintf("%s to %s", f.AppendNum(nil, f.Min), f.AppendNum(nil, f.Max))
	}
	return f.Pattern
}
