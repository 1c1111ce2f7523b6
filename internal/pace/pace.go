// Package pace carries, in a context, what a long step of a fit and its caller
// have to tell each other: by when the step is to come to an end with what it
// has, and how far it is.
package pace

import (
	"context"
	"time"
)

type (
	untilKey struct{}
	tellKey  struct{}
)

// WithUntil returns a context in which a fit that improves for as long as it
// is let is to end by t, with the best that it has. The zero time sets no end.
// It is a wish: the context is not cancelled when t has come.
func WithUntil(ctx context.Context, t time.Time) context.Context {
	return context.WithValue(ctx, untilKey{}, t)
}

// Until returns by when a fit is to end; ok is false where it may take as long
// as it gains from it.
func Until(ctx context.Context) (t time.Time, ok bool) {
	t, _ = ctx.Value(untilKey{}).(time.Time)
	return t, !t.IsZero()
}

// WithTell returns a context in which Tell calls f. Calls come one at a time.
func WithTell(ctx context.Context, f func(stage string, done, total int64)) context.Context {
	return context.WithValue(ctx, tellKey{}, f)
}

// Tell says how much of a stage of a step is done, of a total that is 0 where
// nobody knows it. One goroutine at a time calls it.
func Tell(ctx context.Context, stage string, done, total int64) {
	if f, _ := ctx.Value(tellKey{}).(func(string, int64, int64)); f != nil {
		f(stage, done, total)
	}
}

// Past says whether the time has come by which a fit is to end.
func Past(ctx context.Context) bool {
	t, ok := Until(ctx)
	return ok && !time.Now().Before(t)
}
