// Command mimic describes how a dataset is generated, in terms of a
// probabilistic model, and samples new rows from it.
//
// Each verb is a file of its own that joins packages which know nothing of
// flags; what the verbs share is in the other files: the flags that say how
// data are read (data.go) and which model is fitted (family.go), the screen
// and its JSON twin (console.go, screen.go), progress (progress.go), and errors
// (errors.go).
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() { os.Exit(run(os.Args[1:])) }

// grace is how long an interrupted command may take to put its files in order.
// Only a read that blocks, from a terminal or a pipe, needs to be cut short.
const grace = 2 * time.Second

// run runs the command line and returns the exit status: 0, 1 where it failed,
// 2 where it was used wrongly. The first interrupt cancels the command, which
// takes back what it has half written; a second one kills it.
func run(args []string) int {
	ctx, release := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer release()
	con := newConsole(os.Stdin, os.Stdout, os.Stderr)
	root := newRoot(con)
	root.SetArgs(args)

	ended := make(chan error, 1)
	go func() { ended <- root.ExecuteContext(ctx) }()
	select {
	case err := <-ended:
		return con.exit(err)
	case <-ctx.Done():
		release()
	}
	select {
	case err := <-ended:
		return con.exit(err)
	case <-time.After(grace):
		return con.exit(ctx.Err())
	}
}
