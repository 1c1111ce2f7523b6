package main

import (
	"github.com/spf13/cobra"

	"github.com/seed-64d012fb/mimic/internal/atomicfile"
	"github.com/seed-64d012fb/mimic/space"
)

func newSchema(con *console) *cobra.Command {
	var (
		text  textFlags
		known spaceFlags
		out   string
	)
	cmd := &cobra.Command{
		Use:     "schema DATA...",
		GroupID: groupMake,
		Short:   "Infer the sample space of a table, to read and to edit",
		Long: `Schema reads the whole of a table and writes its sample space as YAML: the name,
kind and domain of each field, with the reason why it was taken for that. Edit
what is wrong, delete what is to be inferred again, and hand it to
fit --schema.`,
		Example: `  mimic schema example:adult
  mimic schema data.csv -o schema.yaml
  mimic schema data.csv --type zip=category --type day=datetime:%d.%m.%Y`,
		Args:              words("DATA..."),
		ValidArgsFunction: completeData,
	}
	outFlag(cmd, &out, std, "write the sample space to `FILE`; - is standard output")
	known.register(cmd)
	text.register(cmd)

	cmd.RunE = func(cmd *cobra.Command, data []string) error {
		if err := writable(out, data...); err != nil {
			return err
		}
		p := con.progress()
		defer p.stop()
		d, err := readData(cmd.Context(), p, data, text, known)
		if err != nil {
			return err
		}
		p.stop()
		yaml, err := space.Marshal(d.Schema())
		if err != nil {
			return err
		}
		onOut := out == std
		if onOut {
			out = ""
		}
		switch {
		case !onOut:
			err = writeFile(out, yaml)
		case !con.json:
			_, err = con.out.Write(yaml)
		}
		if err != nil {
			return err
		}
		result := struct {
			Data   account        `json:"data"`
			Fields []fieldAccount `json:"fields"`
			Out    string         `json:"out,omitempty"`
		}{d.account(), fields(d.Schema()), out}
		return con.report(onOut, result, func(s *screen) {
			d.draw(s)
			if !onOut {
				s.line("the sample space to %s: edit it, and hand it to `mimic fit --schema`", out)
			}
		})
	}
	return cmd
}

// writeFile writes a file beside path and renames it.
func writeFile(path string, data []byte) error {
	f, err := atomicfile.Create(path)
	if err != nil {
		return err
	}
	defer f.Abort()
	if _, err := f.Write(data); err != nil {
		return err
	}
	return f.Commit()
}
