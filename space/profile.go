package space

// Profile is what is known of a whole column of a dataset when its field is
// inferred: as much as inference needs, and no more. Where the column was read
// as numbers, Numbers says what they look like; where it was read as text,
// Levels are the distinct texts; Times says whether they are datetimes or
// durations. Package ingest fills it in.
type Profile struct {
	Name  string
	Cells int64 // rows, missing ones included
	Null  int64 // of them cells without any text, as null in JSON
	Quoted bool // all cells but the missing ones are written in quotes

	// Markers counts the cells that are a usual marker of a missing value.
	Markers map[string]int64

	Numbers Numbers
	Times   Times

	// Levels are the distinct texts other than Markers in the order of their
	// first appearance, and Counts how often each occurs.
	Levels []string
	Counts []int64
}
