package main

import (
	"bytes"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"github.com/seed-64d012fb/mimic/artifact"
)

// save writes a model file to path, or to standard output.
func (c *console) save(path string, a *artifact.Artifact) error {
	if path == std {
		return artifact.Write(c.out, a)
	}
	return artifact.Save(path, a)
}

// load reads a model file from path, or from standard input if none of the data
// comes from there.
func (c *console) load(path string, data ...string) (*artifact.Artifact, error) {
	switch {
	case path != std:
		return artifact.Load(path)
	case slices.Contains(data, std):
		return nil, misusef("standard input cannot be both MODEL and DATA: name a file for one of them")
	}
	file, err := io.ReadAll(c.in)
	if err != nil {
		return nil, err
	}
	return artifact.Read(bytes.NewReader(file), int64(len(file)), "standard input")
}

// completeModelFile completes the one model file of a verb, then DATA.
func completeModelFile(cmd *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return completeData(cmd, args, word)
	}
	return nil, cobra.ShellCompDirectiveDefault
}
