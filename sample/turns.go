package sample

import "sync"

// turns lets numbered tasks take turns in the order of their numbers, from 0.
type turns struct {
	mu      sync.Mutex
	passed  *sync.Cond
	next    int
	stopped bool
}

func newTurns() *turns {
	t := new(turns)
	t.passed = sync.NewCond(&t.mu)
	return t
}

// take waits for the turn of task i and reports whether it came: it does not
// when an earlier task stopped the order.
func (t *turns) take(i int) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	for t.next != i && !t.stopped {
		t.passed.Wait()
	}
	return !t.stopped
}

// give ends the turn of the task that has it: the next task's comes, or, where
// the task failed, nobody's.
func (t *turns) give(ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.next++
	t.stopped = !ok
	t.passed.Broadcast()
}
