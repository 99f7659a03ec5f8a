// Package render makes copies of pictures in other sizes and serves them.
package render

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"

	"golang.org/x/image/draw"

	"github.com/souk-commerce/souk/internal/media"
)

// quality is the JPEG quality of copies.
const quality = 82

// resize draws a copy and encodes it. The copy stands upright.
func resize(raw []byte, plan media.Plan, contentType string) ([]byte, error) {
	pic, err := media.Inspect(raw)
	if err != nil {
		return nil, err
	}
	img, _, err := image.Decode(bytes.NewReader(raw))
	if err != nil {
		return nil, fmt.Errorf("decode picture: %w", err)
	}
	width, height := plan.Width, plan.Height
	if pic.Turned() {
		width, height = height, width
	}
	copied := image.NewRGBA(image.Rect(0, 0, width, height))
	if contentType == "image/jpeg" {
		draw.Draw(copied, copied.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	}
	draw.CatmullRom.Scale(copied, copied.Bounds(), img, lying(plan.From, pic).Add(img.Bounds().Min), draw.Over, nil)
	return encode(upright(copied, pic.Orientation), contentType)
}

func encode(img image.Image, contentType string) ([]byte, error) {
	var out bytes.Buffer
	var err error
	if contentType == "image/jpeg" {
		err = jpeg.Encode(&out, img, &jpeg.Options{Quality: quality})
	} else {
		err = png.Encode(&out, img)
	}
	if err != nil {
		return nil, fmt.Errorf("encode picture: %w", err)
	}
	return out.Bytes(), nil
}

// source gives the pixel of a lying picture, w by h, that an upright one shows
// at x, y. The orientations are those of EXIF.
func source(orientation, x, y, w, h int) image.Point {
	switch orientation {
	case 2:
		return image.Pt(w-1-x, y)
	case 3:
		return image.Pt(w-1-x, h-1-y)
	case 4:
		return image.Pt(x, h-1-y)
	case 5:
		return image.Pt(y, x)
	case 6:
		return image.Pt(y, h-1-x)
	case 7:
		return image.Pt(w-1-y, h-1-x)
	case 8:
		return image.Pt(w-1-y, x)
	}
	return image.Pt(x, y)
}

// lying gives the part of the file's picture that shows as r when upright.
func lying(r image.Rectangle, pic media.Picture) image.Rectangle {
	w, h := pic.Width, pic.Height
	if pic.Turned() {
		w, h = h, w
	}
	first := source(pic.Orientation, r.Min.X, r.Min.Y, w, h)
	last := source(pic.Orientation, r.Max.X-1, r.Max.Y-1, w, h)
	found := image.Rectangle{Min: first, Max: last}.Canon()
	return image.Rectangle{Min: found.Min, Max: found.Max.Add(image.Pt(1, 1))}
}

// upright turns a picture as its orientation says.
func upright(img *image.RGBA, orientation int) *image.RGBA {
	if orientation <= 1 {
		return img
	}
	w, h := img.Bounds().Dx(), img.Bounds().Dy()
	turned := image.NewRGBA(image.Rect(0, 0, w, h))
	if orientation >= 5 {
		turned = image.NewRGBA(image.Rect(0, 0, h, w))
	}
	for y := range turned.Bounds().Dy() {
		for x := range turned.Bounds().Dx() {
			p := source(orientation, x, y, w, h)
			turned.SetRGBA(x, y, img.RGBAAt(p.X, p.Y))
		}
	}
	return turned
}
