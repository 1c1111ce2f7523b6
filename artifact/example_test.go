package artifact_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/seed-64d012fb/mimic/artifact"
	"github.com/seed-64d012fb/mimic/fit"
	"github.com/seed-64d012fb/mimic/models/independent"
	"github.com/seed-64d012fb/mimic/table/files"
)

// Keep a model in a file and get it back.
func ExampleSave() {
	ctx := context.Background()
	iris, _, err := files.Read(ctx, []string{"example:iris"}, files.Options{})
	if err != nil {
		log.Fatal(err)
	}
	model, err := fit.Run(ctx, iris, independent.Family{}, fit.Options{})
	if err != nil {
		log.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)

	path := filepath.Join(dir, "iris.mimic")
	if err := artifact.Save(path, &artifact.Artifact{Model: model}); err != nil {
		log.Fatal(err)
	}
	loaded, err := artifact.Load(path)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(loaded.Manifest.Kind, "of", len(loaded.Model.Schema().Fields), "fields")
	// Output: independent of 5 fields
}
