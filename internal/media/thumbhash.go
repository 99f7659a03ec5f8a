package media

import (
	"encoding/base64"
	"image"
	"math"

	"golang.org/x/image/draw"
)

// Thumbhash gives a placeholder of about 25 bytes, in base64: the average color
// and the coarsest waves of a picture, which a browser draws before the picture
// is there. The algorithm and format are Evan Wallace's ThumbHash
// (https://evanw.github.io/thumbhash, MIT).
func Thumbhash(img image.Image) string {
	return base64.StdEncoding.EncodeToString(thumbhash(thumbnail(img)))
}

// thumbnail makes a picture at most 100 pixels wide and high, which is all that
// the waves can show.
func thumbnail(img image.Image) *image.NRGBA {
	const side = 100
	w, h := img.Bounds().Dx(), img.Bounds().Dy()
	if longer := max(w, h); longer > side {
		w, h = max(1, roundDiv(w*side, longer)), max(1, roundDiv(h*side, longer))
	}
	small := image.NewNRGBA(image.Rect(0, 0, w, h))
	if small.Bounds().Size() == img.Bounds().Size() {
		draw.Draw(small, small.Bounds(), img, img.Bounds().Min, draw.Src)
	} else {
		draw.ApproxBiLinear.Scale(small, small.Bounds(), img, img.Bounds(), draw.Src, nil)
	}
	return small
}

// plane is one channel of a thumbnail.
type plane struct {
	w, h   int
	values []float64
}

// thumbhash encodes luminance, yellow–blue, red–green and, where there is any,
// transparency.
func thumbhash(img *image.NRGBA) []byte {
	w, h := img.Bounds().Dx(), img.Bounds().Dy()
	l, p, q, a, opaque := planes(img)
	limit := 7.0
	if !opaque {
		limit = 5 // transparency takes the room
	}
	lx := max(1, int(math.Round(limit*float64(w)/float64(max(w, h)))))
	ly := max(1, int(math.Round(limit*float64(h)/float64(max(w, h)))))
	lw, pw, qw := l.waves(max(3, lx), max(3, ly)), p.waves(3, 3), q.waves(3, 3)
	landscape := w > h
	head := level(63, lw.mean) | level(31.5, 1+pw.mean)<<6 | level(31.5, 1+qw.mean)<<12 | level(31, lw.scale)<<18 | bit(!opaque)<<23
	shape := lx
	if landscape {
		shape = ly
	}
	tail := shape | level(63, pw.scale)<<3 | level(63, qw.scale)<<9 | bit(landscape)<<15
	hash := []byte{byte(head), byte(head >> 8), byte(head >> 16), byte(tail), byte(tail >> 8)}
	terms := append(append(lw.terms, pw.terms...), qw.terms...)
	if !opaque {
		aw := a.waves(5, 5)
		hash = append(hash, byte(level(15, aw.mean)|level(15, aw.scale)<<4))
		terms = append(terms, aw.terms...)
	}
	for i, t := range terms {
		if i%2 == 0 {
			hash = append(hash, 0)
		}
		hash[len(hash)-1] |= byte(level(15, t) << (4 * (i % 2)))
	}
	return hash
}

// planes splits a thumbnail into channels, laid over its average color.
func planes(img *image.NRGBA) (l, p, q, a plane, opaque bool) {
	w, h := img.Bounds().Dx(), img.Bounds().Dy()
	n := w * h
	var mean [3]float64
	var alphas float64
	for i := 0; i < 4*n; i += 4 {
		alpha := float64(img.Pix[i+3]) / 255
		for c := range mean {
			mean[c] += alpha / 255 * float64(img.Pix[i+c])
		}
		alphas += alpha
	}
	for c := range mean {
		mean[c] /= max(alphas, 1.0/255)
	}
	channel := func() plane { return plane{w, h, make([]float64, n)} }
	l, p, q, a = channel(), channel(), channel(), channel()
	for i := range n {
		alpha := float64(img.Pix[4*i+3]) / 255
		over := func(c int) float64 { return mean[c]*(1-alpha) + alpha/255*float64(img.Pix[4*i+c]) }
		red, green, blue := over(0), over(1), over(2)
		l.values[i], p.values[i], q.values[i], a.values[i] = (red+green+blue)/3, (red+green)/2-blue, red-green, alpha
	}
	return l, p, q, a, alphas >= float64(n)
}

// spectrum is a channel's mean and its waves, scaled to 0…1.
type spectrum struct {
	mean, scale float64
	terms       []float64
}

// waves gives the lowest frequencies of a channel (a discrete cosine
// transform, the corner of nx by ny).
func (c plane) waves(nx, ny int) spectrum {
	var s spectrum
	for cy := range ny {
		for cx := 0; cx*ny < nx*(ny-cy); cx++ {
			f := c.wave(cx, cy)
			if cx == 0 && cy == 0 {
				s.mean = f
				continue
			}
			s.terms = append(s.terms, f)
			s.scale = max(s.scale, math.Abs(f))
		}
	}
	if s.scale > 0 {
		for i, t := range s.terms {
			s.terms[i] = 0.5 + 0.5/s.scale*t
		}
	}
	return s
}

func (c plane) wave(cx, cy int) float64 {
	fx := make([]float64, c.w)
	for x := range fx {
		fx[x] = math.Cos(math.Pi / float64(c.w) * float64(cx) * (float64(x) + 0.5))
	}
	sum := 0.0
	for y := range c.h {
		fy := math.Cos(math.Pi / float64(c.h) * float64(cy) * (float64(y) + 0.5))
		for x, v := range c.values[y*c.w : (y+1)*c.w] {
			sum += v * fx[x] * fy
		}
	}
	return sum / float64(c.w*c.h)
}

// level gives a part of a scale as a whole number, halves upward.
func level(scale, part float64) int { return int(math.Floor(scale*part + 0.5)) }

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}
