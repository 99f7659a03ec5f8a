package picture

import (
	"encoding/hex"
	"fmt"
	"image/color"
	"strings"
)

// night is what shadows are made of: dark, but no black.
var night = color.NRGBA{R: 0x2b, G: 0x24, B: 0x33, A: 0xff}

var (
	white = color.NRGBA{R: 0xff, G: 0xff, B: 0xff, A: 0xff}
	cream = color.NRGBA{R: 0xfb, G: 0xf4, B: 0xe6, A: 0xff}
	wood  = color.NRGBA{R: 0xc9, G: 0x9a, B: 0x66, A: 0xff}
	steel = color.NRGBA{R: 0xb9, G: 0xc0, B: 0xc6, A: 0xff}
	leaf  = color.NRGBA{R: 0x5f, G: 0x85, B: 0x5c, A: 0xff}
	flame = color.NRGBA{R: 0xff, G: 0xc8, B: 0x57, A: 0xff}
	warm  = color.NRGBA{R: 0xff, G: 0xe9, B: 0xb8, A: 0xff}
	brass = color.NRGBA{R: 0xc8, G: 0xa0, B: 0x4e, A: 0xff}
	hide  = color.NRGBA{R: 0x9c, G: 0x66, B: 0x3f, A: 0xff}
)

// parse reads "#rrggbb".
func parse(text string) (color.NRGBA, error) {
	digits, ok := strings.CutPrefix(text, "#")
	rgb, err := hex.DecodeString(digits)
	if !ok || err != nil || len(rgb) != 3 {
		return color.NRGBA{}, fmt.Errorf("%q is no color like #rrggbb", text)
	}
	return color.NRGBA{R: rgb[0], G: rgb[1], B: rgb[2], A: 0xff}, nil
}

// mix goes from a to b as t goes from 0 to 1.
func mix(a, b color.NRGBA, t float64) color.NRGBA {
	part := func(x, y uint8) uint8 { return uint8(float64(x) + (float64(y)-float64(x))*t + 0.5) }
	return color.NRGBA{R: part(a.R, b.R), G: part(a.G, b.G), B: part(a.B, b.B), A: part(a.A, b.A)}
}

func light(c color.NRGBA, t float64) color.NRGBA { return mix(c, white, t) }
func dark(c color.NRGBA, t float64) color.NRGBA  { return mix(c, night, t) }

// bright says how light a color is, 0 to 1.
func bright(c color.NRGBA) float64 {
	return (0.299*float64(c.R) + 0.587*float64(c.G) + 0.114*float64(c.B)) / 255
}

// against gives a color that shows on another.
func against(c color.NRGBA) color.NRGBA {
	if bright(c) > 0.55 {
		return dark(c, 0.55)
	}
	return light(c, 0.72)
}

// tube shades a round body, flush a nearly even one.
func tube(c color.NRGBA) paint {
	return across(light(c, 0.10), light(c, 0.16), c, dark(c, 0.10), dark(c, 0.26))
}
func flush(c color.NRGBA) paint { return across(light(c, 0.07), c, dark(c, 0.08)) }
