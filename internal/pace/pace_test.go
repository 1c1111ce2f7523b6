package pace_test

import (
	"context"
	"testing"
	"time"

	"github.com/seed-64d012fb/mimic/internal/pace"
)

func TestUntil(t *testing.T) {
	ctx := context.Background()
	if at, ok := pace.Until(ctx); ok {
		t.Errorf("a fresh context ends at %v", at)
	}
	noon := time.Date(2000, 1, 1, 12, 0, 0, 0, time.UTC)
	inner := pace.WithUntil(ctx, noon)
	if at, ok := pace.Until(inner); !ok || !at.Equal(noon) {
		t.Errorf("Until is %v, %v", at, ok)
	}
	if _, ok := pace.Until(pace.WithUntil(inner, time.Time{})); ok {
		t.Error("the zero time is an end")
	}
	if inner.Err() != nil {
		t.Error("a wish cancels")
	}
}

func TestTell(t *testing.T) {
	pace.Tell(context.Background(), "into the void", 1, 2)
	var got []any
	ctx := pace.WithTell(context.Background(), func(stage string, done, total int64) { got = append(got, stage, done, total) })
	pace.Tell(ctx, "epoch 1", 3, 4)
	if len(got) != 3 || got[0] != "epoch 1" || got[1] != int64(3) || got[2] != int64(4) {
		t.Errorf("told %v", got)
	}
}
