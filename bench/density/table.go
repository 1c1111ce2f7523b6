package main

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
)

// printTable prints the mean over seeds of each set and model, beside the best
// published figure, and then all published figures, as Markdown.
func printTable(results []result) {
	var names []string
	seeds := map[uint64]bool{}
	for _, r := range results {
		if !slices.Contains(names, r.Model) {
			names = append(names, r.Model)
		}
		seeds[r.Seed] = true
	}
	fmt.Printf("| set | %s | ± stderr | processor s | best published |\n|%s\n", strings.Join(names, " | "), strings.Repeat("---|", len(names)+4))
	for _, b := range benchmarks {
		row := []string{b.name}
		var last []result // of the last model
		for _, n := range names {
			last = slices.DeleteFunc(slices.Clone(results), func(r result) bool { return r.Set != b.name || r.Model != n })
			mean, deviation := moments(last, func(r result) float64 { return r.Test.Mean })
			cell := figure(mean, 3)
			if len(last) > 1 {
				cell += " (" + figure(deviation, 3) + ")"
			}
			row = append(row, cell)
		}
		if len(last) == 0 {
			continue
		}
		stderr, _ := moments(last, func(r result) float64 { return r.Test.StdErr })
		cpu, _ := moments(last, func(r result) float64 { return r.CPU })
		at := 0
		for i, p := range b.published {
			if p != 0 && p > b.published[at] || b.published[at] == 0 {
				at = i
			}
		}
		row = append(row, figure(stderr, 3), figure(cpu, 0), figure(b.published[at], 2)+" "+sources[at].name)
		fmt.Println("| " + strings.Join(row, " | ") + " |")
	}
	fmt.Printf("\nNats per test row: the mean of %d seeds, with their standard deviation in\nbrackets. ± is the standard error of the last model on the test rows, processor s\nits time to fit, all constituents of a blend included.\n\n", len(seeds))
	fmt.Print("| set |")
	for _, s := range sources {
		fmt.Printf(" %s |", s.name)
	}
	fmt.Println("\n|" + strings.Repeat("---|", 1+len(sources)))
	for _, b := range benchmarks {
		row := []string{b.name}
		for _, p := range b.published {
			cell := ""
			if p != 0 {
				cell = figure(p, 2)
			}
			row = append(row, cell)
		}
		fmt.Println("| " + strings.Join(row, " | ") + " |")
	}
	fmt.Print("\nPublished figures, in nats per test row as well:\n\n")
	for _, s := range sources {
		fmt.Printf("- %s: %s\n", s.name, s.where)
	}
}

// moments returns the mean of a figure of results and their standard deviation.
func moments(results []result, of func(result) float64) (mean, deviation float64) {
	n := float64(len(results))
	for _, r := range results {
		mean += of(r) / n
	}
	for _, r := range results {
		deviation += (of(r) - mean) * (of(r) - mean)
	}
	return mean, math.Sqrt(deviation / (n - 1))
}

// figure returns x with so many decimals, as it is printed in text.
func figure(x float64, decimals int) string {
	return strings.Replace(fmt.Sprintf("%.*f", decimals, x), "-", "−", 1)
}

func writeJSON(path string, results []result) error {
	text, err := json.MarshalIndent(results, "", "\t")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(text, '\n'), 0o644)
}

func readJSON(paths []string) (all []result, err error) {
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		var some []result
		if err := json.Unmarshal(text, &some); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		all = append(all, some...)
	}
	return all, nil
}
