package media

import (
	"bytes"
	"encoding/binary"
	"image"
	_ "image/gif"  // pictures that are taken in
	_ "image/jpeg" // pictures that are taken in
	_ "image/png"  // pictures that are taken in

	_ "golang.org/x/image/webp" // pictures that are taken in

	"github.com/souk-commerce/souk/internal/kernel/fault"
)

// What a picture may be at most.
const (
	MaxFile   = 20 << 20   // bytes
	MaxPixels = 40_000_000 // width × height
)

// The refusals of pictures.
var (
	ErrNotPicture = fault.New(fault.Invalid, "not_a_picture", "Only JPEG, PNG, GIF and WebP pictures are taken in.")
	ErrTooLarge   = fault.Newf(fault.Invalid, "picture_too_large", "A picture has at most %d MB and %d megapixels.", MaxFile>>20, MaxPixels/1_000_000)
)

// Picture is what the content of a file says about it.
type Picture struct {
	ContentType string
	Width       int // as shown, after Orientation
	Height      int
	Orientation int // 1 to 8, as cameras write it (EXIF)
}

// Inspect reads only the header of a picture, so that nothing large is unpacked
// before its size is known. What is no picture, or too large, is refused.
func Inspect(raw []byte) (Picture, error) {
	if len(raw) > MaxFile {
		return Picture{}, ErrTooLarge
	}
	cfg, name, err := image.DecodeConfig(bytes.NewReader(raw))
	format, known := formats[name]
	if err != nil || !known || cfg.Width < 1 || cfg.Height < 1 {
		return Picture{}, ErrNotPicture
	}
	if cfg.Width > MaxPixels/cfg.Height {
		return Picture{}, ErrTooLarge
	}
	p := Picture{ContentType: format.contentType, Width: cfg.Width, Height: cfg.Height, Orientation: 1}
	if name == "jpeg" {
		p.Orientation = orientation(raw)
	}
	if p.Turned() {
		p.Width, p.Height = p.Height, p.Width
	}
	return p, nil
}

// Turned reports whether the file holds the picture lying on its side.
func (p Picture) Turned() bool { return p.Orientation >= 5 }

// orientation finds the EXIF orientation of a JPEG file, 1 where it has none.
func orientation(raw []byte) int {
	const app1, startOfScan = 0xe1, 0xda
	for at := 2; at+4 <= len(raw) && raw[at] == 0xff && raw[at+1] != startOfScan; {
		end := at + 2 + int(binary.BigEndian.Uint16(raw[at+2:]))
		if end > len(raw) || end < at+4 {
			return 1
		}
		if body, ok := bytes.CutPrefix(raw[at+4:end], []byte("Exif\x00\x00")); ok && raw[at+1] == app1 {
			return tiffOrientation(body)
		}
		at = end
	}
	return 1
}

// tiffOrientation looks the tag up in the first directory of a TIFF block.
func tiffOrientation(b []byte) int {
	const orientationTag, entrySize = 0x0112, 12
	if len(b) < 8 {
		return 1
	}
	var order binary.ByteOrder = binary.LittleEndian
	if b[0] == 'M' {
		order = binary.BigEndian
	}
	dir := uint64(order.Uint32(b[4:]))
	if dir+2 > uint64(len(b)) {
		return 1
	}
	entries := b[dir+2:]
	for range order.Uint16(b[dir:]) {
		if len(entries) < entrySize {
			return 1
		}
		if v := int(order.Uint16(entries[8:])); order.Uint16(entries) == orientationTag && v >= 1 && v <= 8 {
			return v
		}
		entries = entries[entrySize:]
	}
	return 1
}
