package space

// Image says that fields are the pixels of a picture: Width·Height·Channels
// fields in a row, from First on, from the top left to the bottom right, line
// by line, the channels of a pixel together. Each is a coded field whose code
// is the pixel's value, 0 for black up to Levels-1.
type Image struct {
	Name                    string // what the picture is called, such as "image"
	First                   int    // position in Schema.Fields of the first pixel
	Width, Height, Channels int
	Levels                  int // values that a pixel takes: 2 to 256
}

// Pixels returns the number of fields that the picture has.
func (m *Image) Pixels() int { return m.Width * m.Height * m.Channels }
