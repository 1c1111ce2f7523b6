// Package dist holds distributions of one column: what a rung of the ladder is
// put together from.
//
// One file a distribution, always in the same order: what it is and its
// formula, parameters, evaluation, sampling, fitting by mergeable statistics.
// Methods are columnar: dst first, of the length that the comment states, and
// no allocation.
package dist
