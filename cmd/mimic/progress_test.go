package main

import (
	"strings"
	"sync"
	"testing"
	"time"
)

// terminal is what a command has written to it so far.
type terminal struct {
	mu   sync.Mutex
	text strings.Builder
}

func (t *terminal) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text.Write(p)
}

func (t *terminal) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text.String()
}

func TestProgressShows(t *testing.T) {
	var term terminal
	p := (&console{err: &term, live: true}).progress()
	p.reach("forest, pass 1", 10, 10)
	p.reach("forest, pass 2", 3, 10) // back to less: the next stage
	for end := time.Now().Add(5 * time.Second); !strings.Contains(term.String(), "30 %"); {
		if time.Now().After(end) {
			t.Fatalf("no bar at 30 %%: %q", term.String())
		}
		time.Sleep(10 * time.Millisecond)
	}
	if !strings.Contains(term.String(), "forest, pass 2") {
		t.Errorf("the stage is not named: %q", term.String())
	}
	p.stop()
	after := term.String()
	p.reach("forest, pass 3", 1, 10)
	p.stop()
	if term.String() != after {
		t.Errorf("a bar after stop: %q", strings.TrimPrefix(term.String(), after))
	}
}

// TestProgressIsSilent: no byte comes from a command that is quick, quiet or
// not on a terminal.
func TestProgressIsSilent(t *testing.T) {
	for name, con := range map[string]*console{
		"quick":       {live: true, patience: time.Hour},
		"quiet":       {live: true, quiet: true},
		"no terminal": {},
	} {
		var term terminal
		con.err = &term
		p := con.progress()
		done := p.counter("sample", 10)
		done(5)
		time.Sleep(200 * time.Millisecond)
		p.stop()
		if term.String() != "" {
			t.Errorf("%s: %q", name, term.String())
		}
	}
}
