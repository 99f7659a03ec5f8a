package picture

import (
	"image"
	"image/color"
	"image/draw"
	"math"

	"golang.org/x/image/vector"
)

// canvas is what motifs draw on: a square of 1000 units, whatever the pixels,
// the y axis pointing down. Light falls from the upper left.
type canvas struct {
	img *image.RGBA
	to  matrix // from units to pixels
	ras *vector.Rasterizer
	tmp *[2][]uint8 // masks, used again for each shape
}

func newCanvas(width, height int) *canvas {
	scale := float64(min(width, height)) / 1000
	left := (float64(width) - 1000*scale) / 2
	top := (float64(height) - 1000*scale) / 2
	return &canvas{
		img: image.NewRGBA(image.Rect(0, 0, width, height)),
		to:  matrix{scale, 0, left, 0, scale, top},
		ras: vector.NewRasterizer(1, 1),
		tmp: new([2][]uint8),
	}
}

// within gives the same canvas seen through another matrix first.
func (c *canvas) within(m matrix) *canvas {
	inner := *c
	inner.to = c.to.times(m)
	return &inner
}

// matrix maps x, y to m[0]x+m[1]y+m[2], m[3]x+m[4]y+m[5].
type matrix [6]float64

func (m matrix) times(n matrix) matrix {
	return matrix{
		m[0]*n[0] + m[1]*n[3], m[0]*n[1] + m[1]*n[4], m[0]*n[2] + m[1]*n[5] + m[2],
		m[3]*n[0] + m[4]*n[3], m[3]*n[1] + m[4]*n[4], m[3]*n[2] + m[4]*n[5] + m[5],
	}
}

func (m matrix) apply(x, y float64) (float64, float64) {
	return m[0]*x + m[1]*y + m[2], m[3]*x + m[4]*y + m[5]
}

// about scales by s and turns by degrees, clockwise, around a point, which
// comes to stand at tx, ty.
func about(x, y, s, degrees, tx, ty float64) matrix {
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	turn := matrix{s * cos, -s * sin, tx, s * sin, s * cos, ty}
	return turn.times(matrix{1, 0, -x, 0, 1, -y})
}

// turned turns around a point, in place.
func turned(x, y, degrees float64) matrix { return about(x, y, 1, degrees, x, y) }

// paint colors a shape: evenly, or by a gradient from its first to its last
// color across the shape's box.
type paint struct {
	colors []color.NRGBA
	down   bool
}

func flat(c color.NRGBA) paint             { return paint{colors: []color.NRGBA{c}} }
func across(colors ...color.NRGBA) paint   { return paint{colors: colors} }
func downward(colors ...color.NRGBA) paint { return paint{colors: colors, down: true} }
func clear(c color.NRGBA, a float64) paint { return flat(alpha(c, a)) }
func alpha(c color.NRGBA, a float64) color.NRGBA {
	c.A = uint8(a * 255)
	return c
}

// over gives the colors of the rows or columns that are seen of a box; an even
// paint has one.
func (p paint) over(box, seen image.Rectangle) []color.NRGBA {
	if len(p.colors) == 1 {
		return p.colors
	}
	first, n, length := seen.Min.X-box.Min.X, seen.Dx(), box.Dx()
	if p.down {
		first, n, length = seen.Min.Y-box.Min.Y, seen.Dy(), box.Dy()
	}
	shades := make([]color.NRGBA, n)
	for i := range shades {
		t := float64(first+i) / float64(length) * float64(len(p.colors)-1)
		at := min(int(t), len(p.colors)-2)
		shades[i] = mix(p.colors[at], p.colors[at+1], t-float64(at))
	}
	return shades
}

// fill paints a shape.
func (c *canvas) fill(s *shape, p paint) { c.paint(s, nil, p) }

// inside paints the part of a shape that lies within another.
func (c *canvas) inside(clip, s *shape, p paint) { c.paint(s, clip, p) }

func (c *canvas) paint(s, clip *shape, p paint) {
	box := s.box(c.to)
	if clip != nil {
		box = box.Intersect(clip.box(c.to))
	}
	seen := box.Intersect(c.img.Bounds())
	if seen.Empty() {
		return
	}
	mask := c.mask(0, s, seen)
	var over []uint8
	if clip != nil {
		over = c.mask(1, clip, seen)
	}
	shades := p.over(s.box(c.to), seen)
	for y := range seen.Dy() {
		row := c.img.Pix[c.img.PixOffset(seen.Min.X, seen.Min.Y+y):]
		shade := shades[0]
		if p.down {
			shade = shades[y]
		}
		for x, m := range mask[y*seen.Dx() : (y+1)*seen.Dx()] {
			if m == 0 {
				continue
			}
			cover := uint32(m)
			if over != nil {
				cover = cover * uint32(over[y*seen.Dx()+x]) / 255
			}
			if !p.down && len(shades) > 1 {
				shade = shades[x]
			}
			blend(row[4*x:4*x+4:4*x+4], shade, cover)
		}
	}
}

// blend lays a color over an opaque pixel.
func blend(dst []uint8, src color.NRGBA, cover uint32) {
	a := uint32(src.A) * cover / 255
	if a == 255 {
		dst[0], dst[1], dst[2], dst[3] = src.R, src.G, src.B, 255
		return
	}
	dst[0] = uint8((uint32(dst[0])*(255-a) + uint32(src.R)*a) / 255)
	dst[1] = uint8((uint32(dst[1])*(255-a) + uint32(src.G)*a) / 255)
	dst[2] = uint8((uint32(dst[2])*(255-a) + uint32(src.B)*a) / 255)
	dst[3] = 255
}

// mask rasterizes a shape with smooth edges.
func (c *canvas) mask(slot int, s *shape, box image.Rectangle) []uint8 {
	w, h := box.Dx(), box.Dy()
	c.ras.Reset(w, h)
	s.trace(c.ras, c.to.moved(-float64(box.Min.X), -float64(box.Min.Y)))
	if cap(c.tmp[slot]) < w*h {
		c.tmp[slot] = make([]uint8, w*h)
	}
	alpha := &image.Alpha{Pix: c.tmp[slot][:w*h], Stride: w, Rect: image.Rect(0, 0, w, h)}
	c.ras.DrawOp = draw.Src // whatever was in the mask is written over
	c.ras.Draw(alpha, alpha.Rect, image.Opaque, image.Point{})
	return alpha.Pix
}

func (m matrix) moved(dx, dy float64) matrix {
	m[2] += dx
	m[5] += dy
	return m
}

// shadow darkens softly around a point, most in the middle.
func (c *canvas) shadow(cx, cy, rx, ry, strength float64) {
	x0, y0 := c.to.apply(cx-rx, cy-ry)
	x1, y1 := c.to.apply(cx+rx, cy+ry)
	box := image.Rect(int(x0), int(y0), int(x1)+1, int(y1)+1)
	mx, my, px, py := (x0+x1)/2, (y0+y1)/2, (x1-x0)/2, (y1-y0)/2
	seen := box.Intersect(c.img.Bounds())
	for y := seen.Min.Y; y < seen.Max.Y; y++ {
		row := c.img.Pix[c.img.PixOffset(0, y):]
		dy := (float64(y) - my) / py
		for x := seen.Min.X; x < seen.Max.X; x++ {
			dx := (float64(x) - mx) / px
			if d := 1 - dx*dx - dy*dy; d > 0 {
				blend(row[4*x:4*x+4:4*x+4], night, uint32(255*strength*d*d))
			}
		}
	}
}

// glow lightens softly around a point.
func (c *canvas) glow(cx, cy, r, strength float64, tint color.NRGBA) {
	x0, y0 := c.to.apply(cx-r, cy-r)
	x1, y1 := c.to.apply(cx+r, cy+r)
	mx, my, p := (x0+x1)/2, (y0+y1)/2, (x1-x0)/2
	seen := image.Rect(int(x0), int(y0), int(x1)+1, int(y1)+1).Intersect(c.img.Bounds())
	for y := seen.Min.Y; y < seen.Max.Y; y++ {
		row := c.img.Pix[c.img.PixOffset(0, y):]
		dy := (float64(y) - my) / p
		for x := seen.Min.X; x < seen.Max.X; x++ {
			dx := (float64(x) - mx) / p
			if d := 1 - dx*dx - dy*dy; d > 0 {
				blend(row[4*x:4*x+4:4*x+4], tint, uint32(255*strength*d*d*d))
			}
		}
	}
}
