package models

import (
	"slices"
	"testing"

	"github.com/seed-64d012fb/mimic/space"
)

func TestAuto(t *testing.T) {
	number := space.Field{Kind: space.Integer, Max: 9}
	bit := space.Field{Kind: space.Bool, Levels: []string{"0", "1"}}
	id := space.Field{Kind: space.ID, Pattern: "K{n:4}"}
	many := space.Field{Kind: space.Category, Levels: make([]string, fewLevels+1)}
	for _, c := range []struct {
		name   string
		fields []space.Field
		image  *space.Image
		want   sort
	}{
		{"nothing", nil, nil, tables},
		{"an ID alone", []space.Field{id}, nil, tables},
		{"numbers", []space.Field{id, number, number}, nil, numbers},
		{"numbers and a label", []space.Field{number, bit}, nil, numbers},
		{"a number among levels", []space.Field{number, bit, many}, nil, tables},
		{"bits", []space.Field{id, bit, bit}, nil, vectors},
		{"a zip code", []space.Field{bit, bit, many}, nil, tables},
		{"a picture and a label", []space.Field{many, bit}, &space.Image{First: 1, Width: 1, Height: 1, Channels: 1, Levels: 2}, pictures},
	} {
		s := &space.Schema{Fields: c.fields, Image: c.image}
		if got := sortOf(s); got != c.want {
			t.Errorf("%s: sort %d, want %d", c.name, got, c.want)
		}
		kinds := Auto(s)
		if len(kinds) < len(quick) || !slices.Equal(kinds[:2], []string{"uniform", "independent"}) {
			t.Errorf("%s: auto tries %v", c.name, kinds)
		}
		for i, kind := range kinds {
			if _, err := Lookup(kind); err != nil || slices.Contains(kinds[:i], kind) {
				t.Errorf("%s: auto tries %v (%v)", c.name, kinds, err)
			}
		}
	}
}
