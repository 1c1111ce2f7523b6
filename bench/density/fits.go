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

// fits are the models of one set: each is fitted once, whoever asks for it.
type fits struct {
	set    *set
	budget time.Duration
	of     map[string]*fitted
}

// fitted is a model, before and after it has learned from the validation rows.
type fitted struct {
	chosen, model mimic.Model
	again         func(context.Context) (mimic.Model, error)
	seconds, cpu  float64   // of its own
	parts         []*fitted // of a blend
}

// cost returns the seconds that the fit took, and processor seconds, with those of
// its parts.
func (f *fitted) cost() (seconds, cpu float64) {
	seconds, cpu = f.seconds, f.cpu
	for _, p := range f.parts {
		s, c := p.cost()
		seconds, cpu = seconds+s, cpu+c
	}
	return seconds, cpu
}

// timed runs part of the work of a fit.
func (f *fitted) timed(work func() error) error {
	start, before := time.Now(), processorSeconds()
	err := work()
	f.seconds += time.Since(start).Seconds()
	f.cpu += processorSeconds() - before
	return err
}

func keyOf(kind string, opt models.Options) string { return fmt.Sprint(kind, " ", opt) }

// choose fits a model of a kind, which does not learn from the validation rows.
func (f *fits) choose(ctx context.Context, kind string, opt models.Options) (*fitted, error) {
	if got := f.of[keyOf(kind, opt)]; got != nil {
		return got, nil
	}
	own := new(fitted)
	f.of[keyOf(kind, opt)] = own
	if kind == blend.Kind {
		return own, f.chooseBlend(ctx, own, opt)
	}
	rung, err := models.Lookup(kind)
	if err != nil {
		return nil, err
	}
	family, err := rung.New(opt)
	if err != nil {
		return nil, err
	}
	return own, own.timed(func() error {
		c, err := fit.Choose(ctx, f.set.learn, family, fit.Options{Budget: f.budget})
		if err == nil {
			own.chosen, own.again = c.Model, c.Refit
		}
		return err
	})
}

// chooseBlend does what the rung blend does, with constituents that may be there
// already.
func (f *fits) chooseBlend(ctx context.Context, own *fitted, opt models.Options) error {
	var chosen []mimic.Model
	for _, c := range models.Constituents(opt, f.set.learn.Rows(), len(f.set.learn.Schema().Fields)) {
		p, err := f.choose(ctx, c.Kind, c.Options)
		if err != nil {
			return err
		}
		own.parts, chosen = append(own.parts, p), append(chosen, p.chosen)
	}
	return own.timed(func() error {
		m, err := blend.Of(ctx, chosen, f.set.valid)
		own.chosen = m
		own.again = func(context.Context) (mimic.Model, error) {
			var models []mimic.Model
			for _, p := range own.parts {
				models = append(models, p.model)
			}
			return m.With(models)
		}
		return err
	})
}

// refit has the model learn from the validation rows, if it has not yet.
func (f *fitted) refit(ctx context.Context) error {
	if f.model != nil {
		return nil
	}
	for _, p := range f.parts {
		if err := p.refit(ctx); err != nil {
			return err
		}
	}
	return f.timed(func() (err error) {
		f.model, err = f.again(ctx)
		return err
	})
}
