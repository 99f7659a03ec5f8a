package picture

import (
	"cmp"
	"image/color"
	"slices"
)

// stance says how a ware is placed.
type stance int

const (
	standing stance = iota // on the floor line, y 800
	hanging                // before the wall
	flying                 // lying flat, seen from above
)

// kit is the colors of a ware.
type kit struct {
	main, accent color.NRGBA
}

// motif is a kind of ware and how to draw it.
type motif struct {
	stance stance
	width  float64    // of its shadow
	focus  [2]float64 // where a closer look goes; zero: its middle
	draw   func(c *canvas, k kit)
}

func (m motif) focusX() float64 {
	if m.focus[0] == 0 {
		return 500
	}
	return m.focus[0]
}

func (m motif) focusY() float64 {
	if m.focus[1] == 0 {
		return 560
	}
	return m.focus[1]
}

// onto draws the shadow and the ware.
func (m motif) onto(c *canvas, k kit) {
	switch m.stance {
	case standing:
		c.shadow(500+m.width*0.22, 804, m.width*0.85, 46, 0.30)
		c.shadow(510, 800, m.width*0.56, 20, 0.42)
	case hanging:
		c.shadow(535, 540, m.width*0.74, m.width*0.74, 0.13)
	case flying:
		if m.width == 0 {
			break // too slim for a round one; it draws its own
		}
		c.shadow(530, 545, m.width*0.78, m.width*0.72, 0.24)
	}
	m.draw(c, k)
}

// backdrop paints what a square picture stands before. Variants differ in the
// form behind the ware.
func backdrop(c *canvas, ground color.NRGBA, s stance, variant int) {
	wall := rect(-700, -300, 2400, 1600)
	deep := mix(ground, night, 0.07)
	c.fill(wall, downward(light(ground, 0.30), light(ground, 0.12), ground))
	if s == flying {
		blob := at(-50, 620).cube(120, 330, 330, 700, 560, 470).cube(720, 310, 840, 150, 1060, 210).line(1060, 1060, -50, 1060)
		if variant > 0 {
			blob = circle(820, 240, 420)
		}
		c.fill(blob, flat(mix(ground, white, 0.42)))
		return
	}
	switch variant {
	case 0:
		c.fill(circle(500, 470, 345), downward(light(ground, 0.62), light(ground, 0.34)))
	default:
		arch := at(190, 760).line(190, 420).cube(190, 10, 810, 10, 810, 420).line(810, 760)
		c.fill(arch, downward(deep, light(ground, 0.10)))
	}
	if s == standing {
		floor(c, ground, 735)
	}
}

// floor paints a table from y down.
func floor(c *canvas, ground color.NRGBA, y float64) {
	board := mix(ground, color.NRGBA{R: 0xb9, G: 0x93, B: 0x6c, A: 0xff}, 0.30)
	c.fill(rect(-700, y, 2400, 1400-y), downward(mix(board, night, 0.05), light(board, 0.16)))
	c.fill(rect(-700, y, 2400, 3), clear(white, 0.35))
}

// The units between which a scene is seen.
const sceneLeft, sceneRight = -389.0, 1389.0

// scene sets wares side by side before arches.
func (s Spec) scene(ground color.NRGBA, side int) (*canvas, error) {
	c := newCanvas(side, side*SceneHeight/SceneWidth)
	c.fill(rect(sceneLeft-10, -10, sceneRight-sceneLeft+20, 1020), downward(light(ground, 0.34), ground))
	c.glow(120, 240, 620, 0.55, white)
	deep := mix(ground, night, 0.06)
	for _, x := range []float64{-250, 500, 1250} {
		arch := at(x-270, 1100).line(x-270, 420).cube(x-270, 60, x+270, 60, x+270, 420).line(x+270, 1100)
		c.fill(arch, downward(deep, light(ground, 0.14)))
	}
	return c, s.arrange(c, ground)
}

// arrange puts the wares of a scene in a row: on a table, or, when none of them
// stands, before the wall.
func (s Spec) arrange(c *canvas, ground color.NRGBA) error {
	stands := slices.ContainsFunc(s.Items, func(i Item) bool { return motifs[i.Motif].stance == standing })
	if stands {
		floor(c, ground, 760)
	}
	n := float64(len(s.Items))
	gap := (sceneRight - sceneLeft) / (n + 0.4)
	for i, item := range s.Items {
		m, k, err := item.resolve()
		if err != nil {
			return err
		}
		size := cmp.Or(item.Size, 1) * (0.88 - 0.07*n)
		x := sceneLeft + gap*(float64(i)+0.7)
		switch {
		case m.stance == standing:
			m.onto(c.within(about(500, 800, size, 0, x, 872-24*float64(i%2))), k)
		case stands:
			m.draw(c.within(about(500, 0, size, 0, x, -10)), k)
		default:
			m.onto(c.within(about(500, 500, size, 0, x, 505)), k)
		}
	}
	return nil
}

// drawLogo paints the shop's sign: a market stall's awning over an arch.
func drawLogo(c *canvas) {
	clay := color.NRGBA{R: 0xc4, G: 0x5f, B: 0x3c, A: 0xff}
	c.fill(rect(-10, -10, 1020, 1020), downward(light(clay, 0.12), clay))
	c.fill(at(250, 860).line(250, 690).cube(250, 470, 750, 470, 750, 690).line(750, 860), flat(dark(clay, 0.42)))
	c.fill(at(300, 860).line(300, 700).cube(300, 530, 700, 530, 700, 700).line(700, 860), flat(cream))
	c.fill(at(420, 860).line(420, 770).cube(420, 665, 580, 665, 580, 770).line(580, 860), flat(dark(clay, 0.42)))
	c.fill(round(180, 846, 640, 34, 17), flat(dark(clay, 0.42)))
	const scallops = 5
	w := 740.0 / scallops
	for i := range scallops {
		x := 130 + w*float64(i)
		tint := cream
		if i%2 == 1 {
			tint = brass
		}
		c.fill(at(x, 190).line(x+w, 190, x+w, 370).cube(x+w, 475, x, 475, x, 370), flat(tint))
	}
	c.fill(round(110, 160, 780, 52, 26), flat(dark(clay, 0.35)))
}
