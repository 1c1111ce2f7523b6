package space

import "strconv"

// WholeIDs reports whether all IDs that f.Pattern makes are whole numbers, of
// at most 18 digits and without leading zeros: a format that has numbers writes
// such IDs as numbers.
func (f *Field) WholeIDs() bool {
	p, err := parsePattern(f.Pattern)
	if err != nil {
		return false
	}
	digits, zeroFirst := 0, false
	for _, part := range p.parts {
		var pieces []string // of which one or more stand here
		switch {
		case part.serial && (part.start < 0 || digits == 0 && len(strconv.FormatInt(part.start, 10)) < part.width):
			return false
		case part.serial:
			digits++
			continue
		case part.literal != "":
			pieces = []string{part.literal}
			part.count = 1
		default:
			pieces = part.set
		}
		for _, piece := range pieces {
			for _, c := range []byte(piece) {
				if c-'0' > 9 {
					return false
				}
			}
			zeroFirst = zeroFirst || digits == 0 && piece[0] == '0'
		}
		digits += part.count * len(pieces[0])
	}
	return digits > 0 && digits <= 18 && !(zeroFirst && digits > 1)
}
