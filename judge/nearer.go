package judge

import (
	"context"
	"slices"
)

// NearerToTraining returns the figure of that name alone, for a caller who needs
// no whole judgement: the share of samples that are nearer to a training row
// than to any of as many held-out rows.
func NearerToTraining(ctx context.Context, in Input, opt Options) (*Figure, error) {
	w, err := prepare(ctx, in, opt)
	if err != nil {
		return nil, err
	}
	if err := w.checkValidity(ctx); err != nil {
		return nil, err
	}
	if err := w.measureDistances(ctx); err != nil {
		return nil, err
	}
	i := slices.IndexFunc(w.j.Figures, func(f Figure) bool { return f.Key == figNearer.Key })
	return &w.j.Figures[i], nil
}
