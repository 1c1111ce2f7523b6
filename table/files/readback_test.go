package files

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

var readbackDir = flag.String("readback", "", "write the files of TestOthersReadOurFiles to this folder, for internal/refgen/files/readback.py")

// readbackTable is a table of every kind and every type that a column can be
// stored as, and its cells as JSON: numbers, texts, null.
func readbackTable() (*table.Table, map[string][]any) {
	const second, day = time.Second, 24 * time.Hour
	fields := []space.Field{
		{Name: "whole", Kind: space.Integer, Min: -1e9, Max: 1e9},
		{Name: "money", Kind: space.Decimal, Digits: 2, Min: -1e5, Max: 1e5},
		{Name: "real", Kind: space.Real, Min: -2, Max: 2},
		{Name: "flag", Kind: space.Bool, Levels: []string{"false", "true"}},
		{Name: "word", Kind: space.Category, Levels: []string{"a", "ü", "with, comma", `say "x"`, "two\nlines"}},
		{Name: "day", Kind: space.Datetime, Unit: day, Layout: "%Y-%m-%d", Min: -1e4, Max: 3e4},
		{Name: "when", Kind: space.Datetime, Unit: second, Layout: "%Y-%m-%d %H:%M:%S", Min: -1e9, Max: 4e9},
		{Name: "clock", Kind: space.Duration, Unit: second, Layout: "%H:%M:%S", Max: 86399},
		{Name: "text id", Kind: space.ID},
	}
	for _, storage := range []string{
		"int8", "int16", "int32", "uint8", "uint16", "uint32", "uint64", "float", "decimal(9,2)",
		"decimal(18,2)", "decimal(38,2)", "timestamp[ms]", "timestamp[ns]", "timestamp[us,UTC]", "time[ms]", "date",
	} {
		f := space.Field{Name: storage, Storage: storage, Kind: space.Integer, Max: 100}
		switch storage {
		case "float", "decimal(9,2)", "decimal(18,2)", "decimal(38,2)":
			f.Kind, f.Digits, f.Min = space.Decimal, 2, -100
		case "timestamp[ms]", "timestamp[ns]", "timestamp[us,UTC]":
			f.Kind, f.Unit, f.Layout, f.Max = space.Datetime, second, "%Y-%m-%d %H:%M:%S", 4e9
		case "time[ms]":
			f.Kind, f.Unit, f.Layout, f.Max = space.Duration, second, "%H:%M:%S", 86399
		case "date":
			f.Kind, f.Unit, f.Layout, f.Max = space.Datetime, day, "%Y-%m-%d", 3e4
		}
		fields = append(fields, f)
	}
	for j := range fields {
		if j%2 == 0 && fields[j].Kind != space.ID {
			fields[j].Missing = []string{""}
		}
	}
	b := table.NewBatch(&space.Schema{Fields: fields}, 0, 200)
	cells := map[string][]any{}
	for j := range fields {
		f, c := &fields[j], &b.Cols[j]
		for i := range b.N {
			u := float64((i*7919+j*104729)%1009) / 1008 // evenly in [0, 1]
			var cell any
			switch missing := f.Optional() && i%9 == 5; {
			case f.Kind == space.ID:
				c.Text[i] = fmt.Sprintf("id-%04d", i*i)
				cell = c.Text[i]
			case f.Kind.Coded() && missing:
				c.Code[i] = table.Missing
			case f.Kind.Coded():
				c.Code[i] = min(int32(u*float64(len(f.Levels))), int32(len(f.Levels)-1))
				cell = f.Levels[c.Code[i]]
			case missing:
				c.Num[i] = table.NoNumber
			default:
				c.Num[i] = f.Snap(f.Min + u*(f.Max-f.Min))
				cell = c.Num[i]
				switch {
				case f.Kind == space.Datetime && f.Unit == day:
					cell = time.Unix(0, 0).UTC().AddDate(0, 0, int(c.Num[i])).Format("2006-01-02")
				case f.Kind == space.Datetime:
					cell = time.Unix(int64(c.Num[i]), 0).UTC().Format("2006-01-02 15:04:05")
				case f.Kind == space.Duration:
					cell = time.Unix(int64(c.Num[i]), 0).UTC().Format("15:04:05")
				}
			}
			cells[f.Name] = append(cells[f.Name], cell)
		}
	}
	return table.New(b), cells
}

// pandas, pyarrow and DuckDB have read these very bytes and found the cells in
// them, with the types that testdata/readback.json says. If they change, have
// them read again: internal/refgen/files/readback.py says how.
func TestOthersReadOurFiles(t *testing.T) {
	var recorded struct {
		SHA256 map[string]string `json:"sha256"`
	}
	text, err := os.ReadFile("testdata/readback.json")
	if err == nil {
		err = json.Unmarshal(text, &recorded)
	}
	if err != nil && *readbackDir == "" {
		t.Fatal(err)
	}
	dir := *readbackDir
	if dir == "" {
		dir = t.TempDir()
	}
	tb, cells := readbackTable()
	for _, ext := range extensions {
		name := "table" + ext
		path := filepath.Join(dir, name)
		w, err := Create(path, tb.Schema())
		if err != nil {
			t.Fatal(err)
		}
		writeBatches(t, w, tb)
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(b)
		if got := hex.EncodeToString(sum[:]); *readbackDir == "" && got != recorded.SHA256[name] {
			t.Errorf("%s: these are not the bytes that others have read", name)
		}
	}
	if *readbackDir != "" {
		var columns []string
		for _, f := range tb.Schema().Fields {
			columns = append(columns, f.Name)
		}
		text, err := json.Marshal(map[string]any{"columns": columns, "cells": cells})
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "cells.json"), text, 0o666); err != nil {
			t.Fatal(err)
		}
	}
}
