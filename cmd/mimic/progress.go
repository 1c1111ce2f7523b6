package main

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
)

// progress shows on a terminal how far a command is: one bar, for the stage at
// work, that leaves nothing behind. The zero progress is silent.
type progress struct {
	bars  *mpb.Progress
	bar   *mpb.Bar
	stage atomic.Pointer[string]
	delay *time.Timer
}

// progress starts the progress of a command, which shows when the patience of
// the console is over. Call stop before anything is printed.
func (c *console) progress() *progress {
	p := &progress{}
	if !c.live || c.quiet {
		return p
	}
	starting := "starting"
	p.stage.Store(&starting)
	due := make(chan struct{})
	p.delay = time.AfterFunc(c.patience, func() { close(due) })
	p.bars = mpb.New(mpb.WithOutput(c.err), mpb.WithAutoRefresh(), mpb.WithRenderDelay(due))
	p.bar = p.bars.New(0, mpb.BarStyle(), mpb.BarRemoveOnComplete(),
		mpb.PrependDecorators(decor.Any(func(decor.Statistics) string { return *p.stage.Load() }, decor.WC{C: decor.DextraSpace})),
		mpb.AppendDecorators(decor.Percentage(), decor.Elapsed(decor.ET_STYLE_MMSS, decor.WC{W: 6})))
	return p
}

// reach says how much of a stage is done, of a total that is 0 where nobody
// knows it. Calls come one at a time.
func (p *progress) reach(stage string, done, total int64) {
	if p.bars == nil {
		return
	}
	if stage != *p.stage.Load() {
		p.stage.Store(&stage)
	}
	p.bar.SetTotal(total, false)
	p.bar.SetCurrent(done)
}

// counter returns a function that counts the rows done of a stage. It may be
// called by several goroutines at once.
func (p *progress) counter(stage string, total int64) func(rows int) {
	var (
		mu   sync.Mutex
		done int64
	)
	return func(rows int) {
		mu.Lock()
		defer mu.Unlock()
		done += int64(rows)
		p.reach(stage, done, total)
	}
}

// stop takes the bar away.
func (p *progress) stop() {
	if p.bars == nil {
		return
	}
	p.delay.Stop()
	p.bar.Abort(true)
	p.bars.Wait()
	p.bars = nil
}
