package files_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/seed-64d012fb/mimic/table"
	"github.com/seed-64d012fb/mimic/table/files"
)

func Example() {
	ctx := context.Background()
	t, _, err := files.Read(ctx, []string{"example:iris"}, files.Options{})
	if err != nil {
		log.Fatal(err)
	}
	for _, f := range t.Schema().Fields {
		fmt.Println(f.Name, f.Kind)
	}

	path := filepath.Join(os.TempDir(), "iris-head.jsonl")
	defer os.Remove(path)
	w, err := files.Create(path, t.Schema())
	if err != nil {
		log.Fatal(err)
	}
	defer w.Abort() // does nothing after Close
	head, err := t.Batch(table.Range{Lo: 0, Hi: 2})
	if err != nil {
		log.Fatal(err)
	}
	if err := w.Write(head); err != nil {
		log.Fatal(err)
	}
	if err := w.Close(); err != nil {
		log.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s", text)
	// Output:
	// sepal length (cm) decimal
	// sepal width (cm) decimal
	// petal length (cm) decimal
	// petal width (cm) decimal
	// species category
	// {"sepal length (cm)":5.1,"sepal width (cm)":3.5,"petal length (cm)":1.4,"petal width (cm)":0.2,"species":"setosa"}
	// {"sepal length (cm)":4.9,"sepal width (cm)":3,"petal length (cm)":1.4,"petal width (cm)":0.2,"species":"setosa"}
}
