package main

import (
	"encoding/json"
	"io"
	"math"
	"os"
	"time"

	"golang.org/x/term"
)

// console is where a command reads and writes, and how its caller wants it.
type console struct {
	in       io.Reader
	out, err io.Writer
	width    int           // columns of the terminal that out is; 0 where it is none
	live     bool          // err is a terminal that can show progress
	patience time.Duration // how long a command is silent before it shows progress

	// The flags that every verb takes.
	json    bool
	quiet   bool
	workers int
}

func newConsole(in, out, err *os.File) *console {
	c := &console{
		in: in, out: out, err: err,
		live:     term.IsTerminal(int(err.Fd())) && os.Getenv("TERM") != "dumb",
		patience: time.Second,
	}
	if width, _, err := term.GetSize(int(out.Fd())); err == nil {
		c.width = width
	}
	return c
}

// report prints the result of a verb: result as JSON with --json, otherwise
// the screen that draw draws, unless --quiet. Where standard output is taken, by
// the rows themselves, the screen steps aside to standard error.
func (c *console) report(taken bool, result any, draw func(*screen)) error {
	switch {
	case c.json:
		e := json.NewEncoder(c.out)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		return e.Encode(result)
	case c.quiet:
		return nil
	}
	w := c.out
	if taken {
		w = c.err
	}
	s := screen{width: c.width}
	draw(&s)
	_, err := w.Write(s.Bytes())
	return err
}

// number is a figure in JSON, which has no NaN: nil, that is null, instead.
func number(x float64) *float64 {
	if math.IsNaN(x) {
		return nil
	}
	return &x
}
