// Package metamorphic has no code but a test: whatever the number of workers,
// the sizes of batches and the formats of files, the same data under the same
// seed give the same model file, the same nats and the same rows, to the bit.
// The test draws these at random, and prints the seed that repeats a failure.
package metamorphic
