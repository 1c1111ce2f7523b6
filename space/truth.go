package space

import "strings"

// Truth returns the codes of the levels of a Bool field that mean false and
// true, so that the booleans of a format that has them are read as the levels
// of a schema that came from text, be they "no" and "yes". ok is false where
// the levels are no truth values.
func (f *Field) Truth() (no, yes int32, ok bool) {
	if f.Kind != Bool || len(f.Levels) != 2 {
		return 0, 0, false
	}
	for _, pair := range truthPairs {
		switch [2]string{strings.ToLower(f.Levels[0]), strings.ToLower(f.Levels[1])} {
		case pair:
			return 0, 1, true
		case [2]string{pair[1], pair[0]}:
			return 1, 0, true
		}
	}
	return 0, 0, false
}

// TrueFalse reports whether the levels are the words true and false, in any
// case, and do not just mean it: a format that has booleans writes them so. A
// column that is always true or always false in such a format is a category of
// one level; it is one of them in small letters, as it would be read again.
func (f *Field) TrueFalse() bool {
	if f.Kind == Category && len(f.Levels) == 1 {
		return f.Levels[0] == "false" || f.Levels[0] == "true"
	}
	no, yes, ok := f.Truth()
	return ok && strings.EqualFold(f.Levels[no], "false") && strings.EqualFold(f.Levels[yes], "true")
}
