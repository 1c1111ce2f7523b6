package report

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// browser starts a headless Chromium, or skips the test.
func browser(t *testing.T) context.Context {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			path = p
			break
		}
	}
	if path == "" {
		t.Skip("no Chromium on the path: the page is not tested in a browser (apt-get install chromium)")
	}
	if testing.Short() {
		t.Skip("starts a browser")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU)
	ctx, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stop)
	ctx, stop = chromedp.NewContext(ctx)
	t.Cleanup(stop)
	ctx, stop = context.WithTimeout(ctx, 2*time.Minute)
	t.Cleanup(stop)
	return ctx
}

// run performs an action, or ends the test.
func run[T any](t *testing.T, ctx context.Context, a chromedp.Action[T]) T {
	t.Helper()
	v, err := chromedp.Run(ctx, a)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// open shows the page in a window of that width, in light or dark mode.
func open(t *testing.T, ctx context.Context, path string, width int64, mode string) {
	t.Helper()
	run(t, ctx, chromedp.EmulateViewport(width, 900))
	features := []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: mode}}
	if _, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: features}); err != nil {
		t.Fatal(err)
	}
	run(t, ctx, chromedp.Navigate("file://"+path))
}

// The page in a browser: nothing is wider than the window on a phone, every
// text has enough contrast in both modes, keys reach the links and tables, and
// it prints. With MIMIC_SCREENSHOTS set to a folder, pictures of it are kept
// there to be looked at.
func TestInBrowser(t *testing.T) {
	ctx := browser(t)
	_, html := example(t)
	path := filepath.Join(t.TempDir(), "report.html")
	if err := os.WriteFile(path, []byte(html), 0o644); err != nil {
		t.Fatal(err)
	}
	keep := func(name string, picture []byte) {
		if dir := os.Getenv("MIMIC_SCREENSHOTS"); dir != "" {
			if err := os.WriteFile(filepath.Join(dir, name), picture, 0o644); err != nil {
				t.Error(err)
			}
		}
	}
	for _, c := range []struct {
		name  string
		width int64
		mode  string
	}{{"desktop", 1280, "light"}, {"phone", 360, "light"}, {"dark", 1280, "dark"}, {"phone-dark", 360, "dark"}} {
		t.Run(c.name, func(t *testing.T) {
			open(t, ctx, path, c.width, c.mode)
			if over := run(t, ctx, chromedp.Evaluate[int](`document.documentElement.scrollWidth - window.innerWidth`)); over > 0 {
				t.Errorf("the page is %d pixels wider than the window: %v", over, run(t, ctx, chromedp.Evaluate[[]string](wide)))
			}
			for _, p := range run(t, ctx, chromedp.Evaluate[[]string](contrast)) {
				t.Errorf("too little contrast: %s", p)
			}
			keep(c.name+".jpg", run(t, ctx, chromedp.FullScreenshot(85)))
		})
	}
	t.Run("keys", func(t *testing.T) {
		open(t, ctx, path, 1280, "light")
		run(t, ctx, chromedp.KeyEvent("\t"))
		if first := run(t, ctx, chromedp.Evaluate[string](`document.activeElement.textContent`)); first != "Skip to the verdict" {
			t.Errorf("the first key goes to %q", first)
		}
		if n := run(t, ctx, chromedp.Evaluate[int](`[...document.querySelectorAll('a,summary,.scroll')].filter(e => e.tabIndex < 0).length`)); n != 0 {
			t.Errorf("%d links, tables or folds are out of reach of keys", n)
		}
	})
	t.Run("print", func(t *testing.T) {
		open(t, ctx, path, 1280, "dark")
		pdf := run(t, ctx, chromedp.PrintToPDF(chromedp.PDFPaper(chromedp.PaperA4)))
		if len(pdf) < 10000 {
			t.Errorf("a print of %d bytes", len(pdf))
		}
		keep("print.pdf", pdf)
	})
}

// The page of a comparison in a browser, as TestInBrowser.
func TestComparisonInBrowser(t *testing.T) {
	ctx := browser(t)
	_, html := compared(t, places(1, 300, 1), places(2, 200, 1), "flag")
	path := filepath.Join(t.TempDir(), "comparison.html")
	if err := os.WriteFile(path, []byte(html), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		width int64
		mode  string
	}{{1280, "light"}, {360, "light"}, {360, "dark"}} {
		open(t, ctx, path, c.width, c.mode)
		if over := run(t, ctx, chromedp.Evaluate[int](`document.documentElement.scrollWidth - window.innerWidth`)); over > 0 {
			t.Errorf("%d %s: the page is %d pixels wider than the window: %v", c.width, c.mode, over, run(t, ctx, chromedp.Evaluate[[]string](wide)))
		}
		for _, p := range run(t, ctx, chromedp.Evaluate[[]string](contrast)) {
			t.Errorf("%s: too little contrast: %s", c.mode, p)
		}
	}
	if n := run(t, ctx, chromedp.Evaluate[int](`[...document.querySelectorAll('a,summary,.scroll')].filter(e => e.tabIndex < 0).length`)); n != 0 {
		t.Errorf("%d links, tables or folds are out of reach of keys", n)
	}
}

// wide lists what is wider than the window.
const wide = `[...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest('.scroll')).slice(0, 8).map(e => e.tagName + '.' + (e.className.baseVal ?? e.className))`

// contrast lists texts whose contrast with their ground is below 4.5 (WCAG 2.1,
// criterion 1.4.3).
const contrast = `(() => {
  const rgb = c => (c.match(/[\d.]+/g) || []).map(Number);
  const lum = c => { const [r,g,b] = c.map(v => { v /= 255; return v <= .03928 ? v/12.92 : ((v+.055)/1.055)**2.4 }); return .2126*r+.7152*g+.0722*b };
  const ground = e => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor); if (c.length == 3 || c[3] > .5) return c.slice(0,3) } return rgb(getComputedStyle(document.body).backgroundColor) };
  const poor = new Set();
  for (const e of document.querySelectorAll('body *')) {
    if (![...e.childNodes].some(n => n.nodeType == 3 && n.textContent.trim())) continue;
    if (e.classList.contains('hidden') || e.closest('.skip') || e.closest('title') || e.classList.contains('on')) continue;
    const s = getComputedStyle(e), text = rgb(e instanceof SVGElement ? s.fill : s.color).slice(0,3), back = ground(e);
    const [a, b] = [lum(text), lum(back)].sort((x, y) => y - x), ratio = (a+.05)/(b+.05);
    if (ratio < 4.5) poor.add(e.tagName + '.' + (e.className.baseVal ?? e.className) + ' ' + ratio.toFixed(2));
  }
  return [...poor];
})()`
