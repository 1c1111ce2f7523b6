package main

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"mimic": main})
}

// TestScript runs the command line as people do: as a process of its own, from
// the scripts in testdata/script.
func TestScript(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"status":  status,
			"await":   await,
			"nothing": nothing,
			"cut":     cut,
			"json":    hasJSON,
		},
	})
}

// status runs a command that must end with the exit status: status 2 mimic …
func status(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status code program args...")
	}
	code := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("%v", err)
		}
		code = exit.ExitCode()
	}
	if want := whole(ts, args[0]); code != want {
		ts.Fatalf("exit status %d, want %d", code, want)
	}
}

// await waits until a file of the pattern is there, hidden ones included.
func await(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: await pattern")
	}
	for end := time.Now().Add(20 * time.Second); len(matches(ts, args[0])) == 0; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			ts.Fatalf("%s did not come", args[0])
		}
	}
}

// nothing checks that no file of the pattern is there.
func nothing(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: nothing pattern")
	}
	if found := matches(ts, args[0]); len(found) > 0 {
		ts.Fatalf("there is %v", found)
	}
}

func matches(ts *testscript.TestScript, pattern string) []string {
	found, err := filepath.Glob(ts.MkAbs(pattern))
	ts.Check(err)
	return found
}

// cut writes the first part of a file, in hundredths, to another: cut 50 a b.
func cut(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: cut hundredths from to")
	}
	data, err := os.ReadFile(ts.MkAbs(args[1]))
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), data[:len(data)*whole(ts, args[0])/100], 0o666))
}

// hasJSON checks that standard output is one JSON value with something, be it
// null, at each path: json data.rows model.ladder.0.kind.
func hasJSON(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: json path...")
	}
	var all any
	if err := json.Unmarshal([]byte(ts.ReadFile("stdout")), &all); err != nil {
		ts.Fatalf("%v", err)
	}
	for _, path := range args {
		v, ok := all, true
		for _, key := range strings.Split(path, ".") {
			switch at := v.(type) {
			case map[string]any:
				v, ok = at[key]
			case []any:
				i, err := strconv.Atoi(key)
				if ok = err == nil && i < len(at); ok {
					v = at[i]
				}
			default:
				ok = false
			}
			if !ok {
				ts.Fatalf("no %s, for want of %q", path, key)
			}
		}
	}
}

func whole(ts *testscript.TestScript, text string) int {
	n, err := strconv.Atoi(text)
	ts.Check(err)
	return n
}
