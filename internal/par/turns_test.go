package par

import (
	"sync"
	"testing"
)

func TestTurns(t *testing.T) {
	var (
		turns Turns
		wg    sync.WaitGroup
		order []int
	)
	const n, fails = 50, 30
	for i := n - 1; i >= 0; i-- {
		wg.Go(func() {
			if turns.Take(i) {
				order = append(order, i)
				turns.Give(i != fails)
			}
		})
	}
	wg.Wait()
	if len(order) != fails+1 {
		t.Fatalf("turns of %v; task %d stopped the order", order, fails)
	}
	for i, task := range order {
		if task != i {
			t.Fatalf("turns of %v", order)
		}
	}
}
