package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/seed-64d012fb/mimic/internal/atomicfile"
	"github.com/seed-64d012fb/mimic/internal/pace"
)

// checkpoint is the file that keeps the state of a long fit; "" keeps none.
type checkpoint string

var _ pace.Keeper = checkpoint("")

// Load implements pace.Keeper.
func (c checkpoint) Load() ([]byte, error) {
	data, err := os.ReadFile(string(c))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return data, err
}

// Save implements pace.Keeper.
func (c checkpoint) Save(state []byte) error {
	f, err := atomicfile.Create(string(c))
	if err != nil {
		return err
	}
	defer f.Abort()
	if _, err := f.Write(state); err != nil {
		return err
	}
	return f.Commit()
}

// keeps returns a context in which a fit keeps its state in the file.
func (c checkpoint) keeps(ctx context.Context) context.Context {
	if c == "" {
		return ctx
	}
	return pace.WithKeeper(ctx, c)
}

// there reports whether a state is kept.
func (c checkpoint) there() bool {
	_, err := os.Stat(string(c))
	return err == nil
}

// explain says of an interrupt how to go on.
func (c checkpoint) explain(err error) error {
	if errors.Is(err, context.Canceled) && c != "" && c.there() {
		return fmt.Errorf("interrupted: the same command goes on from %s", c)
	}
	return err
}

// drop removes the file when its fit is done.
func (c checkpoint) drop() error {
	if c == "" || !c.there() {
		return nil
	}
	return os.Remove(string(c))
}
