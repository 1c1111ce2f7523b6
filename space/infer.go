package space

import "errors"

// Infer returns the sample space of a dataset from the profiles of its columns,
// and what a person knows of them better; o may be nil. The error names every
// column that no kind fits, and says what to do about it.
func Infer(columns []*Profile, o *Overrides) (*Schema, error) { return nil, errors.New("not yet") }

// Numbers says what the numbers of a column look like.
type Numbers struct {
	Count    int64 // numbers
	Min, Max float64
}
