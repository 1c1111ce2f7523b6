package naivebayes

import (
	"cmp"
	"math"
	"slices"
	"strconv"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/dist"
	"github.com/seed-64d012fb/mimic/internal/logsum"
	"github.com/seed-64d012fb/mimic/models/internal/product"
	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// Model is a naive Bayes model.
type Model struct {
	schema   *space.Schema
	label    int               // position of the field that is the class, or -1
	book     *dist.Codebook    // of the label: class = code
	prior    *dist.Categorical // p(y) [classes]
	features []feature         // the other learned fields, in order
}

// feature is the distribution of one field given the class.
type feature struct {
	field int
	book  *dist.Codebook
	given []*dist.Categorical // [classes] p(code | y)
	logp  []float64           // [codes × classes] log p(code | y), at code·classes + y
}

var (
	_ mimic.Density      = (*Model)(nil)
	_ mimic.Sampler      = (*Model)(nil)
	_ mimic.Conditioner  = (*Model)(nil)
	_ mimic.Marginalizer = (*Model)(nil)
	_ mimic.Describer    = (*Model)(nil)
)

// newFeature returns the feature of p(code | y), one distribution a class.
func newFeature(field int, book *dist.Codebook, given []*dist.Categorical) feature {
	f := feature{field: field, book: book, given: given}
	f.logp = make([]float64, book.Codes()*len(given))
	for y, c := range given {
		for code, l := range c.LogP() {
			f.logp[code*len(given)+y] = l
		}
	}
	return f
}

// Kind returns "naivebayes".
func (m *Model) Kind() string { return Kind }

// Schema returns the sample space.
func (m *Model) Schema() *space.Schema { return m.schema }

// Classes returns the number of classes.
func (m *Model) Classes() int { return len(m.prior.P()) }

// Label returns the position of the field that is the class, or -1 where the
// class is latent.
func (m *Model) Label() int { return m.label }

// Parameters returns the number of free parameters of the class and code
// probabilities.
func (m *Model) Parameters() int64 {
	n := int64(m.Classes()) - 1
	for _, f := range m.features {
		n += int64(m.Classes()) * int64(f.book.Codes()-1)
	}
	return n
}

// chunk is the number of rows that are worked on at a time.
const chunk = 512

// LogProb sets dst [n rows] to log p(x).
func (m *Model) LogProb(dst []float64, b *table.Batch) error {
	if m.label >= 0 {
		m.logProbOfLabelled(dst, b)
		return nil
	}
	n := m.Classes()
	scores := make([]float64, min(b.N, chunk)*n)
	for lo := 0; lo < b.N; lo += chunk {
		dst := dst[lo:min(lo+chunk, b.N)]
		m.joint(scores, dst, b, lo)
		for i := range dst {
			dst[i] += logsum.Of(scores[i*n : (i+1)*n])
		}
	}
	return nil
}

// logProbOfLabelled reads the class of each row from its label.
func (m *Model) logProbOfLabelled(dst []float64, b *table.Batch) {
	var classes, codes [chunk]uint16
	n := m.Classes()
	for lo := 0; lo < b.N; lo += chunk {
		hi := min(lo+chunk, b.N)
		dst, classes, codes := dst[lo:hi], classes[:hi-lo], codes[:hi-lo]
		clear(dst)
		label := b.Cols[m.label].Slice(lo, hi)
		m.book.Encode(classes, label)
		m.prior.LogProb(dst, classes)
		m.book.LogDetail(dst, classes, label)
		for _, f := range m.features {
			col := b.Cols[f.field].Slice(lo, hi)
			f.book.Encode(codes, col)
			for i, code := range codes {
				if code != dist.Outside && classes[i] != dist.Outside {
					dst[i] += f.logp[int(code)*n+int(classes[i])]
				}
			}
			f.book.LogDetail(dst, codes, col)
		}
	}
}

// joint sets rest [n rows] to Σ_j log p(x_j | c_j) over the features of rows lo,
// lo+1, … of b, which all classes share, and scores [n rows × classes] to
// log p(y) + Σ_j log p(c_j | y).
func (m *Model) joint(scores, rest []float64, b *table.Batch, lo int) {
	var codes [chunk]uint16
	n, rows := m.Classes(), len(rest)
	for i := range rows {
		copy(scores[i*n:(i+1)*n], m.prior.LogP())
	}
	clear(rest)
	for _, f := range m.features {
		col, codes := b.Cols[f.field].Slice(lo, lo+rows), codes[:rows]
		f.book.Encode(codes, col)
		for i, code := range codes {
			if code != dist.Outside {
				addTo(scores[i*n:(i+1)*n], f.logp[int(code)*n:])
			}
		}
		f.book.LogDetail(rest, codes, col)
	}
}

// addTo adds the first len(dst) values of src to dst.
func addTo(dst, src []float64) {
	src = src[:len(dst)]
	for i := range dst {
		dst[i] += src[i]
	}
}

// Posterior sets dst [n rows × classes] to p(y | x), where x are the fields but
// the label, whose column is not looked at. A row that is impossible in every
// class has zeros.
func (m *Model) Posterior(dst []float64, b *table.Batch) error {
	n := m.Classes()
	var details [chunk]float64
	for lo := 0; lo < b.N; lo += chunk {
		rest := details[:min(chunk, b.N-lo)]
		scores := dst[lo*n : (lo+len(rest))*n]
		m.joint(scores, rest, b, lo)
		for i, detail := range rest {
			row := scores[i*n : (i+1)*n]
			total := logsum.Of(row)
			if math.IsInf(total, -1) || math.IsInf(detail, -1) {
				clear(row)
				continue
			}
			for y := range row {
				row[y] = math.Exp(row[y] - total)
			}
		}
	}
	return nil
}

// Sample draws the class of row r from word r of the label's child of the key,
// or of the child behind all fields where the class is latent, and field j from
// word r of child j.
func (m *Model) Sample(dst *table.Batch, k rng.Key) error {
	var u [chunk]float64
	var classes, codes [chunk]uint16
	classKey := k.Child(uint64(len(m.schema.Fields)))
	if m.label >= 0 {
		classKey = k.Child(uint64(m.label))
	}
	keys := make([]rng.Key, len(m.features))
	for i, f := range m.features {
		keys[i] = k.Child(uint64(f.field))
	}
	for lo := 0; lo < dst.N; lo += chunk {
		hi := min(lo+chunk, dst.N)
		first := dst.First + int64(lo)
		classes, codes, u := classes[:hi-lo], codes[:hi-lo], u[:hi-lo]
		classKey.Float64s(u, first)
		for i := range u {
			y, rest := m.prior.Draw(u[i])
			classes[i], u[i] = uint16(y), rest
		}
		if m.label >= 0 {
			col := dst.Cols[m.label].Slice(lo, hi)
			m.book.Decode(&col, classes, u)
		}
		for i, f := range m.features {
			keys[i].Float64s(u, first)
			for i, y := range classes {
				code, rest := f.given[y].Draw(u[i])
				codes[i], u[i] = uint16(code), rest
			}
			col := dst.Cols[f.field].Slice(lo, hi)
			f.book.Decode(&col, codes, u)
		}
	}
	return nil
}

// Condition returns p(x | x in e), another naive Bayes model: evidence on a
// field is p(e | y) for each class, and Bayes' rule weighs the classes.
func (m *Model) Condition(e space.Evidence) (mimic.Model, error) {
	r := *m
	r.features = slices.Clone(m.features)
	weight := slices.Clone(m.prior.LogP()) // log p(y, e)
	for _, given := range e {
		if m.label >= 0 && given.Field == m.label {
			book, share := r.book.Restrict(given)
			r.book = book
			for y := range weight {
				weight[y] += math.Log(share[y])
			}
			continue
		}
		i := slices.IndexFunc(m.features, func(f feature) bool { return f.field == given.Field })
		if i < 0 {
			return nil, product.Unlearned(m.schema, given.Field)
		}
		f := r.features[i]
		book, share := f.book.Restrict(given)
		conditional := make([]*dist.Categorical, len(f.given))
		for y, c := range f.given {
			p := slices.Clone(c.P())
			var total float64
			for code := range p {
				p[code] *= share[code]
				total += p[code]
			}
			weight[y] += math.Log(total)
			if total == 0 {
				conditional[y] = c // of a class that is impossible now
				continue
			}
			for code := range p {
				p[code] /= total
			}
			var err error
			if conditional[y], err = dist.NewCategorical(p); err != nil {
				return nil, err
			}
		}
		r.features[i] = newFeature(f.field, book, conditional)
	}
	total := logsum.Of(weight)
	if math.IsInf(total, -1) {
		return nil, mimic.ErrImpossible
	}
	for y := range weight {
		weight[y] = math.Exp(weight[y] - total)
	}
	var err error
	r.prior, err = dist.NewCategorical(weight)
	return &r, err
}

// Marginal returns the model of the named fields. Without its label, its classes
// are latent.
func (m *Model) Marginal(names []string) (mimic.Model, error) {
	keep, err := product.Fields(m.schema, names)
	if err != nil {
		return nil, err
	}
	r := &Model{schema: m.schema.Project(keep), label: -1, prior: m.prior}
	for i, j := range keep {
		if j == m.label {
			r.label, r.book = i, m.book
		}
		for _, f := range m.features {
			if f.field == j {
				f.field = i
				r.features = append(r.features, f)
			}
		}
	}
	return r, nil
}

// describedClasses and describedCodes bound what Describe lists.
const (
	describedClasses = 16
	describedCodes   = 3
)

// Describe returns the classes with their probability, and the most probable
// value of each field in each class.
func (m *Model) Describe() []mimic.Description {
	classes := mimic.Description{Title: "p(class)", Head: []string{"class", "probability"}}
	values := mimic.Description{Title: "The most probable values of each class", Head: []string{"field"}}
	order := byProbability(m.prior.P())
	order = order[:min(len(order), describedClasses)]
	for _, y := range order {
		classes.Rows = append(classes.Rows, []string{m.className(y), percent(m.prior.P()[y])})
		values.Head = append(values.Head, m.className(y))
	}
	for _, f := range m.features {
		row := []string{m.schema.Fields[f.field].Name}
		for _, y := range order {
			p := f.given[y].P()
			text := ""
			for i, code := range byProbability(p) {
				if i == describedCodes {
					break
				}
				if i > 0 {
					text += ", "
				}
				text += f.book.Label(&m.schema.Fields[f.field], uint16(code)) + " " + percent(p[code])
			}
			row = append(row, text)
		}
		values.Rows = append(values.Rows, row)
	}
	return []mimic.Description{classes, values}
}

// className names a class for a person.
func (m *Model) className(y int) string {
	if m.label < 0 {
		return strconv.Itoa(y + 1)
	}
	f := &m.schema.Fields[m.label]
	return f.Name + "=" + m.book.Label(f, uint16(y))
}

func byProbability(p []float64) []int {
	order := make([]int, len(p))
	for k := range order {
		order[k] = k
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(p[b], p[a]) })
	return order
}

func percent(p float64) string { return strconv.FormatFloat(100*p, 'f', 1, 64) + "%" }
