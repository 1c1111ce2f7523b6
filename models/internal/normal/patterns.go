package normal

// Patterns groups rows by which of their numbers are missing. Patterns are found
// as paths in a binary tree, a level a field, and keep their number from one
// call of Group to the next.
type Patterns struct {
	next   [][2]int // of a state, by whether the next field is missing; 0 means none yet
	groups [][]int  // rows of a state that all fields have led to
	state  []int    // of each row
}

// Group calls do for each pattern among the first n rows of x [d][rows], with its
// number and its rows. Rows are not kept.
func (p *Patterns) Group(x [][]float64, n int, do func(pattern int, rows []int)) {
	if p.next == nil {
		p.newState()
	}
	if len(p.state) < n {
		p.state = make([]int, n)
	}
	state := p.state[:n]
	clear(state)
	for _, col := range x {
		for i, v := range col[:n] {
			side := 0
			if v != v {
				side = 1
			}
			to := p.next[state[i]][side]
			if to == 0 {
				to = p.newState()
				p.next[state[i]][side] = to
			}
			state[i] = to
		}
	}
	var used []int
	for i, s := range state {
		if len(p.groups[s]) == 0 {
			used = append(used, s)
		}
		p.groups[s] = append(p.groups[s], i)
	}
	for _, s := range used {
		rows := p.groups[s]
		do(s, rows)
		p.groups[s] = rows[:0]
	}
}

func (p *Patterns) newState() int {
	p.next = append(p.next, [2]int{})
	p.groups = append(p.groups, nil)
	return len(p.next) - 1
}
