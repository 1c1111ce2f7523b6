package condition

import (
	"context"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/space"
)

// Picture is Given for evidence that is a part of a picture: hundreds of pixels,
// none of which any approximation can be asked to be worth 16 draws for. Where
// the conditional is not exact, rows are taken from as many candidates as can be
// had in reasonable time, and Quality.Effective says how many equally likely ones
// these are worth: near 1, a row is one that the model finds likely to go with the
// evidence, by chance of the few that were tried, and no draw of its law.
func Picture(ctx context.Context, m mimic.Model, e space.Evidence) (mimic.Model, Quality, error) {
	return given(ctx, m, e, effort{pictureGlance, picturePilot, pictureMost, true})
}
