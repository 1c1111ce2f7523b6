// Package parquet reads and writes Parquet files of flat columns.
//
// Files are read as if they came from a stranger: what they announce is checked
// against the bytes that are there before memory is made for it. Types of
// numbers and times go straight into columns of numbers; the type of a column
// is remembered (space.Field.Storage), so that samples have it too.
//
// The definitions of the metadata, and the writer, are those of parquet-go;
// pages are decoded here.
package parquet
