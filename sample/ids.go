package sample

import (
	"strconv"

	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/space"
)

// fillIDs numbers the rows until patterns are there.
func fillIDs(_ *space.Field, _ rng.Key, dst []string, first int64) error {
	for i := range dst {
		dst[i] = strconv.FormatInt(first+int64(i), 10)
	}
	return nil
}
