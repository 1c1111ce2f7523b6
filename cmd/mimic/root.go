package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"github.com/seed-64d012fb/mimic/internal/par"
)

// newRoot returns the command line.
func newRoot(con *console) *cobra.Command {
	root := &cobra.Command{
		Use:   "mimic",
		Short: "Generative models of your data: exact likelihood, on the CPU, in seconds",
		Long: `mimic describes how a dataset is generated, in terms of a probabilistic model:
it fits the model by maximum likelihood, says in nats how well the model mimics
rows that it has not seen, and samples new rows from it.

DATA is one or more files, globs, "-" for standard input, or an embedded table
such as example:adult. CSV, TSV, JSON lines and Parquet, plain or compressed by
gzip or zstd, are recognised by their content; and so are pictures: a folder, a
zip or a tar archive of PNG, JPEG and GIF files, the folder of each being its
label, or IDX files such as those of MNIST, with their labels beside them.`,
		Example: `  mimic like example:adult -n 1000 -o new.csv    new rows like those of a table
  mimic fit adult.csv -o adult.mimic             fit a model and keep it
  mimic sample adult.mimic -n 1000000 -o new.parquet
  mimic score adult.mimic held-out.csv           log p(x) of rows, in nats`,
		Version:           version(),
		SilenceErrors:     true,
		SilenceUsage:      true,
		DisableAutoGenTag: true,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return unknownVerb(cmd, args[0])
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			if con.workers < 0 {
				return misusef("--workers %d: a number of processors is 1 or more, or 0 for all of them", con.workers)
			}
			cmd.SetContext(par.WithWorkers(cmd.Context(), con.workers))
			return nil
		},
	}
	root.SetIn(con.in)
	root.SetOut(con.out)
	root.SetErr(con.err)
	root.SetVersionTemplate("mimic {{.Version}}\n")
	root.SetFlagErrorFunc(flagError)

	all := root.PersistentFlags()
	all.BoolVar(&con.json, "json", false, "print the result as JSON")
	all.BoolVarP(&con.quiet, "quiet", "q", false, "print nothing but errors, rows and what --json asks for")
	all.IntVar(&con.workers, "workers", 0, "use `N` processors; 0 means all of them; results do not depend on it")

	root.AddGroup(
		&cobra.Group{ID: groupMake, Title: "From data to new rows:"},
		&cobra.Group{ID: groupAsk, Title: "Questions to a model:"},
	)
	root.AddCommand(
		newLike(con), newSchema(con), newFit(con), newCompare(con), newSample(con),
		newScore(con), newPredict(con), newImpute(con), newJudge(con), newInspect(con),
	)
	setHelp(root)
	return root
}

// helpWidth is how wide help is set: it is read in terminals and on pages.
const helpWidth = 96

// setHelp lets the help show verbs and flags in the order of their use, not of
// the alphabet, and wraps it.
func setHelp(root *cobra.Command) {
	cobra.EnableCommandSorting = false
	usage := root.UsageTemplate()
	for _, flags := range []string{"LocalFlags", "InheritedFlags"} {
		usage = strings.ReplaceAll(usage, flags+".FlagUsages", fmt.Sprintf("%s.FlagUsagesWrapped %d", flags, helpWidth))
	}
	root.SetUsageTemplate(usage)
	root.PersistentFlags().SortFlags = false
	for _, cmd := range root.Commands() {
		cmd.Flags().SortFlags = false
	}
}

// The groups of verbs in the help of the root.
const (
	groupMake = "make"
	groupAsk  = "ask"
)

// version says which mimic this is, from what the Go linker knows.
func version() string {
	v := "(devel)"
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		v = info.Main.Version
	}
	return fmt.Sprintf("%s %s %s/%s", v, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}
