package pace

import "context"

// Keeper keeps the state of a fit that takes long, for a later run of the
// program to go on from. Calls come one at a time.
type Keeper interface {
	// Load returns the state that was kept, or nil where there is none.
	Load() ([]byte, error)
	// Save keeps a state in place of the one before: wholly, or not at all.
	Save(state []byte) error
}

type keeperKey struct{}

// WithKeeper returns a context in which a fit that knows how to go on keeps its
// state with k.
func WithKeeper(ctx context.Context, k Keeper) context.Context {
	return context.WithValue(ctx, keeperKey{}, k)
}

// KeeperOf returns the context's keeper, or nil.
func KeeperOf(ctx context.Context) Keeper {
	k, _ := ctx.Value(keeperKey{}).(Keeper)
	return k
}
