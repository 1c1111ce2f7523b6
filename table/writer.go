package table

// Writer writes batches in the order of their rows, and streams: what it holds
// does not grow with the number of rows.
type Writer interface {
	Write(b *Batch) error
	// Close ends the output. After an error of Write or Close the output is
	// not complete, and must not be used.
	Close() error
}

// ParallelWriter is a Writer whose costly half, turning a batch into bytes, can
// run on several goroutines at once.
type ParallelWriter interface {
	Writer
	// AppendBatch appends the encoding of b to dst. It is safe for concurrent
	// use and depends on nothing but b.
	AppendBatch(dst []byte, b *Batch) ([]byte, error)
	// WriteEncoded writes what AppendBatch made; calls come in row order.
	WriteEncoded(p []byte) error
}
