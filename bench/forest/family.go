package main

import (
	"context"
	"fmt"
	"math"
	"path/filepath"
	"slices"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/fit"
	"github.com/seed-64d012fb/mimic/internal/gbt"
	"github.com/seed-64d012fb/mimic/models/forest"
	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/sample"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
	"github.com/seed-64d012fb/mimic/table/files"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// worlds are laws made from small tables: normal numbers for each level of a field, with a
// covariance for each or one for all.
var worlds = []struct {
	table, field string
	tied         bool
}{{"iris", "target", false}, {"wine", "target", true}, {"diabetes", "sex", true}}

// knowFamily prints how well samples pass for rows of a law whose family is known: those of a
// normal law by maximum likelihood, and those of a forest, both fitted to as many rows as
// half of a small table has. The first is a yardstick for what can be asked of the second.
func knowFamily(ctx context.Context, data string, tables int) error {
	fmt.Printf("Means over %d tables drawn from each law, with standard errors.\n\n", tables)
	fmt.Println("| law of | rows | samples of | nats/row of unseen rows | AUC | AUC of five folds, 100 rounds |\n|---|---|---|---|---|---|")
	for _, w := range worlds {
		all, _, err := files.Read(ctx, []string{filepath.Join(data, w.table+".csv")}, files.Options{})
		if err != nil {
			return err
		}
		rows, class, err := relevelled(all.All(), w.field)
		if err != nil {
			return fmt.Errorf("%s: %w", w.table, err)
		}
		truth := fitNormals(rows, class, w.tied)
		n := int(all.Rows()) / 2
		names := []string{"the law itself", "its family, fitted", "forest, i.i.d.", "forest"}
		values := make([][3][]float64, len(names))
		for k := range uint64(tables) {
			key := rng.New(k)
			train, unseen := table.New(truth.draw(n, key.Child(0))), truth.draw(n, key.Child(1))
			known := fitNormals(train.All(), class, w.tied)
			f, err := fit.Run(ctx, train, forest.Family{Seed: k}, fit.Options{})
			if err != nil {
				return err
			}
			m := f.(*forest.Model)
			nats, err := fit.Evaluate(ctx, m, table.New(unseen))
			if err != nil {
				return err
			}
			made := []*table.Batch{truth.draw(n, key.Child(2)), known.draw(n, key.Child(3))}
			for _, of := range []mimic.Model{m.IID(), m} {
				s, err := sample.Table(ctx, of, table.Range{Hi: int64(n)}, k)
				if err != nil {
					return err
				}
				made = append(made, s.All())
			}
			for i, l := range []float64{truth.meanLogProb(unseen), known.meanLogProb(unseen), nats.Mean, nats.Mean} {
				v := &values[i]
				v[0] = append(v[0], l)
				for j, opt := range []gbt.Options{{Rounds: 200, Patience: 10, Seed: k}, {Rounds: 100, Seed: k}} {
					auc, err := tellApartBy(ctx, unseen, made[i], k, 3+2*j, opt)
					if err != nil {
						return err
					}
					v[1+j] = append(v[1+j], auc)
				}
			}
		}
		for i, name := range names {
			fmt.Printf("| %s | %d | %s |", w.table, n, name)
			for j, format := range []string{" %.2f ± %.2f |", " %.3f ± %.3f |", " %.3f ± %.3f |"} {
				mean, sd := stat.MeanStdDev(values[i][j], nil)
				fmt.Printf(format, mean, sd/math.Sqrt(float64(tables)))
			}
			fmt.Println()
		}
	}
	return nil
}

// relevelled returns the rows with the values of a numeric field as levels, the last
// field, and other numbers with four decimals at most and some room outside what was seen.
func relevelled(b *table.Batch, field string) (r *table.Batch, class int, err error) {
	at := b.Schema.Index(field)
	if at < 0 || !b.Schema.Fields[at].Kind.Numeric() {
		return nil, 0, fmt.Errorf("no numeric field %q", field)
	}
	var s space.Schema
	var numbers []int
	for j, f := range b.Schema.Fields {
		if j == at {
			continue
		}
		room := (f.Max - f.Min) / 4
		g := space.Field{Name: f.Name, Kind: space.Decimal, Min: f.Min - room, Max: f.Max + room}
		switch f.Kind {
		case space.Decimal:
			g.Digits = min(f.Digits, 4)
		case space.Real:
			g.Digits = 4
		}
		numbers = append(numbers, j)
		s.Fields = append(s.Fields, g)
	}
	of := map[float64]int32{}
	values := slices.Clone(b.Cols[at].Num)
	slices.Sort(values)
	last := space.Field{Name: field, Kind: space.Category}
	for _, x := range slices.Compact(values) {
		of[x] = int32(len(of))
		last.Levels = append(last.Levels, fmt.Sprint(x))
	}
	s.Fields = append(s.Fields, last)
	class = len(numbers)
	r = table.NewBatch(&s, 0, b.N)
	for i := range b.N {
		for k, j := range numbers {
			r.Cols[k].Num[i] = s.Fields[k].Snap(b.Cols[j].Num[i])
		}
		r.Cols[class].Code[i] = of[b.Cols[at].Num[i]]
	}
	return r, class, nil
}

// normals is a law of a table: levels of its last field, and numbers that are normal given
// the level, on the grids of their fields.
type normals struct {
	schema *space.Schema
	class  int
	share  []float64 // [levels]
	mean   [][]float64
	root   []*mat.TriDense // [levels] lower Cholesky factor of the covariance
}

// fitNormals returns the law of most likelihood.
func fitNormals(b *table.Batch, class int, tied bool) *normals {
	levels := len(b.Schema.Fields[class].Levels)
	l := &normals{schema: b.Schema, class: class, share: make([]float64, levels)}
	for _, k := range b.Cols[class].Code {
		l.share[k] += 1 / float64(b.N)
	}
	covariance := make([]*mat.SymDense, levels)
	for k := range covariance {
		mean := make([]float64, class)
		covariance[k] = mat.NewSymDense(class, nil)
		l.mean = append(l.mean, mean)
		n := l.share[k] * float64(b.N)
		row := func(visit func(x *mat.VecDense)) {
			for i, of := range b.Cols[class].Code {
				if int(of) == k {
					x := mat.NewVecDense(class, nil)
					for j := range class {
						x.SetVec(j, b.Cols[j].Num[i]-mean[j])
					}
					visit(x)
				}
			}
		}
		total := mat.NewVecDense(class, nil)
		row(func(x *mat.VecDense) { total.AddVec(total, x) })
		for j := range mean {
			mean[j] = total.AtVec(j) / n
		}
		row(func(x *mat.VecDense) { covariance[k].SymRankOne(covariance[k], 1/n, x) })
	}
	if tied {
		all := mat.NewSymDense(class, nil)
		for k, c := range covariance {
			c.ScaleSym(l.share[k], c)
			all.AddSym(all, c)
		}
		for k := range covariance {
			covariance[k] = all
		}
	}
	for _, c := range covariance {
		var chol mat.Cholesky
		if !chol.Factorize(c) {
			panic("a covariance without an inverse")
		}
		root := mat.NewTriDense(class, mat.Lower, nil)
		chol.LTo(root)
		l.root = append(l.root, root)
	}
	return l
}

// draw returns n rows.
func (l *normals) draw(n int, k rng.Key) *table.Batch {
	b := table.NewBatch(l.schema, 0, n)
	for i := range n {
		r := k.Stream(int64(i))
		level, u := 0, r.Float64()
		for level < len(l.share)-1 && u >= l.share[level] {
			u -= l.share[level]
			level++
		}
		b.Cols[l.class].Code[i] = int32(level)
		z, x := mat.NewVecDense(l.class, nil), mat.NewVecDense(l.class, nil)
		for j := range l.class {
			z.SetVec(j, distuv.UnitNormal.Quantile(r.Float64()))
		}
		x.MulVec(l.root[level], z)
		for j := range l.class {
			b.Cols[j].Num[i] = l.schema.Fields[j].Snap(l.mean[level][j] + x.AtVec(j))
		}
	}
	return b
}

// meanLogProb returns the log-probability of rows, on average: density times the width of a
// step, which is fine for steps much narrower than the law.
func (l *normals) meanLogProb(b *table.Batch) (mean float64) {
	for i := range b.N {
		k := b.Cols[l.class].Code[i]
		x, z := mat.NewVecDense(l.class, nil), mat.NewVecDense(l.class, nil)
		for j := range l.class {
			x.SetVec(j, b.Cols[j].Num[i]-l.mean[k][j])
		}
		if err := z.SolveVec(l.root[k], x); err != nil {
			panic(err)
		}
		logp := math.Log(l.share[k]) - mat.Dot(z, z)/2
		for j := range l.class {
			logp += math.Log(l.schema.Fields[j].Step()/l.root[k].At(j, j)) - math.Log(2*math.Pi)/2
		}
		mean += logp / float64(b.N)
	}
	return mean
}
