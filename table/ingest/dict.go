package ingest

import (
	"hash/maphash"
	"math/bits"
	"unsafe"
)

// dict gives texts codes: 0, 1, … in the order in which they are first seen. It
// is a hash table with open addressing. A slot holds the upper half of the hash,
// whose first bits are its home, and the code + 1; so a text is compared with
// its own entry and hardly ever with another's, and growing hashes nothing.
type dict struct {
	slots []uint64 // 0 is free
	shift uint     // 64 - log2 of the number of slots
	texts []string // by code; they point into pages
	page  []byte   // where the next text goes
	// single has the code + 1 of texts of one byte: bits, grades, initials.
	single *[256]int32
}

const (
	firstSlots = 64
	pageBytes  = 64 << 10
)

var seed = maphash.MakeSeed()

// code returns the code of a text, which it copies, and whether it is new.
func (d *dict) code(text []byte) (code int32, isNew bool) {
	if len(text) == 1 {
		return d.codeOfByte(text[0])
	}
	h := maphash.Bytes(seed, text)
	slot, code := d.find(h, unsafe.String(unsafe.SliceData(text), len(text)))
	if code >= 0 {
		return code, false
	}
	return d.insert(slot, h, d.keep(text)), true
}

func (d *dict) codeOfByte(c byte) (code int32, isNew bool) {
	if d.single == nil {
		d.single = new([256]int32)
	}
	if known := d.single[c]; known != 0 {
		return known - 1, false
	}
	n := len(d.texts)
	code = d.codeOf(string([]byte{c}))
	d.single[c] = code + 1
	return code, int(code) == n
}

// codeOf is code for a text that another dict has kept.
func (d *dict) codeOf(text string) int32 {
	h := maphash.String(seed, text)
	slot, code := d.find(h, text)
	if code < 0 {
		code = d.insert(slot, h, text)
	}
	return code
}

// find returns the code of a text, or -1 and the slot that it belongs in.
func (d *dict) find(h uint64, text string) (slot uint64, code int32) {
	if 3*len(d.texts) >= 2*len(d.slots) {
		d.grow()
	}
	mask := uint64(len(d.slots) - 1)
	for i := h >> d.shift; ; i = (i + 1) & mask {
		s := d.slots[i]
		if s == 0 {
			return i, -1
		}
		if (s^h)>>32 == 0 {
			if c := int32(uint32(s)) - 1; d.texts[c] == text {
				return i, c
			}
		}
	}
}

func (d *dict) insert(slot, h uint64, text string) int32 {
	code := int32(len(d.texts))
	d.slots[slot] = h>>32<<32 | uint64(code+1)
	d.texts = append(d.texts, text)
	return code
}

// grow doubles the slots.
func (d *dict) grow() {
	old := d.slots
	d.slots = make([]uint64, max(firstSlots, 2*len(old)))
	d.shift = uint(64 - bits.Len(uint(len(d.slots)-1)))
	mask := uint64(len(d.slots) - 1)
	for _, s := range old {
		if s != 0 {
			i := s >> d.shift
			for d.slots[i] != 0 {
				i = (i + 1) & mask
			}
			d.slots[i] = s
		}
	}
}

// keep returns a copy of text that shares its memory with others.
func (d *dict) keep(text []byte) string {
	if len(text) == 0 {
		return ""
	}
	if len(text) > cap(d.page)-len(d.page) {
		if len(text) > pageBytes/8 {
			return string(text)
		}
		// The first pages are small: most dictionaries are.
		d.page = make([]byte, 0, max(len(text), min(pageBytes, max(256, 2*cap(d.page)))))
	}
	at := len(d.page)
	d.page = append(d.page, text...)
	return unsafe.String(&d.page[at], len(text))
}

// allDistinct reports whether all texts are distinct, as far as their hashes
// tell: once in a long while it says no where they are.
func allDistinct(texts []string) bool {
	if ascending(texts) {
		return true
	}
	bits := bits.Len(uint(2 * len(texts)))
	tags := make([]uint32, 1<<bits) // the lower halves of hashes, open addressing; 0 is free
	mask := uint64(len(tags) - 1)
	for _, text := range texts {
		h := maphash.String(seed, text)
		tag := uint32(h) | 1
		i := h >> (64 - bits)
		for ; tags[i] != 0; i = (i + 1) & mask {
			if tags[i] == tag {
				return false
			}
		}
		tags[i] = tag
	}
	return true
}

// ascending reports whether each text comes after the one before it, as serial
// numbers do: the shorter first, texts of one length bytewise.
func ascending(texts []string) bool {
	for i := 1; i < len(texts); i++ {
		a, b := texts[i-1], texts[i]
		if len(a) > len(b) || len(a) == len(b) && a >= b {
			return false
		}
	}
	return true
}
