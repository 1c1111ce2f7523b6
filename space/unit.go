package space

import (
	"fmt"
	"math/bits"
	"slices"
	"time"
)

// units are the ticks that a datetime or duration can have, from the coarsest.
var units = [...]time.Duration{
	24 * time.Hour, time.Hour, time.Minute, time.Second,
	100 * time.Millisecond, 10 * time.Millisecond, time.Millisecond,
	100 * time.Microsecond, 10 * time.Microsecond, time.Microsecond,
	100, 10, 1,
}

// finer returns the next finer unit.
func finer(unit time.Duration) time.Duration { return units[slices.Index(units[:], unit)+1] }

// coarser returns the next coarser unit.
func coarser(unit time.Duration) time.Duration { return units[slices.Index(units[:], unit)-1] }

// unitName returns how a unit is written in a schema: "1d", "1h", "1m", "1s",
// "100ms", "1us", "1ns".
func unitName(unit time.Duration) string {
	for _, u := range []struct {
		unit time.Duration
		name string
	}{{24 * time.Hour, "d"}, {time.Hour, "h"}, {time.Minute, "m"}, {time.Second, "s"},
		{time.Millisecond, "ms"}, {time.Microsecond, "us"}, {time.Nanosecond, "ns"}} {
		if unit%u.unit == 0 {
			return fmt.Sprintf("%d%s", unit/u.unit, u.name)
		}
	}
	return unit.String()
}

// parseUnit is the inverse of unitName.
func parseUnit(name string) (time.Duration, error) {
	for _, u := range units {
		if unitName(u) == name {
			return u, nil
		}
	}
	return 0, fmt.Errorf("unknown unit %q: one of %s", name, unitNames())
}

func unitNames() []string {
	names := make([]string, len(units))
	for i, u := range units {
		names[i] = unitName(u)
	}
	return names
}

// isWhole reports whether t is a whole number of units.
func (t instant) isWhole(unit time.Duration) bool {
	if unit == time.Second {
		return t.nano == 0
	}
	if unit > time.Second {
		return t.nano == 0 && t.sec%int64(unit/time.Second) == 0
	}
	return t.nano%int(unit) == 0
}

// firstBit returns the index of the lowest bit that is set.
func firstBit(set uint32) int { return bits.TrailingZeros32(set) }
