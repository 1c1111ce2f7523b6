package space

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"unicode"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	yamltoken "github.com/goccy/go-yaml/token"
)

// Bounds of a schema file: what reading one may cost. The parser needs a few
// hundred bytes for each token, and no token comes without a sign.
const (
	maxFileBytes = 32 << 20
	maxFileSigns = 1 << 20
	maxFileDepth = 8
)

// checkSize reports whether a schema file is within its bounds.
func checkSize(text []byte) error {
	if len(text) > maxFileBytes {
		return fmt.Errorf("a schema of %d bytes; at most %d are read", len(text), maxFileBytes)
	}
	signs := 0
	for _, c := range text {
		if isSign[c] {
			signs++
		}
	}
	if signs > maxFileSigns {
		return fmt.Errorf("a schema of %d lines, commas, quotes and the like; at most %d are read", signs, maxFileSigns)
	}
	return nil
}

// isSign says which bytes can begin or end a token of YAML; a space cannot.
var isSign = func() (is [256]bool) {
	for _, c := range "\n\r,:-?[]{}#&*!|>'\"%@`" {
		is[c] = true
	}
	return is
}()

// node is a place in a YAML file. Scalars are taken as the text that is written
// there, whatever type YAML would give it: the level no stays "no", and 007 has
// its zeros.
type node struct{ ast.Node }

// parseYAML returns the root of a file of one document, nil if it is empty.
// Anchors and aliases are refused: a schema needs none, and they can make much
// of little.
func parseYAML(text []byte) (*node, error) {
	if err := checkSize(text); err != nil {
		return nil, err
	}
	tokens := lexer.Tokenize(string(text))
	if err := checkTokens(tokens); err != nil {
		return nil, err
	}
	file, err := parser.Parse(tokens, 0)
	if err != nil {
		var at interface {
			GetToken() *yamltoken.Token
			GetMessage() string
		}
		if errors.As(err, &at) && at.GetToken() != nil {
			return nil, notYAML(at.GetToken(), at.GetMessage())
		}
		return nil, err
	}
	switch {
	case len(file.Docs) == 0, len(file.Docs) == 1 && file.Docs[0].Body == nil:
		return nil, nil
	case len(file.Docs) > 1:
		return nil, errors.New("more than one YAML document in the file")
	}
	return &node{file.Docs[0].Body}, nil
}

// notYAML is an error of the parser, whose words are for those who know YAML.
func notYAML(t *yamltoken.Token, message string) error {
	return tokenError(t, "%s: indent by spaces, as the lines beside it are, and quote texts that have signs", message)
}

// checkTokens refuses what a schema has no use for and what would cost the
// parser more than time and memory in proportion to the file.
func checkTokens(tokens yamltoken.Tokens) error {
	depth := 0  // of brackets
	dashes := 0 // entries begun on one line
	colon := 0  // line of the last colon that no comma or bracket followed
	var last yamltoken.Type
	line := 0
	for _, t := range tokens {
		if t.Position.Line != line {
			line, dashes = t.Position.Line, 0
		}
		switch t.Type {
		case yamltoken.InvalidType:
			return notYAML(t, t.Error)
		case yamltoken.AnchorType, yamltoken.AliasType, yamltoken.MergeKeyType, yamltoken.DirectiveType, yamltoken.MappingKeyType:
			return tokenError(t, "%q is YAML that a schema does not use; quote it if it is part of a text", t.Value)
		case yamltoken.TagType:
			if last == yamltoken.TagType {
				return tokenError(t, "two tags in a row")
			}
		case yamltoken.SequenceEntryType:
			dashes++
		case yamltoken.SequenceStartType, yamltoken.MappingStartType:
			depth++
			colon = 0
		case yamltoken.SequenceEndType, yamltoken.MappingEndType:
			depth--
			colon = 0
		case yamltoken.CollectEntryType:
			if last == yamltoken.CollectEntryType {
				return tokenError(t, "two commas with nothing between them")
			}
			colon = 0
		case yamltoken.MappingValueType:
			if colon == line {
				return tokenError(t, "a second %q on one line; quote it if it is part of a text", ":")
			}
			colon = line
		}
		if depth > maxFileDepth || dashes > maxFileDepth || t.Position.IndentNum > 4*maxFileDepth {
			return tokenError(t, "nested too deeply for a schema")
		}
		last = t.Type
	}
	return nil
}

func tokenError(t *yamltoken.Token, format string, args ...any) error {
	return fmt.Errorf("line %d: "+format, append([]any{t.Position.Line}, args...)...)
}

// line returns the line of the file that n starts on.
func (n node) line() int {
	if t := n.GetToken(); t != nil && t.Position != nil {
		return t.Position.Line
	}
	return 0
}

func (n node) errorf(format string, args ...any) error {
	return fmt.Errorf("line %d: "+format, append([]any{n.line()}, args...)...)
}

// text returns the text of a scalar.
func (n node) text() (string, error) {
	switch v := n.Node.(type) {
	case *ast.StringNode:
		return v.Value, nil
	case *ast.LiteralNode:
		return v.Value.Value, nil
	case *ast.TagNode:
		text, err := node{v.Value}.text()
		switch {
		case err != nil:
			return "", err
		case v.Start.Value == "!!str":
			return text, nil
		case v.Start.Value == "!!binary":
			raw, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), ""))
			if err != nil {
				return "", n.errorf("%q is not base64: %v", text, err)
			}
			return string(raw), nil
		}
		return "", n.errorf("tag %s; a schema has !!binary and !!str only", v.Start.Value)
	case *ast.NullNode:
		if v.Token.Type == yamltoken.NullType {
			return v.Token.Value, nil
		}
		return "", n.errorf("a value is missing here")
	case *ast.MappingNode, *ast.MappingValueNode, *ast.SequenceNode:
		return "", n.errorf("one value is wanted here, not several")
	case ast.ScalarNode:
		return v.GetToken().Value, nil
	}
	return "", n.errorf("a %s is nothing that a schema has", n.Type())
}

// isNull reports whether n is null or nothing.
func (n node) isNull() bool { return n.Type() == ast.NullType }

// list returns the entries of a sequence.
func (n node) list() ([]node, error) {
	seq, ok := n.Node.(*ast.SequenceNode)
	if !ok {
		return nil, n.errorf("a list is wanted here: [a, b], or lines that start with \"- \"")
	}
	entries := make([]node, len(seq.Values))
	for i, v := range seq.Values {
		entries[i] = node{v}
	}
	return entries, nil
}

// texts returns the texts of a list of scalars.
func (n node) texts() ([]string, error) {
	entries, err := n.list()
	if err != nil {
		return nil, err
	}
	texts := make([]string, len(entries))
	for i, e := range entries {
		if texts[i], err = e.text(); err != nil {
			return nil, err
		}
	}
	return texts, nil
}

// pair is a key of a mapping with its value.
type pair struct {
	key   string
	value node
	at    node // of the key
}

// pairs returns the keys of a mapping in their order; each occurs once.
func (n node) pairs() ([]pair, error) {
	m, ok := n.Node.(ast.MapNode)
	if !ok {
		return nil, n.errorf("keys with values are wanted here: \"key: value\"")
	}
	var pairs []pair
	seen := map[string]bool{}
	for i := m.MapRange(); i.Next(); {
		at := node{i.Key()}
		key, err := at.text()
		if err != nil {
			return nil, err
		}
		if seen[key] {
			return nil, at.errorf("%q is here twice", key)
		}
		seen[key] = true
		pairs = append(pairs, pair{key, node{i.Value()}, at})
	}
	return pairs, nil
}

// flag returns a value that is true or false.
func (n node) flag() (bool, error) {
	text, err := n.text()
	switch {
	case err != nil:
		return false, err
	case text == "true":
		return true, nil
	case text == "false":
		return false, nil
	}
	return false, n.errorf("%q is neither true nor false", text)
}

// appendScalar appends text as a YAML scalar: plain where every reader takes it
// for this text, in double quotes otherwise, in base64 where it is no UTF-8.
func appendScalar(dst []byte, text string) []byte {
	if !validText(text) {
		dst = append(dst, `!!binary "`...)
		return append(base64.StdEncoding.AppendEncode(dst, []byte(text)), '"')
	}
	if isPlain(text) {
		return append(dst, text...)
	}
	dst = append(dst, '"')
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			dst = append(dst, '\\', byte(r))
		case r == '\n':
			dst = append(dst, `\n`...)
		case r == '\t':
			dst = append(dst, `\t`...)
		case r < ' ' || r == 0x7f:
			dst = fmt.Appendf(dst, `\x%02x`, r)
		case r >= 0x80 && r < 0xa0 || r == 0x2028 || r == 0x2029 || r == 0xfeff:
			dst = fmt.Appendf(dst, `\u%04x`, r)
		default:
			dst = append(dst, string(r)...)
		}
	}
	return append(dst, '"')
}

// appendList appends a list of scalars: [a, b].
func appendList(dst []byte, texts []string) []byte {
	dst = append(dst, '[')
	for i, t := range texts {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		dst = appendScalar(dst, t)
	}
	return append(dst, ']')
}

// isPlain reports whether a text needs no quotes: words that begin with a letter
// and are no value of another type in any version of YAML.
func isPlain(text string) bool {
	if text == "" || len(text) > 200 {
		return false
	}
	last := len(text) - 1
	for i, r := range text {
		switch {
		case unicode.IsLetter(r), i > 0 && strings.ContainsRune("0123456789_-)", r):
		case i > 0 && i < last && (r == ' ' && text[i-1] != ' ' || strings.ContainsRune("./(&'", r)):
		default:
			return false
		}
	}
	switch strings.ToLower(text) {
	case "y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf":
		return false
	}
	return true
}
