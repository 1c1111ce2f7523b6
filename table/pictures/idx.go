package pictures

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/seed-64d012fb/mimic/space"
)

// IDX is the format of MNIST: a number that says the type of the values and how
// many dimensions there are, the length of each, and the values, the last
// dimension the fastest. Pictures have three dimensions, or four in colour;
// labels have one.
//
// Reference: LeCun, Cortes, Burges (1998), The MNIST database of handwritten
// digits: file formats.

// idxBytes is the type of values that are bytes.
const idxBytes = 8

// IsIDX returns how many dimensions an IDX file of bytes has that starts with
// head; 0 if it is none.
func IsIDX(head []byte) int {
	if len(head) < 8 || head[0] != 0 || head[1] != 0 || head[2] != idxBytes || head[3] != 1 && head[3] != 3 && head[3] != 4 {
		return 0
	}
	return int(head[3])
}

// LabelNames returns how the file of labels beside an IDX file of pictures may be
// called: train-labels-idx1-ubyte.gz for train-images-idx3-ubyte.gz, or
// new-labels.idx for new.idx; each as it is, packed or unpacked.
func LabelNames(images string) []string {
	dir, name := filepath.Split(images)
	stem, pack := name, ""
	if ext := filepath.Ext(name); ext == ".gz" || ext == ".zst" {
		stem, pack = strings.TrimSuffix(name, ext), ext
	}
	label := strings.NewReplacer("images", "labels", "idx3", "idx1", "idx4", "idx1").Replace(stem)
	if label == stem || !strings.Contains(stem, "images") {
		ext := filepath.Ext(stem)
		label = strings.TrimSuffix(stem, ext) + "-labels" + ext
	}
	names := []string{dir + label + pack}
	for _, other := range []string{"", ".gz", ".zst"} {
		if other != pack {
			names = append(names, dir+label+other)
		}
	}
	return names
}

// idxHeader reads the head of an IDX file: the lengths of its dimensions.
func idxHeader(r io.Reader) ([]int, error) {
	var head [4]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, damaged(err)
	}
	switch {
	case head[0] != 0 || head[1] != 0:
		return nil, errors.New("it is no IDX file")
	case head[2] != idxBytes:
		return nil, fmt.Errorf("its values are of type 0x%02x: those of pictures and labels are bytes, 0x%02x", head[2], idxBytes)
	case head[3] < 1 || head[3] > 4:
		return nil, fmt.Errorf("it has %d dimensions: pictures have 3, or 4 in colour, and labels 1", head[3])
	}
	sizes := make([]int, head[3])
	for i := range sizes {
		var n [4]byte
		if _, err := io.ReadFull(r, n[:]); err != nil {
			return nil, damaged(err)
		}
		if sizes[i] = int(int32(binary.BigEndian.Uint32(n[:]))); sizes[i] < 0 {
			return nil, fmt.Errorf("a dimension of it is %d", sizes[i])
		}
	}
	return sizes, nil
}

// IDX returns the pictures of an IDX file, unpacked already; labels is the file
// of their labels, or nil.
func IDX(name string, images io.ReadCloser, labelsName string, labels io.ReadCloser) Source {
	return &idx{name: name, labelsName: labelsName, images: images, labels: labels}
}

type idx struct {
	name, labelsName string
	images, labels   io.ReadCloser
	in, labelsIn     *bufio.Reader
	shape            bitmap // without dots
	n, at            int
}

func (x *idx) Close() error {
	err := x.images.Close()
	if x.labels != nil {
		err = errors.Join(err, x.labels.Close())
	}
	return err
}

// open reads the heads of both files.
func (x *idx) open() error {
	x.in = bufio.NewReaderSize(x.images, 64<<10)
	sizes, err := idxHeader(x.in)
	if err != nil {
		return fmt.Errorf("%s: %w", x.name, err)
	}
	switch {
	case len(sizes) == 4 && sizes[3] != 1 && sizes[3] != 3:
		return fmt.Errorf("%s: its pictures have %d channels: 1 and 3 are possible", x.name, sizes[3])
	case len(sizes) < 3:
		return fmt.Errorf("%s has %d dimensions: it holds labels, say, and no pictures", x.name, len(sizes))
	}
	x.n = sizes[0]
	x.shape = bitmap{width: sizes[2], height: sizes[1], channels: 1}
	if len(sizes) == 4 {
		x.shape.channels = sizes[3]
	}
	w, h := x.shape.width, x.shape.height
	if w < 1 || h < 1 || w > space.MaxPixels || h > space.MaxPixels || w*h > space.MaxPixels {
		return fmt.Errorf("%s: its pictures are %dx%d: 1 to %d dots are possible", x.name, w, h, space.MaxPixels)
	}
	if x.labels == nil {
		return nil
	}
	x.labelsIn = bufio.NewReaderSize(x.labels, 64<<10)
	if sizes, err = idxHeader(x.labelsIn); err != nil {
		return fmt.Errorf("%s: %w", x.labelsName, err)
	}
	switch {
	case len(sizes) != 1:
		return fmt.Errorf("%s has %d dimensions: labels have 1", x.labelsName, len(sizes))
	case sizes[0] != x.n:
		return fmt.Errorf("%s has %d labels, and %s has %d pictures", x.labelsName, sizes[0], x.name, x.n)
	}
	return nil
}

func (x *idx) Next() (Picture, error) {
	if x.in == nil {
		if err := x.open(); err != nil {
			return Picture{}, err
		}
	}
	if x.at == x.n {
		return Picture{}, x.end()
	}
	b := x.shape
	b.pix = make([]byte, b.width*b.height*b.channels)
	if _, err := io.ReadFull(x.in, b.pix); err != nil {
		return Picture{}, fmt.Errorf("%s: at picture %d of %d: %w", x.name, x.at+1, x.n, damaged(err))
	}
	if b.channels == 3 && !coloured(b.pix) {
		b = b.gray()
	}
	x.at++
	p := Picture{name: x.name + ":" + strconv.Itoa(x.at), pix: b, raw: true}
	if x.labelsIn != nil {
		label, err := x.labelsIn.ReadByte()
		if err != nil {
			return Picture{}, fmt.Errorf("%s: at label %d of %d: %w", x.labelsName, x.at, x.n, damaged(err))
		}
		p.label = strconv.Itoa(int(label))
	}
	return p, nil
}

// end returns io.EOF if the files are at their ends.
func (x *idx) end() error {
	if _, err := x.in.ReadByte(); err == nil {
		return fmt.Errorf("%s has more bytes than its %d pictures", x.name, x.n)
	}
	if x.labelsIn != nil {
		if _, err := x.labelsIn.ReadByte(); err == nil {
			return fmt.Errorf("%s has more bytes than its %d labels", x.labelsName, x.n)
		}
	}
	return io.EOF
}

// coloured reports whether the dots are not all grey.
func coloured(pix []byte) bool {
	for i := 0; i < len(pix); i += 3 {
		if pix[i] != pix[i+1] || pix[i] != pix[i+2] {
			return true
		}
	}
	return false
}
