// Command cities makes docs/cities.md and its pictures: the rungs of the ladder
// fitted to the cities of more than a million people, and where their samples
// fall.
//
//	go run ./examples/cities docs
package main

import (
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/template"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/fit"
	"github.com/seed-64d012fb/mimic/judge"
	"github.com/seed-64d012fb/mimic/models"
	"github.com/seed-64d012fb/mimic/report"
	"github.com/seed-64d012fb/mimic/table"
	"github.com/seed-64d012fb/mimic/table/files"
)

//go:embed page.md
var page string

// rule says where a city can be: on land, or within a fifth of a degree of the
// coarse outline that we have of it.
const rule = `within(longitude, latitude, "example:land", 0.2)`

const (
	drawn = 1500 // samples of each rung
	seed  = 1
)

// rung is what came of one kind of model.
type rung struct {
	Kind, Summary string
	Picture       string
	*judge.Judgement
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: cities FOLDER")
		os.Exit(2)
	}
	if err := run(context.Background(), os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "cities:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, dir string) error {
	all, _, err := files.Read(ctx, []string{"example:cities"}, files.Options{})
	if err != nil {
		return err
	}
	points, err := project(all, "longitude", "latitude")
	if err != nil {
		return err
	}
	train, held := fit.Split(points, 0.2, seed)
	var rungs []rung
	for _, r := range models.All() {
		family, err := r.New(models.Options{Seed: seed})
		if err != nil {
			return err
		}
		j, err := judged(ctx, family, train, held)
		if err != nil {
			fmt.Fprintf(os.Stderr, "%s is left out: %v\n", r.Kind, err)
			continue
		}
		picture := "cities-" + r.Kind + ".svg"
		var text bytes.Buffer
		if err := report.WriteMap(&text, j, fmt.Sprintf("%d samples of %s", drawn, r.Kind)); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, picture), text.Bytes(), 0o644); err != nil {
			return err
		}
		rungs = append(rungs, rung{r.Kind, r.Summary, picture, j})
	}
	return writePage(filepath.Join(dir, "cities.md"), rungs)
}

func judged(ctx context.Context, family mimic.Family, train, held *table.Table) (*judge.Judgement, error) {
	m, err := fit.Run(ctx, train, family, fit.Options{})
	if err != nil {
		return nil, err
	}
	return judge.Run(ctx, judge.Input{Train: train, Held: held, Model: m, Rules: []string{rule}},
		judge.Options{Rows: drawn, Seed: seed})
}

// project returns the rows with some of their fields alone.
func project(t *table.Table, names ...string) (*table.Table, error) {
	b := t.All()
	places := make([]int, len(names))
	cols := make([]table.Column, len(names))
	for i, name := range names {
		if places[i] = b.Schema.Index(name); places[i] < 0 {
			return nil, fmt.Errorf("the cities have no field %q", name)
		}
		cols[i] = b.Cols[places[i]]
	}
	return table.New(&table.Batch{Schema: b.Schema.Project(places), N: b.N, Cols: cols}), nil
}

func writePage(path string, rungs []rung) error {
	t, err := template.New("page").Funcs(template.FuncMap{
		"percent": func(e judge.Estimate) string { return fmt.Sprintf("%.1f %%", 100*float64(e.Value)) },
		"nats": func(j *judge.Judgement) string {
			for _, f := range j.Figures {
				if f.Key == "likelihood.held" {
					return strings.Replace(fmt.Sprintf("%.2f", f.Samples.Value), "-", "−", 1)
				}
			}
			return "–"
		},
	}).Parse(page)
	if err != nil {
		return err
	}
	var text bytes.Buffer
	if err := t.Execute(&text, map[string]any{"Rungs": rungs, "Rule": rule, "Drawn": drawn}); err != nil {
		return err
	}
	return os.WriteFile(path, text.Bytes(), 0o644)
}
