package parquet

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/parquet-go/parquet-go/format"
)

const magic = "PAR1"

// readMetadata reads the footer: what columns and row groups there are.
func (in *input) readMetadata() (err error) {
	defer rescue(&err)
	r, err := in.file.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	// … metadata, their length in 4 bytes, magic
	var tail [8]byte
	if in.file.Size < int64(len(magic)+len(tail)) {
		return errors.New("is too short for a Parquet file: it is cut off")
	}
	if n, err := r.ReadAt(tail[:], in.file.Size-8); n < 8 {
		return err
	}
	if string(tail[4:]) != magic {
		return errors.New("has no Parquet metadata at its end: it is cut off, or was not closed by its writer")
	}
	size := int64(binary.LittleEndian.Uint32(tail[:4]))
	if size > in.file.Size-int64(len(magic)+len(tail)) {
		return errMetadata
	}
	footer := make([]byte, size)
	if n, err := r.ReadAt(footer, in.file.Size-8-size); n < len(footer) {
		return err
	}
	if _, err := unmarshal(footer, &in.meta); err != nil {
		return err
	}
	if in.meta.EncryptionAlgorithm.Value != nil {
		return errors.New("is encrypted: decrypt it first")
	}
	if err := in.readSchema(); err != nil {
		return err
	}
	return in.checkRowGroups()
}

// readSchema lists the columns. A table has no nested ones.
func (in *input) readSchema() error {
	elements := in.meta.Schema
	if len(elements) == 0 {
		return errMetadata
	}
	var wrong []string
	names := map[string]bool{}
	chunk := 0
	for i := 1; i < len(elements); {
		e := &elements[i]
		l := leaf{
			name: e.Name, chunk: chunk, physical: e.Type.V, length: int(e.TypeLength.V),
			optional: e.RepetitionType.Valid && e.RepetitionType.V == format.Optional,
		}
		end := subtreeEnd(elements, i)
		var err error
		if end > i+1 || e.NumChildren.V > 0 || e.RepetitionType.Valid && e.RepetitionType.V == format.Repeated {
			err = errors.New("it holds lists or structs")
		} else {
			l.storage, err = storageOf(e)
		}
		if err != nil {
			if l.leftOut = in.dataset.leavesOut(e.Name); !l.leftOut {
				wrong = append(wrong, fmt.Sprintf("column %q cannot be read: %v", e.Name, err))
			}
		}
		if e.Name == "" {
			return errors.New("has a column without a name")
		}
		if names[e.Name] {
			return fmt.Errorf("there are two columns %q", e.Name)
		}
		names[e.Name] = true
		in.leaves = append(in.leaves, l)
		for ; i < end; i++ {
			if elements[i].NumChildren.V == 0 {
				chunk++
			}
		}
	}
	if len(wrong) > 0 {
		return fmt.Errorf("%s; drop such columns (--drop NAME), or spread them over columns of one value when writing the file", strings.Join(wrong, "; "))
	}
	if chunk == 0 {
		return errors.New("has no columns")
	}
	in.chunks = chunk
	return nil
}

// leavesOut reports whether the caller does not want a column.
func (d *dataset) leavesOut(name string) bool {
	if s := d.options.Schema; s != nil {
		return s.Index(name) < 0
	}
	return slices.Contains(d.options.Drop, name)
}

// subtreeEnd returns the index after the subtree at i. A count of children that
// are not there ends at the end of the list.
func subtreeEnd(elements []format.SchemaElement, i int) int {
	for open := 1; open > 0 && i < len(elements); i++ {
		open += int(max(0, elements[i].NumChildren.V)) - 1
	}
	return i
}

// maxFreeCells is how many values a file may hold whatever its length.
// maxCellsPerByte bounds them otherwise: a run of equal values takes nearly no
// bytes, but a table is not all runs.
const (
	maxFreeCells    = 1 << 22
	maxCellsPerByte = 1 << 12
)

func (in *input) checkRowGroups() error {
	room := (maxFreeCells + in.file.Size*maxCellsPerByte) / int64(in.chunks)
	for i := range in.meta.RowGroups {
		g := &in.meta.RowGroups[i]
		if len(g.Columns) != in.chunks || g.NumRows < 0 {
			return errMetadata
		}
		if room -= g.NumRows; room < 0 {
			return errors.New("claims more rows than so few bytes should hold: its metadata are damaged")
		}
		for j := range in.leaves {
			l := &in.leaves[j]
			if l.leftOut {
				continue
			}
			if c := &g.Columns[l.chunk]; c.FilePath != "" || c.MetaData.Type != l.physical {
				return errMetadata
			}
		}
	}
	return nil
}
