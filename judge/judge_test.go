package judge

import (
	"context"
	"encoding/json"
	"os"
	"testing"
	"time"
)

func TestAdult(t *testing.T) {
	all := adult(t)
	train, held := every(all, 0, 2), every(all, 1, 2)
	j, err := Run(context.Background(), Input{Train: train, Held: held, Samples: held}, Options{
		Progress: func(stage string, done, total int64) { t.Log(time.Now().Format("05.000"), stage) },
	})
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.MarshalIndent(j, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	os.WriteFile("/tmp/judge/adult.json", text, 0o644)
	t.Log(j.Verdict.Sentence)
	for _, f := range j.Figures {
		t.Logf("%-28s %8.4f ±%.4f  held %8.4f ±%.4f copy %8.4f ind %8.4f %s %s", f.Name, f.Samples.Value, f.Samples.StdErr, f.Held.Value, f.Held.StdErr, f.Copy.Value, f.Independent.Value, f.Outcome, f.Warning)
	}
}
