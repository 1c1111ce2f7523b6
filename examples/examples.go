// Package examples holds small real tables and pictures, embedded in the program. Their
// origins, licences and what was changed are in data/README.md.
package examples

import (
	"embed"
	"fmt"
	"io"

	"github.com/seed-64d012fb/mimic/internal/spell"
)

// Example is one embedded dataset.
type Example struct {
	Name    string // as in example:NAME
	File    string // its name as a file, with the extensions that tell its format
	Labels  string // the file of the labels of pictures; empty if there is none
	Title   string
	Rows    int
	Origin  string // who made it, and where it was published
	Licence string
}

const (
	ccBy   = "CC BY 4.0, https://creativecommons.org/licenses/by/4.0/legalcode"
	apache = "Apache-2.0, as mimic itself"
	ccBySA = "CC BY-SA 3.0, https://creativecommons.org/licenses/by-sa/3.0/legalcode"
)

var list = []Example{
	{
		Name: "adult", File: "adult.csv.gz", Rows: 48842,
		Title:   "census income: people of the 1994 census of the United States",
		Origin:  "Becker & Kohavi (1996), Adult, UCI Machine Learning Repository, https://doi.org/10.24432/C5XW20",
		Licence: ccBy,
	},
	{
		Name: "avatars", File: "avatars.csv.gz", Rows: 4000,
		Title:   "figures that are put together: hair, glasses, beard, clothes and their colours",
		Origin:  "made by examples/avatars of mimic",
		Licence: apache,
	},
	{
		Name: "avatar-pictures", File: "avatar-pictures.idx.gz", Rows: 4000,
		Title:   "the pictures of the avatars, of 32x32 pixels in 8 levels of grey",
		Origin:  "made by examples/avatars of mimic",
		Licence: apache,
	},
	{
		Name: "cities", File: "cities.csv", Rows: 363,
		Title:   "cities of more than a million people, with longitude and latitude",
		Origin:  "GeoNames, https://www.geonames.org",
		Licence: ccBy,
	},
	{
		Name: "digits", File: "digits-images-idx3-ubyte.gz", Labels: "digits-labels-idx1-ubyte.gz", Rows: 10000,
		Title:   "handwritten digits of 28x28 pixels: the test set of MNIST",
		Origin:  "LeCun, Cortes & Burges (1998), The MNIST database of handwritten digits",
		Licence: ccBySA,
	},
	{
		Name: "iris", File: "iris.csv", Rows: 150,
		Title:   "sepals and petals of three species of iris",
		Origin:  "Fisher (1936), Iris, UCI Machine Learning Repository, https://doi.org/10.24432/C56C76, by way of scikit-learn (BSD-3-Clause)",
		Licence: ccBy,
	},
}

//go:embed data
var data embed.FS

// List returns all examples, by name.
func List() []Example { return append([]Example(nil), list...) }

// Open returns the bytes of an example, and its file name, the extensions of
// which tell format and compression.
func Open(name string) (r io.ReadCloser, filename string, err error) {
	e, err := find(name)
	if err != nil {
		return nil, "", err
	}
	f, err := data.Open("data/" + e.File)
	return f, e.File, err
}

// OpenLabels is Open for the labels of the pictures that an example is; r is nil
// if it has none.
func OpenLabels(name string) (r io.ReadCloser, filename string, err error) {
	e, err := find(name)
	if err != nil || e.Labels == "" {
		return nil, "", err
	}
	f, err := data.Open("data/" + e.Labels)
	return f, e.Labels, err
}

func find(name string) (*Example, error) {
	names := make([]string, len(list))
	for i := range list {
		if list[i].Name == name {
			return &list[i], nil
		}
		names[i] = list[i].Name
	}
	return nil, fmt.Errorf("no example is called %q; %s", name, spell.Suggest(name, names))
}
