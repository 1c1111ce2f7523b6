package space

// LevelIndex finds the code of a text: the inverse of Field.Levels.
type LevelIndex struct{ codes map[string]int32 }

// NewLevelIndex returns the index of a coded field.
func NewLevelIndex(f *Field) *LevelIndex {
	x := &LevelIndex{codes: make(map[string]int32, len(f.Levels)+len(f.Missing))}
	for _, m := range f.Missing {
		x.codes[m] = -1
	}
	for i, l := range f.Levels {
		x.codes[l] = int32(i)
	}
	return x
}

// Code returns the code of text: its level, table.Missing for a missing marker,
// table.Unknown for a text that the schema does not list. It does not allocate.
func (x *LevelIndex) Code(text []byte) int32 {
	if c, ok := x.codes[string(text)]; ok {
		return c
	}
	return -2
}

// IsMissing reports whether text is one of the field's missing markers.
func (f *Field) IsMissing(text []byte) bool {
	for _, m := range f.Missing {
		if m == string(text) {
			return true
		}
	}
	return false
}
