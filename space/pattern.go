package space

import (
	"errors"

	"github.com/seed-64d012fb/mimic/rng"
)

// FillIDs sets dst to the IDs of rows first, first+1, …, made by f.Pattern. An
// ID depends on the key, the pattern and the row alone, and no two rows have
// the same. It fails if the pattern has fewer IDs than that.
func FillIDs(f *Field, k rng.Key, dst []string, first int64) error { return errors.New("not yet") }

// InferIDPattern returns the pattern of a column of unique values, all of them
// in the order of rows.
func InferIDPattern(values []string) string { return "" }
