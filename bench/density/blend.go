package main

import (
	"context"
	"fmt"
	"time"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/fit"
	"github.com/seed-64d012fb/mimic/models"
	"github.com/seed-64d012fb/mimic/models/blend"
)

// bench is the work on one set: models are fitted once, whoever asks for them.
type bench struct {
	set    *set
	budget time.Duration
	fitted map[string]fitted
}

type fitted struct {
	model        mimic.Model
	seconds, cpu float64 // to fit
}

// get returns the model of a kind and seed.
func (b *bench) get(ctx context.Context, kind string, opt models.Options) (fitted, error) {
	key := fmt.Sprint(kind, " ", opt)
	if f, ok := b.fitted[key]; ok {
		return f, nil
	}
	if kind == blend.Kind {
		f, err := b.blend(ctx, opt)
		b.fitted[key] = f
		return f, err
	}
	rung, err := models.Lookup(kind)
	if err != nil {
		return fitted{}, err
	}
	family, err := rung.New(opt)
	if err != nil {
		return fitted{}, err
	}
	start, before := time.Now(), processorSeconds()
	m, err := fit.Run(ctx, b.set.learn, family, fit.Options{Budget: b.budget})
	if err != nil {
		return fitted{}, err
	}
	f := fitted{m, time.Since(start).Seconds(), processorSeconds() - before}
	b.fitted[key] = f
	return f, nil
}

// blend is what the rung blend comes to: its constituents are fitted as it fits
// them, or are there already. The seconds are the sum of theirs.
func (b *bench) blend(ctx context.Context, opt models.Options) (f fitted, err error) {
	var parts []mimic.Model
	for _, c := range models.Constituents(opt, b.set.learn.Rows(), len(b.set.learn.Schema().Fields)) {
		p, err := b.get(ctx, c.Kind, c.Options)
		if err != nil {
			return f, err
		}
		parts = append(parts, p.model)
		f.seconds += p.seconds
		f.cpu += p.cpu
	}
	start, before := time.Now(), processorSeconds()
	m, err := blend.Of(ctx, parts, b.set.valid)
	f.model = m
	f.seconds += time.Since(start).Seconds()
	f.cpu += processorSeconds() - before
	return f, err
}
