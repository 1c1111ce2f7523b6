// Package jsonl reads and writes JSON lines: one object a line, whose keys are
// the columns. A file that is one list of objects is read too.
//
// Keys that a row does not have are missing, as null is. Strings, numbers and
// booleans stay what they are: a column of strings is marked as quoted
// (space.Field.Quoted), and is written in quotes again, whatever its kind. A
// cell is one value: nested lists and objects are refused by name, since
// flattening them could not be undone for samples.
package jsonl
