// Package artifact is the model file: one zip archive of three entries, which
// any unzip opens.
//
//	manifest.json  what the model is and where it comes from (Manifest)
//	schema.yaml    its sample space, as package space writes it
//	model.cbor     θ, as the rung writes it
//
// The same model and manifest give the same bytes. A file is data and nothing
// else: loading one that somebody else made runs no code of theirs, and what it
// allocates is bounded by the size of the file.
package artifact

import (
	"runtime/debug"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/fit"
	"github.com/seed-64d012fb/mimic/models"
)

// Version is the format that Save writes. Load reads every version from 1 to
// this one. Anything that an older mimic would misread is a new version.
const Version = 1

// Artifact is a model and where it comes from.
type Artifact struct {
	Model    mimic.Model
	Manifest Manifest
}

// Manifest says what a model file holds and how it came to be. The first four
// fields are the file's own: Save fills them.
type Manifest struct {
	Format  string `json:"format"`  // always "mimic model"
	Version int    `json:"version"` // of the format
	Mimic   string `json:"mimic"`   // version of the program that wrote the file
	Kind    string `json:"kind"`    // the rung

	Options models.Options `json:"options"` // of the rung, the seed included
	Data    Data           `json:"data"`
	HeldOut *HeldOut       `json:"held_out,omitempty"` // nil: nothing was held out
}

// Data identifies the rows that the model was made from.
type Data struct {
	Rows   int64  `json:"rows"`             // all of them, held-out rows included
	Digest string `json:"digest,omitempty"` // what Digest says of them
}

// HeldOut says which rows the fit did not see and how probable they are.
type HeldOut struct {
	Share float64  `json:"share"` // of the rows, by fit.Split
	Seed  uint64   `json:"seed"`  // of fit.Split
	Nats  fit.Nats `json:"nats"`  // per row
}

const format = "mimic model"

// program returns the version of this module as Go's build information has it.
func program() string {
	const module = "github.com/seed-64d012fb/mimic"
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	if info.Main.Path == module {
		return info.Main.Version
	}
	for _, m := range info.Deps {
		if m.Path == module {
			return m.Version
		}
	}
	return ""
}
