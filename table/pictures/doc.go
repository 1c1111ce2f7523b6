// Package pictures reads pictures as rows, a picture a row, and writes rows as
// pictures.
//
// A picture comes from a PNG, JPEG or GIF file of its own, or from an IDX file
// of many. It becomes one code for each pixel (see space.Image): 0 is black and
// the largest code is white, or full red, green and blue. What it is a picture
// of, its label, is a field beside its pixels.
package pictures
