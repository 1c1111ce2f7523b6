package mimic

// Describer is a Model whose θ a person can read.
type Describer interface {
	// Describe returns θ as tables of text, the most telling one first: what
	// fits on a page of each, not every parameter. Values of a field are
	// written as the field writes them.
	Describe() []Description
}

// Description is one table of parameters, such as the corners of a box: rows of
// as many cells as Head.
type Description struct {
	Title string     `json:"title"` // "The box", "p(income)"
	Head  []string   `json:"head"`
	Rows  [][]string `json:"rows"`
}
