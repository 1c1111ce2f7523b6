package kde_test

import (
	"context"
	"fmt"
	"log"

	"github.com/seed-64d012fb/mimic/fit"
	"github.com/seed-64d012fb/mimic/models/kde"
	"github.com/seed-64d012fb/mimic/table/files"
)

// Kernels on the flowers of iris, as wide as makes held-out flowers probable.
func Example() {
	ctx := context.Background()
	iris, _, err := files.Read(ctx, []string{"example:iris"}, files.Options{})
	if err != nil {
		log.Fatal(err)
	}
	m, err := fit.Run(ctx, iris, kde.Family{}, fit.Options{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(m.(*kde.Model).Rows(), "rows")
	for _, h := range m.(*kde.Model).Bandwidths() {
		fmt.Printf("%.2f\n", h)
	}
	// Output:
	// 150 rows
	// 0.26
	// 0.14
	// 0.56
	// 0.24
}
