package media

import (
	"fmt"
	"image"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Crop says which part is kept when a picture is cut to a box.
type Crop string

// The crops. Without one a picture is fitted into the box, whole.
const (
	CropNone   Crop = ""
	CropCenter Crop = "center"
	CropTop    Crop = "top"
	CropBottom Crop = "bottom"
	CropLeft   Crop = "left"
	CropRight  Crop = "right"
)

// Format is the file format that is asked for.
type Format string

// The formats. WebP is understood but not written: who asks for it gets the
// original's own.
const (
	FormatOriginal Format = ""
	FormatJPEG     Format = "jpg"
	FormatPNG      Format = "png"
	FormatWebP     Format = "webp"
)

// Transform asks for a picture in another size. The zero value asks for the
// original. No picture is ever made larger than its original.
type Transform struct {
	Width  int // of the box, in pixels; 0: free
	Height int
	Crop   Crop
	Format Format
	Scale  int // pixels per pixel asked for, 1 to 3; 0: 1
}

// Path is where pictures are served.
const Path = "/media/"

// The widths that are made. Every other one is rounded up to the next, so that
// a picture has a bounded number of copies whatever addresses are tried.
var ladder = []int{16, 32, 48, 64, 100, 160, 200, 240, 320, 400, 480, 600, 640, 768, 800, 960, 1024, 1200, 1280, 1440,
	1600, 1800, 2048, 2400, 3000, 3600, 4200, 5000}

const (
	maxSide  = 5000
	maxScale = 3
	// ratioSteps bounds the shapes of cut pictures: the shorter side is a
	// multiple of 1/240 of the longer, which 1:1, 4:5, 3:4, 2:3 and 9:16 meet
	// exactly.
	ratioSteps = 240
)

// ParseTransform reads ?width=&height=&crop=&format=, the last of each. What is
// not understood counts as not asked for.
func ParseTransform(q url.Values) Transform {
	t := Transform{Width: pixels(last(q, "width")), Height: pixels(last(q, "height"))}
	switch c := Crop(last(q, "crop")); c {
	case CropCenter, CropTop, CropBottom, CropLeft, CropRight:
		t.Crop = c
	}
	switch f := last(q, "format"); f {
	case "jpg", "jpeg", "pjpg":
		t.Format = FormatJPEG
	case "png":
		t.Format = FormatPNG
	case "webp":
		t.Format = FormatWebP
	}
	return t
}

func last(q url.Values, name string) string {
	if all := q[name]; len(all) > 0 {
		return all[len(all)-1]
	}
	return ""
}

func pixels(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 {
		return 0
	}
	return min(n, maxSide)
}

// URL builds the address of a file below base, such as "https://shop.example".
func URL(base, key string, t Transform) string {
	q := url.Values{}
	width, height := t.box()
	if width > 0 {
		q.Set("width", strconv.Itoa(width))
	}
	if height > 0 {
		q.Set("height", strconv.Itoa(height))
	}
	if t.Crop != CropNone {
		q.Set("crop", string(t.Crop))
	}
	if t.Format != FormatOriginal {
		q.Set("format", string(t.Format))
	}
	address := strings.TrimSuffix(base, "/") + Path + key
	if len(q) == 0 {
		return address
	}
	return address + "?" + q.Encode()
}

// box gives the sides asked for in real pixels.
func (t Transform) box() (width, height int) {
	scale := min(max(t.Scale, 1), maxScale)
	return min(max(t.Width, 0)*scale, maxSide), min(max(t.Height, 0)*scale, maxSide)
}

// Plan is what to draw: a part of the original, at a size.
type Plan struct {
	From   image.Rectangle
	Width  int
	Height int
	Crop   Crop
}

// Whole reports whether the plan is the original, unchanged, of that size.
func (p Plan) Whole(width, height int) bool { return p.Width == width && p.Height == height }

// Name is a file name part that differs for plans that differ, of one picture.
func (p Plan) Name() string {
	crop := p.Crop
	if crop == CropNone {
		crop = "fit"
	}
	return fmt.Sprintf("%dx%d-%s", p.Width, p.Height, crop)
}

// Plan settles the transform for an original of a size.
func (t Transform) Plan(width, height int) Plan {
	w, h := t.box()
	if t.Crop != CropNone && w > 0 && h > 0 {
		return t.cut(w, h, width, height)
	}
	switch {
	case w == 0 && h == 0:
		w = width
	case w == 0:
		w = ceilDiv(h*width, height)
	case h > 0:
		w = min(w, ceilDiv(h*width, height))
	}
	w = min(snap(w), width)
	return Plan{From: image.Rect(0, 0, width, height), Width: w, Height: max(1, roundDiv(w*height, width))}
}

// cut plans the largest part of the original that has the shape of the box.
func (t Transform) cut(w, h, width, height int) Plan {
	rw, rh := ratio(w, h)
	w = min(snap(w), width)
	h = max(1, roundDiv(w*rh, rw))
	if h > height {
		h = height
		w = max(1, roundDiv(h*rw, rh))
	}
	cw, ch := width, max(1, roundDiv(width*h, w))
	if ch > height {
		cw, ch = min(width, max(1, roundDiv(height*w, h))), height
	}
	x, y := (width-cw)/2, (height-ch)/2
	switch t.Crop {
	case CropTop:
		y = 0
	case CropBottom:
		y = height - ch
	case CropLeft:
		x = 0
	case CropRight:
		x = width - cw
	}
	return Plan{From: image.Rect(x, y, x+cw, y+ch), Width: w, Height: h, Crop: t.Crop}
}

// ratio rounds a shape to the steps.
func ratio(w, h int) (rw, rh int) {
	if w >= h {
		return ratioSteps, max(1, roundDiv(ratioSteps*h, w))
	}
	return max(1, roundDiv(ratioSteps*w, h)), ratioSteps
}

// snap rounds a width up to the ladder.
func snap(w int) int {
	i, _ := slices.BinarySearch(ladder, w)
	return ladder[min(i, len(ladder)-1)]
}

func ceilDiv(a, b int) int  { return (a + b - 1) / b }
func roundDiv(a, b int) int { return (a + b/2) / b }
