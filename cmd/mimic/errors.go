package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/seed-64d012fb/mimic/internal/spell"
)

// Exit statuses.
const (
	exitFailed = 1
	exitMisuse = 2
)

// misuse is an error of whoever typed the command, not of the data: the exit
// status tells them apart.
type misuse struct{ err error }

func (m misuse) Error() string { return m.err.Error() }
func (m misuse) Unwrap() error { return m.err }

func misusef(format string, args ...any) error { return misuse{fmt.Errorf(format, args...)} }

// exit prints the error, if there is one, as one sentence and returns the exit
// status. A reader that has gone, as in `mimic sample … | head`, is no error.
func (c *console) exit(err error) int {
	var wrong misuse
	switch {
	case err == nil, errors.Is(err, syscall.EPIPE):
		return 0
	case errors.Is(err, context.Canceled):
		err = errors.New("interrupted: nothing was written")
	}
	c.complain(err)
	if errors.As(err, &wrong) {
		return exitMisuse
	}
	return exitFailed
}

// complain prints an error as one line. Of an error of a file, the system call
// that found it says nothing to a person.
func (c *console) complain(err error) {
	text := err.Error()
	var path *fs.PathError
	if errors.As(err, &path) {
		text = strings.Replace(text, path.Error(), path.Path+": "+path.Err.Error(), 1)
		text = strings.Replace(text, path.Path+": "+path.Path+": ", path.Path+": ", 1) // whoever wrapped it named it too
	}
	fmt.Fprintf(c.err, "mimic: %s\n", strings.ReplaceAll(strings.TrimSpace(text), "\n", "; "))
}

// flagError says in our words what the flag parser says in its own.
func flagError(cmd *cobra.Command, err error) error {
	var (
		unknown *pflag.NotExistError
		bare    *pflag.ValueRequiredError
		invalid *pflag.InvalidValueError
	)
	switch {
	case errors.As(err, &unknown):
		// The root takes no words, so the first one is meant as a verb.
		if words := cmd.Flags().Args(); !cmd.HasParent() && len(words) > 0 {
			return unknownVerb(cmd, words[0])
		}
		return unknownFlag(cmd, unknown)
	case errors.As(err, &bare):
		return misusef("%s needs a value, %s", dashed(bare.GetFlag()), accepts(bare.GetFlag()))
	case errors.As(err, &invalid):
		return misusef("%s: %q is not %s", dashed(invalid.GetFlag()), invalid.GetValue(), accepts(invalid.GetFlag()))
	}
	return misuse{err}
}

func unknownFlag(cmd *cobra.Command, unknown *pflag.NotExistError) error {
	see := fmt.Sprintf("`%s --help` lists the flags", cmd.CommandPath())
	if unknown.GetSpecifiedShortnames() != "" {
		return misusef("unknown flag -%s: %s", unknown.GetSpecifiedName(), see)
	}
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	if near := spell.Nearest(unknown.GetSpecifiedName(), names); near != "" {
		return misusef("unknown flag --%s: did you mean --%s?", unknown.GetSpecifiedName(), near)
	}
	return misusef("unknown flag --%s: %s", unknown.GetSpecifiedName(), see)
}

func unknownVerb(root *cobra.Command, verb string) error {
	var verbs []string
	for _, c := range root.Commands() {
		if c.IsAvailableCommand() {
			verbs = append(verbs, c.Name())
		}
	}
	return misusef("there is no verb %q: %s", verb, spell.Suggest(verb, verbs))
}

func dashed(f *pflag.Flag) string {
	if f.Shorthand != "" {
		return "-" + f.Shorthand
	}
	return "--" + f.Name
}

// accepts says what a flag takes, for people.
func accepts(f *pflag.Flag) string {
	switch f.Value.Type() {
	case "int", "int64":
		return "a whole number"
	case "uint64":
		return "a whole number from 0"
	case "float64":
		return "a number"
	case "bool":
		return "true or false"
	case "duration":
		return "a time such as 90s or 5m"
	}
	name, usage := pflag.UnquoteUsage(f)
	return name + ": " + usage
}

// words checks the number of words after a verb's flags, given their names as
// the usage line has them: "DATA...", "MODEL DATA".
func words(names ...string) cobra.PositionalArgs {
	least, many := len(names), strings.HasSuffix(names[len(names)-1], "...")
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) < least:
			return misusef("%s needs %s: see `%s --help`", cmd.Name(), strings.TrimSuffix(names[len(args)], "..."), cmd.CommandPath())
		case len(args) > least && !many:
			return misusef("%s takes no further word, but got %q: see `%s --help`", cmd.Name(), args[least], cmd.CommandPath())
		}
		return nil
	}
}
