package judge

import (
	"bytes"
	"math"
	"strconv"
)

// Format is the version of the JSON form of a Judgement. It rises when a
// reader of the old form would misread the new one.
const Format = 1

// Judgement is all that was found out about a file of samples. Its JSON is
// stable: equal inputs and options give equal bytes, for any number of workers.
type Judgement struct {
	Format  int     `json:"format"`
	Seed    uint64  `json:"seed"`
	Kind    string  `json:"model,omitempty"` // of the model that was judged
	Rows    Rows    `json:"rows"`
	Label   string  `json:"label,omitempty"`
	Verdict Verdict `json:"verdict"`
	// Notes say in whole sentences what the reader must know to read the
	// figures: what was missing, how rows were held out, what was left out.
	Notes   []string  `json:"notes"`
	Figures []Figure  `json:"figures"`
	Fields  []Field   `json:"fields"`
	Pairs   Pairs     `json:"pairs"`
	Rules   []Rule    `json:"rules,omitempty"`
	Utility []Utility `json:"utility,omitempty"`
	Tells   Tells     `json:"tells"`
	Closest []Closest `json:"closest,omitempty"`
	// Gallery shows pictures as they were sampled, beside their closest.
	Gallery []Closest `json:"gallery,omitempty"`
	Map     *Map      `json:"map,omitempty"`
	// Each holds the verdict on every sample that was measured, if it is wanted.
	Each []Each `json:"each,omitempty"`
}

// Each is the verdict on one sample, and how new it is.
type Each struct {
	Row      int    `json:"row"`       // of the samples, from 0
	Class    string `json:"class"`     // A, B or C
	Distance Number `json:"distance"`  // to the closest training row
	Ratio    Number `json:"ratio"`     // of it to the distance to the second closest
	Train    int    `json:"train_row"` // the closest, from 0
}

// Rows counts the rows.
type Rows struct {
	Train   int `json:"train"`
	Held    int `json:"held"`
	Samples int `json:"samples"`
	// HeldShare is the share of the training file that was held out because no
	// held-out rows were given, else 0.
	HeldShare float64 `json:"held_share,omitempty"`
}

// Number is a figure; NaN says that there is none, and is null in JSON.
type Number float64

// MarshalJSON writes numbers without a value as null.
func (x Number) MarshalJSON() ([]byte, error) {
	f := float64(x)
	switch {
	case math.IsNaN(f):
		return []byte("null"), nil
	case math.IsInf(f, 1):
		return []byte(`"inf"`), nil
	case math.IsInf(f, -1):
		return []byte(`"-inf"`), nil
	}
	return strconv.AppendFloat(nil, f, 'g', -1, 64), nil
}

// UnmarshalJSON reads what MarshalJSON writes.
func (x *Number) UnmarshalJSON(text []byte) error {
	switch {
	case bytes.Equal(text, []byte("null")):
		*x = Number(math.NaN())
		return nil
	case len(text) > 2 && text[0] == '"':
		text = text[1 : len(text)-1]
	}
	f, err := strconv.ParseFloat(string(text), 64)
	*x = Number(f)
	return err
}

// Estimate is a figure with its standard error and an interval that holds the
// true value in 95 of 100 cases.
type Estimate struct {
	Value  Number `json:"value"`
	StdErr Number `json:"stderr"`
	Low    Number `json:"low"`
	High   Number `json:"high"`
}

// none is the estimate where there is none.
func none() Estimate {
	nan := Number(math.NaN())
	return Estimate{nan, nan, nan, nan}
}

// IsNone reports whether there is no figure.
func (e Estimate) IsNone() bool { return math.IsNaN(float64(e.Value)) }

// Compared is one figure of the samples beside the same figure of the three
// yardsticks.
type Compared struct {
	Samples Estimate `json:"samples"`
	// Held is the figure of real rows that were not trained on: what a perfect
	// model would get.
	Held Estimate `json:"held"`
	// Copy is the figure of a copy of the training rows: what a model gets that
	// learned nothing and remembers all.
	Copy Estimate `json:"copy"`
	// Independent is the figure of rows whose fields were drawn independently:
	// what a model gets that knows every field and nothing of their dependence.
	Independent Estimate `json:"independent"`
}

// Figure is one figure, with what is needed to read it.
type Figure struct {
	Key   string `json:"key"` // stable name, such as "twosample.trees.auc"
	Group Group  `json:"group"`
	Name  string `json:"name"`
	Unit  string `json:"unit,omitempty"`
	Goal  Goal   `json:"goal"`
	Compared
	Meaning string `json:"meaning"`           // in one line
	Warning string `json:"warning,omitempty"` // what the figure cannot tell apart here
	// Outcome is empty where there is nothing to compare with, and for figures
	// that repeat another as papers compute it.
	Outcome Outcome `json:"outcome,omitempty"`

	forPapers bool
}

// Group is what a figure is about.
type Group string

// The groups, in the order of a report.
const (
	Likelihood Group = "likelihood"
	Fidelity   Group = "fidelity"
	Usefulness Group = "utility"
	Novelty    Group = "novelty"
	Validity   Group = "validity"
)

// Goal says which values of a figure are good.
type Goal string

// The goals.
const (
	Higher Goal = "higher is better"
	Lower  Goal = "lower is better"
	Half   Goal = "0.5 is ideal"
)

// Outcome compares the samples with real held-out rows. Worse means by more
// than chance explains: a figure of real rows is called worse about once in two
// thousand times.
type Outcome string

// The outcomes.
const (
	LikeReal Outcome = "like real"
	Worse    Outcome = "worse than real"
)

// Verdict says how many samples are wrong, and in which of the three ways.
type Verdict struct {
	Sentence    string `json:"sentence"`
	Samples     Shares `json:"samples"`
	Held        Shares `json:"held"`
	Copy        Shares `json:"copy"`
	Independent Shares `json:"independent"`
	// Near and NearRatio are the distance to the closest training row, and its
	// ratio to the distance to the second closest, below which a row counts as
	// too near: one in two hundred real held-out rows is below each.
	Near      Number `json:"near"`
	NearRatio Number `json:"near_ratio"`
}

// Shares of rows; the three sum to one.
type Shares struct {
	Impossible Estimate `json:"a_impossible"` // A: outside the sample space or breaking a rule
	Copied     Estimate `json:"b_copied"`     // B: identical to a training row, or too near to one
	Good       Estimate `json:"c_good"`       // C: neither
}

// Field is one column, real against samples.
type Field struct {
	Name string `json:"name"`
	Kind string `json:"kind"`
	// Shape is 1 − Kolmogorov–Smirnov or total variation as SDMetrics has it;
	// Fixed is 1 − total variation over levels, or bins with edges fixed by the
	// training rows, missing being one of them.
	Shape  Number `json:"shape"`
	Fixed  Number `json:"shape_fixed"`
	Bars   []Bar  `json:"bars"`
	Absent bool   `json:"absent,omitempty"` // the samples do not have it
	// StandsOut says that the shape is worse than that of real rows.
	StandsOut bool `json:"stands_out,omitempty"`
	// Outside is the share of samples whose value is outside the sample space,
	// Example one such value.
	Outside Number `json:"outside"`
	Example string `json:"example,omitempty"`
}

// Bar is one level or one bin, and the share of rows in it.
type Bar struct {
	Label   string `json:"label"`
	Real    Number `json:"real"`
	Samples Number `json:"samples"`
	Missing bool   `json:"missing,omitempty"`
	Outside bool   `json:"outside,omitempty"`
}

// Pairs holds how much two fields tell of each other: their normalised mutual
// information, 0 for independent fields, 1 where one determines the other.
type Pairs struct {
	Fields  []string   `json:"fields"`
	Real    [][]Number `json:"real"`    // [d fields][d fields]
	Samples [][]Number `json:"samples"` // likewise
	Worst   []Pair     `json:"worst"`   // the pairs whose trend is farthest off
}

// Pair is one pair of fields.
type Pair struct {
	A     string `json:"a"`
	B     string `json:"b"`
	Trend Number `json:"trend"`       // as SDMetrics has it
	Fixed Number `json:"trend_fixed"` // 1 − total variation of the joint bins
	// StandsOut says that the trend is worse than that of real rows.
	StandsOut bool `json:"stands_out,omitempty"`
}

// Rule counts the rows that break a rule.
type Rule struct {
	Rule        string `json:"rule"`
	Train       int    `json:"train"`
	Held        int    `json:"held"`
	Samples     int    `json:"samples"`
	TrainRows   int    `json:"train_rows"`
	HeldRows    int    `json:"held_rows"`
	SamplesRows int    `json:"samples_rows"`
	Example     []Cell `json:"example,omitempty"` // the first sample that breaks it
}

// Utility is how well a field is predicted by a model trained on the samples,
// and by models trained on the yardsticks; all are tested on held-out rows.
type Utility struct {
	Field  string `json:"field"`
	Metric string `json:"metric"` // AUC, accuracy, RMSE
	Compared
}

// Tells says what gave the samples away to the two-sample test.
type Tells struct {
	Fields []Share `json:"fields"`
	Rows   []Tell  `json:"rows"`
}

// Share is a field's part of something.
type Share struct {
	Field string `json:"field"`
	Share Number `json:"share"`
}

// Tell is one sample that the test is sure of, by the fields to blame.
type Tell struct {
	Row         int     `json:"row"`         // of the samples, from 0
	Probability Number  `json:"probability"` // of being a sample
	Cells       []Cell  `json:"cells"`
	Blame       []Share `json:"blame"` // nats of evidence that each field adds
}

// Cell is one value as it is written.
type Cell struct {
	Field string `json:"field"`
	Value string `json:"value"`
}

// Closest is a sample beside the training row nearest to it.
type Closest struct {
	Row      int    `json:"row"`       // of the samples, from 0
	Train    int    `json:"train_row"` // of the training rows, from 0
	Distance Number `json:"distance"`
	Ratio    Number `json:"ratio"` // to the distance to the second closest row
	Pairs    []Twin `json:"cells"` // of the fields that are no pixels
	// The pictures of both, where rows have one, as the address of an image.
	Picture      string `json:"picture,omitempty"`
	TrainPicture string `json:"train_picture,omitempty"`
}

// Twin is one field of a sample and of its closest training row.
type Twin struct {
	Field  string `json:"field"`
	Sample string `json:"sample"`
	Train  string `json:"train"`
}

// Map shows rows that have coordinates.
type Map struct {
	X     string     `json:"x"` // field of the longitude
	Y     string     `json:"y"` // field of the latitude
	Train [][2]Coord `json:"train"`
	Held  [][2]Coord `json:"held"`
	// Impossible, Copied and Good are the samples of each class.
	Impossible [][2]Coord `json:"a_impossible"`
	Copied     [][2]Coord `json:"b_copied"`
	Good       [][2]Coord `json:"c_good"`
}

// Coord is a coordinate in degrees, to a hundredth in JSON.
type Coord float64

// MarshalJSON writes two decimals: half a kilometre, enough for a picture.
func (c Coord) MarshalJSON() ([]byte, error) {
	return strconv.AppendFloat(nil, math.Round(float64(c)*100)/100, 'f', -1, 64), nil
}
