package picture

import (
	"image"
	"math"

	"golang.org/x/image/vector"
)

// shape is an area bounded by lines and curves, in units.
type shape struct {
	ops []op
}

// op is a step of an outline: its last point is where it leads.
type op struct {
	kind   byte // m, l, q, c
	points [3][2]float64
}

func at(x, y float64) *shape { return new(shape).move(x, y) }

func (s *shape) move(x, y float64) *shape { return s.add('m', [2]float64{x, y}) }

func (s *shape) line(xy ...float64) *shape {
	for i := 0; i+1 < len(xy); i += 2 {
		s.add('l', [2]float64{xy[i], xy[i+1]})
	}
	return s
}

// quad curves to x, y, drawn toward cx, cy.
func (s *shape) quad(cx, cy, x, y float64) *shape {
	return s.add('q', [2]float64{cx, cy}, [2]float64{x, y})
}

// cube curves to x, y, drawn toward two points.
func (s *shape) cube(ax, ay, bx, by, x, y float64) *shape {
	return s.add('c', [2]float64{ax, ay}, [2]float64{bx, by}, [2]float64{x, y})
}

func (s *shape) add(kind byte, points ...[2]float64) *shape {
	o := op{kind: kind}
	copy(o.points[:], points)
	s.ops = append(s.ops, o)
	return s
}

// and joins shapes into one.
func (s *shape) and(others ...*shape) *shape {
	for _, o := range others {
		s.ops = append(s.ops, o.ops...)
	}
	return s
}

func (o op) count() int {
	switch o.kind {
	case 'q':
		return 2
	case 'c':
		return 3
	}
	return 1
}

// box gives the pixels that the shape may touch.
func (s *shape) box(m matrix) image.Rectangle {
	x0, y0, x1, y1 := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, o := range s.ops {
		for _, p := range o.points[:o.count()] {
			x, y := m.apply(p[0], p[1])
			x0, y0, x1, y1 = min(x0, x), min(y0, y), max(x1, x), max(y1, y)
		}
	}
	return image.Rect(int(math.Floor(x0)), int(math.Floor(y0)), int(math.Ceil(x1))+1, int(math.Ceil(y1))+1)
}

// trace draws the outline into a rasterizer.
func (s *shape) trace(r *vector.Rasterizer, m matrix) {
	for i, o := range s.ops {
		var f [3][2]float32
		for j, p := range o.points[:o.count()] {
			x, y := m.apply(p[0], p[1])
			f[j] = [2]float32{float32(x), float32(y)}
		}
		switch o.kind {
		case 'm':
			if i > 0 {
				r.ClosePath()
			}
			r.MoveTo(f[0][0], f[0][1])
		case 'l':
			r.LineTo(f[0][0], f[0][1])
		case 'q':
			r.QuadTo(f[0][0], f[0][1], f[1][0], f[1][1])
		case 'c':
			r.CubeTo(f[0][0], f[0][1], f[1][0], f[1][1], f[2][0], f[2][1])
		}
	}
	r.ClosePath()
}

func rect(x, y, w, h float64) *shape { return at(x, y).line(x+w, y, x+w, y+h, x, y+h) }

// round is a rectangle with round corners.
func round(x, y, w, h, r float64) *shape {
	k := r * 0.4477 // a cube curve of a quarter circle
	return at(x+r, y).line(x+w-r, y).cube(x+w-k, y, x+w, y+k, x+w, y+r).
		line(x+w, y+h-r).cube(x+w, y+h-k, x+w-k, y+h, x+w-r, y+h).
		line(x+r, y+h).cube(x+k, y+h, x, y+h-k, x, y+h-r).
		line(x, y+r).cube(x, y+k, x+k, y, x+r, y)
}

func ellipse(cx, cy, rx, ry float64) *shape {
	const k = 0.5523
	return at(cx, cy-ry).cube(cx+k*rx, cy-ry, cx+rx, cy-k*ry, cx+rx, cy).
		cube(cx+rx, cy+k*ry, cx+k*rx, cy+ry, cx, cy+ry).
		cube(cx-k*rx, cy+ry, cx-rx, cy+k*ry, cx-rx, cy).
		cube(cx-rx, cy-k*ry, cx-k*rx, cy-ry, cx, cy-ry)
}

func circle(cx, cy, r float64) *shape { return ellipse(cx, cy, r, r) }

// ring is an ellipse with a hole.
func ring(cx, cy, rx, ry, width float64) *shape {
	const k = 0.5523
	ix, iy := rx-width, ry-width
	hole := at(cx, cy-iy).cube(cx-k*ix, cy-iy, cx-ix, cy-k*iy, cx-ix, cy).
		cube(cx-ix, cy+k*iy, cx-k*ix, cy+iy, cx, cy+iy).
		cube(cx+k*ix, cy+iy, cx+ix, cy+k*iy, cx+ix, cy).
		cube(cx+ix, cy-k*iy, cx+k*ix, cy-iy, cx, cy-iy)
	return ellipse(cx, cy, rx, ry).and(hole)
}

// stroke is a line of a width along points, its ends and bends round.
func stroke(width float64, xy ...float64) *shape {
	s := new(shape)
	r := width / 2
	for i := 0; i+1 < len(xy); i += 2 {
		x, y := xy[i], xy[i+1]
		s.and(circle(x, y, r))
		if i+3 >= len(xy) {
			break
		}
		dx, dy := xy[i+2]-x, xy[i+3]-y
		l := math.Hypot(dx, dy)
		if l == 0 {
			continue
		}
		nx, ny := -dy/l*r, dx/l*r
		s.and(at(x-nx, y-ny).line(x+dx-nx, y+dy-ny, x+dx+nx, y+dy+ny, x+nx, y+ny))
	}
	return s
}

// curve gives points along a cube curve, to stroke.
func curve(x0, y0, ax, ay, bx, by, x1, y1 float64) []float64 {
	const n = 28
	points := make([]float64, 0, 2*n+2)
	for i := range n + 1 {
		t := float64(i) / n
		u := 1 - t
		points = append(points,
			u*u*u*x0+3*u*u*t*ax+3*u*t*t*bx+t*t*t*x1,
			u*u*u*y0+3*u*u*t*ay+3*u*t*t*by+t*t*t*y1)
	}
	return points
}

// arc gives points along an ellipse between two angles in degrees, clockwise
// from the right.
func arc(cx, cy, rx, ry, from, to float64) []float64 {
	const n = 36
	points := make([]float64, 0, 2*n+2)
	for i := range n + 1 {
		sin, cos := math.Sincos((from + (to-from)*float64(i)/n) * math.Pi / 180)
		points = append(points, cx+rx*cos, cy+ry*sin)
	}
	return points
}

// petal is a leaf from a point toward an angle in degrees.
func petal(x, y, length, width, degrees float64) *shape {
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	tx, ty := x+length*cos, y+length*sin
	mx, my := x+length*0.45*cos, y+length*0.45*sin
	return at(x, y).quad(mx-width*sin, my+width*cos, tx, ty).quad(mx+width*sin, my-width*cos, x, y)
}
