package main

// A source is where published figures are from.
type source struct{ name, where string }

// Sources of the figures below, each read in the place named.
var sources = []source{
	{"LearnSPN", "Gens & Domingos (2013), as quoted by Geh's dissertation (github.com/RenatoGeh/msc, tab:binary)"},
	{"Strudel", "best ensemble, Dang, Vergari & Van den Broeck (2020), quoted there"},
	{"LearnPSDD", "best ensemble, as Dang et al. (2020) report it, quoted there"},
	{"XPC", "best ensemble, Di Mauro et al. (2021), quoted there"},
	{"Prometheus", "Jaini, Ghose & Poupart (2018), quoted there"},
	{"LearnRP", "the better of LearnRP-F and LearnRP-100, Geh's dissertation"},
	{"HCLT", "hidden Chow–Liu trees with data softening and entropy regularisation, Liu & Van den Broeck (2021): mean of the last lines of five logs (github.com/UCLA-StarAI/Tractable-PC-Regularization)"},
}

// benchmark is a set, the name that papers give it, and their figures in nats
// per test row, in the order of sources.
type benchmark struct {
	file, name string
	published  []float64
}

// Jester's LearnSPN figure, -75.98, is of other data, and left out.
var benchmarks = []benchmark{
	{"nltcs", "nltcs", []float64{-6.11, -6.06, -5.99, -6.05, -6.01, -6.22, -5.999}},
	{"msnbc", "msnbc", []float64{-6.11, -6.04, -6.04, -6.18, -6.04, -6.33, -6.058}},
	{"plants", "plants", []float64{-12.97, -12.98, -13.02, -14.19, -12.81, -13.77, -14.263}},
	{"baudio", "audio", []float64{-40.50, -41.50, -39.94, -40.91, -39.80, -40.27, -39.774}},
	{"jester", "jester", []float64{0, -55.03, -51.29, -53.43, -52.80, -52.86, -52.463}},
	{"dna", "dna", []float64{-82.52, -86.22, -88.01, -86.61, -84.45, -83.57, -79.056}},
	{"kosarek", "kosarek", []float64{-10.98, -10.68, -10.52, -10.77, -10.59, -10.62, -10.665}},
	{"msweb", "msweb", []float64{-10.25, -9.71, -9.89, -9.93, -9.86, -9.90, -9.988}},
	{"book", "book", []float64{-35.88, -34.99, -34.97, -34.75, -34.40, -33.41, -33.833}},
	{"cwebkb", "webkb", []float64{-158.20, -155.33, -161.09, -153.67, -155.21, -151.80, -152.774}},
}
