package main

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"strconv"
	"time"
)

// names of the 15 columns, and their types for the plain reader.
var (
	names = []string{
		"customer", "age", "workclass", "weight", "education", "price", "items", "latitude", "longitude",
		"score", "active", "joined", "seen", "city", "rating",
	}
	types = []string{
		"id", "number", "category", "number", "category", "number", "number", "number", "number",
		"number", "category", "date", "time", "category", "number",
	}
)

// generate writes a table of mixed columns: 15 of them, about 130 bytes a row,
// the same for the same number of rows.
func generate(w io.Writer, rows int) error {
	var (
		out       = bufio.NewWriterSize(w, 1<<20)
		r         = rand.New(rand.NewPCG(1, 2))
		workclass = []string{"Private", "Self-emp-not-inc", "Local-gov", "State-gov", "Federal-gov", "?"}
		education = []string{"Bachelors", "HS-grad", "11th", "Masters", "Some-college", "Assoc-acdm", "Doctorate", "Preschool"}
		start     = time.Date(2015, 1, 1, 0, 0, 0, 0, time.UTC)
		cities    [1000]string
		line      []byte
	)
	for i := range cities {
		cities[i] = fmt.Sprintf("City %d", i)
		if i%10 == 0 {
			cities[i] = fmt.Sprintf(`"Town %d, TX"`, i)
		}
	}
	for j, name := range names {
		line = append(append(line, name...), ",\n"[j/14])
	}
	for i := range rows {
		line = fmt.Appendf(line, "C-%07d-%02d,", i, i*7%97)
		line = append(strconv.AppendInt(line, int64(17+r.IntN(74)), 10), ',')
		line = append(append(line, workclass[min(r.IntN(12), 5)]...), ',')
		line = append(strconv.AppendInt(line, int64(12285+r.IntN(1400000)), 10), ',')
		line = append(append(line, education[r.IntN(8)]...), ',')
		line = append(strconv.AppendFloat(line, float64(r.IntN(1000000))/100, 'f', 2, 64), ',')
		line = append(strconv.AppendInt(line, int64(1+r.ExpFloat64()*3), 10), ',')
		line = append(strconv.AppendFloat(line, r.Float64()*180-90, 'f', 4, 64), ',')
		line = append(strconv.AppendFloat(line, r.Float64()*360-180, 'f', 4, 64), ',')
		line = append(strconv.AppendFloat(line, r.NormFloat64(), 'g', -1, 64), ',')
		line = append(strconv.AppendBool(line, r.IntN(3) > 0), ',')
		line = append(start.AddDate(0, 0, r.IntN(3650)).AppendFormat(line, time.DateOnly), ',')
		line = append(start.Add(time.Duration(r.IntN(3e8))*time.Second).AppendFormat(line, time.DateTime), ',')
		line = append(append(line, cities[r.IntN(1000)]...), ',')
		if r.IntN(20) > 0 {
			line = strconv.AppendFloat(line, float64(r.IntN(50))/10, 'f', 1, 64)
		}
		line = append(line, '\n')
		if _, err := out.Write(line); err != nil {
			return err
		}
		line = line[:0]
	}
	return out.Flush()
}
