package main

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
)

//go:generate go test -run ^TestDocs$ -update

var update = flag.Bool("update", false, "write docs/cli.md")

const docs = "../../docs/cli.md"

// TestDocs keeps the page of the command line true to its help.
func TestDocs(t *testing.T) {
	want := page(newRoot(&console{}))
	if *update {
		if err := os.WriteFile(docs, []byte(want), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(docs)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("docs/cli.md is not what the help says: go generate ./cmd/mimic\n%s", diff)
	}
}

// TestExamples: every verb has a long help and examples that name it.
func TestExamples(t *testing.T) {
	for _, cmd := range newRoot(&console{}).Commands() {
		if cmd.Long == "" {
			t.Errorf("%s: no long help", cmd.Name())
		}
		if !strings.Contains(cmd.Example, "mimic "+cmd.Name()) {
			t.Errorf("%s: no example with it", cmd.Name())
		}
	}
}

// page sets the help of a command and of those under it as Markdown.
func page(root *cobra.Command) string {
	var s strings.Builder
	fmt.Fprintf(&s, "# The command line\n\nMade from the help of mimic itself by `go generate ./cmd/mimic`.\n\n")
	fmt.Fprintf(&s, "%s\n", root.Long)
	block(&s, root.Example)
	fmt.Fprintf(&s, "\nEvery verb takes these flags:\n")
	block(&s, root.PersistentFlags().FlagUsagesWrapped(helpWidth))
	fmt.Fprintf(&s, `
The exit status is 0, or 1 if the command failed, or 2 if it was used wrongly.
Errors are one line on standard error. An output is written beside its place and
renamed when it is whole: a run that fails or is interrupted leaves what was
there before. A file that is read is never the one that is written.
`)
	for _, cmd := range root.Commands() {
		fmt.Fprintf(&s, "\n## mimic %s\n\n%s.\n\n%s\n", cmd.Name(), cmd.Short, cmd.Long)
		block(&s, cmd.UseLine())
		block(&s, cmd.Example)
		block(&s, cmd.Flags().FlagUsagesWrapped(helpWidth))
	}
	return s.String()
}

// block sets lines as they are, without their indentation.
func block(s *strings.Builder, text string) {
	if text == "" {
		return
	}
	lines := strings.ReplaceAll("\n"+strings.TrimRight(text, "\n"), "\n  ", "\n")
	fmt.Fprintf(s, "\n```%s\n```\n", lines)
}
