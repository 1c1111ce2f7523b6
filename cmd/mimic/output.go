package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/seed-64d012fb/mimic/table/files"
)

// std is the path that stands for standard output, or input.
const std = "-"

// outFlag registers -o.
func outFlag(cmd *cobra.Command, out *string, byDefault, usage string) {
	cmd.Flags().StringVarP(out, "out", "o", byDefault, usage)
}

// onOut reports whether what goes to path goes to standard output, and refuses
// to mix it there with a result in JSON.
func (c *console) onOut(path, what string) (bool, error) {
	if path == std && c.json {
		return true, misusef("--json prints its result on standard output, where %s would go: name a file with -o", what)
	}
	return path == std, nil
}

// place says where an output goes.
func place(path string) string {
	if path == std {
		return "standard output"
	}
	return path
}

// writable returns an error if path surely cannot be written, or is one of the
// inputs, files or globs, so that no long work is done in vain and no rows are
// lost to those made from them.
func writable(path string, inputs ...string) error {
	if in := oneOf(path, inputs); in != "" {
		return misusef("-o %s would replace %s, which is read: name another file", path, in)
	}
	folder := filepath.Dir(filepath.Clean(path))
	switch info, err := os.Stat(folder); {
	case err != nil:
		return fmt.Errorf("%s cannot be written: there is no folder %s", path, folder)
	case !info.IsDir():
		return fmt.Errorf("%s cannot be written: %s is no folder", path, folder)
	}
	return nil
}

// writableRows is writable for a file of rows, whose name says its format.
func writableRows(path string, inputs ...string) error {
	if err := files.CheckName(path); err != nil {
		return misuse{err}
	}
	return writable(path, inputs...)
}

// oneOf returns the input that is the very file at path, or "".
func oneOf(path string, inputs []string) string {
	out, err := os.Stat(path)
	if err != nil || !out.Mode().IsRegular() {
		return "" // nothing is there, or nothing that would be replaced
	}
	for _, in := range inputs {
		names, err := filepath.Glob(in)
		if err != nil {
			continue // what is no glob either is an error of the reader
		}
		for _, name := range append(names, in) {
			if info, err := os.Stat(name); err == nil && os.SameFile(info, out) {
				return name
			}
		}
	}
	return ""
}
