package space

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/seed-64d012fb/mimic/internal/spell"
)

const header = `# The sample space: the values that each field can take. Edit it, and give it to
# mimic fit --schema. What is left out is taken from the data.
`

// lineWidth is how long the lines of a schema file get before lists are broken
// into one line for each entry.
const lineWidth = 100

// validText reports whether YAML can say a text.
func validText(text string) bool { return utf8.ValidString(text) }

// Marshal writes a schema as YAML for people to read and edit: Why becomes a
// comment. It fails if the schema is larger than Unmarshal reads.
func Marshal(s *Schema) ([]byte, error) {
	dst := []byte(header)
	dst = appendDialect(dst, s.Dialect)
	dst = append(dst, "fields:\n"...)
	for i := range s.Fields {
		switch {
		case !s.Image.Has(i):
			dst = appendField(dst, &s.Fields[i])
		case i == s.Image.First:
			dst = appendImage(dst, s.Image, s.Fields)
		}
	}
	if len(s.Rules) > 0 {
		dst = append(dst, "rules:\n"...)
		for _, r := range s.Rules {
			dst = append(dst, "  - "...)
			dst = append(appendScalar(dst, r), '\n')
		}
	}
	if err := checkSize(dst); err != nil {
		return nil, fmt.Errorf("too many levels: %w", err)
	}
	return dst, nil
}

func appendField(dst []byte, f *Field) []byte {
	dst = append(dst, "  - name: "...)
	dst = append(appendScalar(dst, f.Name), '\n')
	for _, p := range properties {
		if !p.of(f.Kind) {
			continue
		}
		value := p.write(f)
		switch {
		case value == nil:
			continue
		case p.set == SetLevels && len(value) > lineWidth:
			dst = append(dst, "    levels:\n"...)
			for _, l := range f.Levels {
				dst = append(dst, "      - "...)
				dst = append(appendScalar(dst, l), '\n')
			}
			continue
		}
		dst = fmt.Appendf(dst, "    %s: %s", p.key, value)
		if p.set == SetKind && f.Why != "" {
			dst = append(dst, " # "...)
			dst = append(dst, comment(f.Why)...)
		}
		dst = append(dst, '\n')
	}
	return dst
}

// comment returns text as it can stand in a comment.
func comment(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 || r == 0x2028 || r == 0x2029 || r == 0xfeff || r == utf8.RuneError {
			return ' '
		}
		return r
	}, text)
}

// Unmarshal reads a complete schema, such as Marshal writes, and validates it.
// Errors name the line.
func Unmarshal(text []byte) (*Schema, error) {
	o, err := UnmarshalOverrides(text)
	if err != nil {
		return nil, err
	}
	s := &Schema{Rules: o.Rules}
	if o.Dialect != nil {
		s.Dialect = *o.Dialect
	}
	for j := 0; j <= len(o.Fields); j++ {
		if o.Image != nil && o.Image.at == j {
			var pixels []Field
			if s.Image, pixels, err = o.Image.complete(j); err != nil {
				return nil, err
			}
			s.Fields = append(s.Fields, pixels...)
		}
		if j < len(o.Fields) {
			f, err := o.Fields[j].complete()
			if err != nil {
				return nil, err
			}
			s.Fields = append(s.Fields, f)
		}
	}
	if err := s.Validate(); err != nil {
		return nil, err
	}
	return s, nil
}

// UnmarshalOverrides reads a schema file of which any part may be left out.
// Errors name the line.
func UnmarshalOverrides(text []byte) (*Overrides, error) {
	o := &Overrides{}
	root, err := parseYAML(text)
	if err != nil || root == nil {
		return o, err
	}
	pairs, err := root.pairs()
	if err != nil {
		return nil, err
	}
	for _, p := range pairs {
		switch p.key {
		case "fields":
			err = o.readFields(p.value)
		case "dialect":
			o.Dialect, err = readDialect(p.value)
		case "rules":
			o.Rules, err = p.value.texts()
		case "image":
			err = o.readSize(p.value)
		default:
			err = p.unknown([]string{"dialect", "fields", "image", "rules"})
		}
		if err != nil {
			return nil, err
		}
	}
	return o, nil
}

// unknown is the error of a key that is none of keys.
func (p pair) unknown(keys []string) error {
	return p.at.errorf("unknown key %q; %s", p.key, spell.Suggest(p.key, keys))
}

func (o *Overrides) readFields(n node) error {
	entries, err := n.list()
	if err != nil {
		return err
	}
	lines := map[string]int{}
	for _, e := range entries {
		pairs, err := e.pairs()
		if err != nil {
			return err
		}
		if isImage(pairs) {
			m, err := readImage(e, pairs)
			if err != nil {
				return err
			}
			if o.Image != nil {
				return e.errorf("a second image: a sample space has one at most")
			}
			m.at = len(o.Fields)
			o.Image = m
			continue
		}
		f, err := readOverride(e, pairs)
		if err != nil {
			return err
		}
		if line := lines[f.Name]; line > 0 {
			return e.errorf("field %q is on line %d already", f.Name, line)
		}
		lines[f.Name] = f.line
		o.Fields = append(o.Fields, f)
	}
	return nil
}

// readSize reads `image: 28x28` at the top of a schema file, which leaves all
// else to the data.
func (o *Overrides) readSize(n node) error {
	text, err := n.text()
	if err != nil {
		return err
	}
	if o.Image != nil {
		return n.errorf("a second image: a sample space has one at most")
	}
	if err := o.SetImage(text); err != nil {
		return n.errorf("%v", err)
	}
	o.Image.line = n.line()
	return nil
}

func readOverride(n node, pairs []pair) (Override, error) {
	o := Override{line: n.line()}
	var err error
	at := map[Property]node{}
	for _, pair := range pairs {
		if pair.key == "name" {
			if o.Name, err = pair.value.text(); err != nil {
				return o, err
			}
			continue
		}
		p := propertyOf(pair.key)
		if p == nil {
			return o, pair.unknown(propertyKeys())
		}
		if err := p.read(&o, pair.value); err != nil {
			return o, err
		}
		o.Set |= p.set
		at[p.set] = pair.at
	}
	if o.Name == "" {
		return o, n.errorf("a field without a name")
	}
	for _, p := range properties {
		if o.Has(SetKind|p.set) && !p.of(o.Kind) {
			return o, at[p.set].errorf("field %q: %s %v has no %s", o.Name, article(o.Kind), o.Kind, p.key)
		}
	}
	if o.Has(SetKind | SetLayout) {
		if err := o.Layout.check(o.Kind); err != nil {
			return o, at[SetLayout].errorf("field %q: %v", o.Name, err)
		}
	}
	return o, nil
}

// dialectFlags are the keys of the dialect that are true or false.
var dialectFlags = []struct {
	key string
	of  func(*Dialect) *bool
}{
	{"noheader", func(d *Dialect) *bool { return &d.NoHeader }},
	{"crlf", func(d *Dialect) *bool { return &d.CRLF }},
	{"bom", func(d *Dialect) *bool { return &d.BOM }},
	{"spaced", func(d *Dialect) *bool { return &d.Spaced }},
	{"decimalcomma", func(d *Dialect) *bool { return &d.DecimalComma }},
}

func appendDialect(dst []byte, d Dialect) []byte {
	if d == (Dialect{}) {
		return dst
	}
	dst = append(dst, "dialect:\n"...)
	if d.Delimiter != "" {
		dst = append(dst, "  delimiter: "...)
		dst = append(appendScalar(dst, d.Delimiter), '\n')
	}
	for _, f := range dialectFlags {
		if *f.of(&d) {
			dst = fmt.Appendf(dst, "  %s: true\n", f.key)
		}
	}
	return dst
}

func readDialect(n node) (*Dialect, error) {
	pairs, err := n.pairs()
	if err != nil {
		return nil, err
	}
	d := &Dialect{}
	for _, p := range pairs {
		if err := d.read(p); err != nil {
			return nil, err
		}
	}
	return d, nil
}

func (d *Dialect) read(p pair) (err error) {
	keys := []string{"delimiter"}
	if p.key == "delimiter" {
		d.Delimiter, err = p.value.text()
		if err == nil && (len(d.Delimiter) != 1 || !strings.Contains(",;\t|", d.Delimiter)) {
			err = p.value.errorf("delimiter %q: one of \",\" \";\" \"\\t\" \"|\"", d.Delimiter)
		}
		return err
	}
	for _, f := range dialectFlags {
		if f.key == p.key {
			*f.of(d), err = p.value.flag()
			return err
		}
		keys = append(keys, f.key)
	}
	return p.unknown(keys)
}

// article returns the article of a kind's name.
func article(k Kind) string {
	if strings.ContainsAny(k.String()[:1], "aeiou") {
		return "an"
	}
	return "a"
}
