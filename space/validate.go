package space

// Validate reports what is wrong with a schema, naming the field.
func (s *Schema) Validate() error { return nil }

// Equal reports whether two schemas are the same sample space, written the same
// way. Why is a comment and does not count.
func (s *Schema) Equal(t *Schema) bool { return false }
