package picture

import "image/color"

func drawNotebook(c *canvas, k kit) {
	d := c.within(turned(500, 500, -9))
	d.fill(round(268, 188, 480, 652, 22), flat(cream))
	for i := range 5 {
		d.fill(rect(740-2*float64(i), 200, 2, 630), clear(night, 0.16))
	}
	cover := round(250, 176, 480, 652, 24)
	d.fill(cover, across(light(k.main, 0.06), k.main, dark(k.main, 0.08)))
	d.inside(cover, rect(250, 176, 62, 660), clear(night, 0.20))
	d.inside(cover, rect(312, 176, 4, 660), clear(white, 0.25))
	d.fill(round(396, 300, 250, 150, 10), flat(cream))
	d.fill(round(426, 340, 190, 12, 6), flat(k.main))
	d.fill(round(426, 376, 150, 9, 4), clear(night, 0.3))
	d.fill(round(426, 400, 170, 9, 4), clear(night, 0.3))
	d.fill(rect(664, 170, 26, 664), flush(k.accent))
	d.fill(at(420, 826).line(452, 826, 452, 892, 436, 876, 420, 892), flat(k.accent))
}

func drawPlanner(c *canvas, k kit) {
	d := c.within(turned(500, 500, 5))
	d.fill(round(170, 236, 660, 548, 16), flat(dark(cream, 0.15)))
	d.fill(round(164, 226, 660, 548, 16), flat(light(cream, 0.5)))
	sheet := round(164, 226, 660, 548, 16)
	d.inside(sheet, rect(164, 226, 660, 108), flush(k.main))
	for i := range 7 {
		x := 190 + 88*float64(i)
		d.fill(round(x+8, 272, 56, 16, 8), flat(light(k.main, 0.6)))
		for row := range 4 {
			y := 356 + 100*float64(row)
			d.fill(round(x, y, 78, 84, 8), clear(mix(k.main, white, 0.75), 0.55))
			d.fill(circle(x+16, y+16, 6), clear(night, 0.35))
		}
	}
	for _, m := range [][3]float64{{1, 0, 0}, {3, 1, 1}, {5, 2, 0}, {2, 3, 1}, {4, 0, 1}} {
		x, y := 190+88*m[0], 356+100*m[1]
		tint := k.accent
		if m[2] == 1 {
			tint = k.main
		}
		d.fill(round(x+12, y+44, 54, 22, 11), flat(tint))
	}
	for i := range 11 {
		x := 210 + 57*float64(i)
		d.fill(circle(x, 244, 10), flat(dark(k.main, 0.4)))
		d.fill(stroke(9, x, 246, x, 206), flat(brass))
	}
}

func drawPencils(c *canvas, k kit) {
	tints := []color.NRGBA{k.main, mix(k.main, k.accent, 0.5), k.accent, light(k.main, 0.35), dark(k.main, 0.3)}
	for i, tint := range tints {
		x := 300 + 100*float64(i)
		lift := 26 * float64((i*3)%4)
		d := c.within(about(x, 500, 1, 3*float64(i-2), x, 500-lift))
		d.fill(at(x-32, 320).line(x+32, 320, x, 190), across(light(wood, 0.5), light(wood, 0.3), wood))
		d.fill(at(x-10, 231).line(x+10, 231, x, 190), flat(dark(tint, 0.15)))
		d.fill(rect(x-32, 318, 64, 420), across(light(tint, 0.16), light(tint, 0.16), tint, tint, dark(tint, 0.18)))
		d.fill(rect(x-32, 736, 64, 46), tube(brass))
		d.fill(rect(x-32, 748, 64, 5).and(rect(x-32, 764, 64, 5)), clear(night, 0.2))
		d.fill(round(x-32, 780, 64, 60, 20), tube(color.NRGBA{R: 0xe8, G: 0xa2, B: 0x9b, A: 0xff}))
		d.fill(rect(x-10, 420, 20, 120), clear(white, 0.25))
	}
}

func drawPen(c *canvas, k kit) {
	ink := curve(190, 800, 300, 690, 330, 900, 440, 790)
	c.fill(stroke(9, ink...), flat(k.main))
	c.fill(stroke(9, curve(440, 790, 520, 720, 540, 860, 640, 800)...), flat(k.main))
	d := c.within(turned(500, 470, 45))
	for i := range 4 {
		under := d.within(matrix{1, 0, 14 + 7*float64(i), 0, 1, 0})
		under.fill(round(470, 46, 58, 600, 28), clear(night, 0.06))
	}
	d.fill(round(468, 40, 64, 420, 28), across(light(k.main, 0.2), k.main, dark(k.main, 0.3)))
	d.fill(rect(466, 330, 68, 26), tube(brass))
	d.fill(rect(466, 448, 68, 20), tube(brass))
	d.fill(round(514, 90, 16, 220, 8), tube(brass))
	d.fill(round(474, 466, 52, 180, 16), across(light(k.accent, 0.16), k.accent, dark(k.accent, 0.3)))
	d.fill(at(478, 640).line(522, 640, 534, 700, 500, 812, 466, 700), across(light(brass, 0.5), brass, dark(brass, 0.2)))
	d.fill(circle(500, 706, 9), flat(dark(brass, 0.6)))
	d.fill(rect(498, 712, 4, 92), flat(dark(brass, 0.6)))
	d.fill(round(478, 60, 10, 250, 5), clear(white, 0.4))
}

func drawCards(c *canvas, k kit) {
	d := c.within(turned(440, 560, -12))
	d.fill(rect(178, 400, 520, 370), clear(night, 0.14))
	d.fill(rect(170, 390, 520, 370), flush(k.accent))
	d.fill(at(170, 390).line(690, 390, 430, 610), flat(dark(k.accent, 0.12)))
	e := c.within(turned(600, 430, 8))
	e.fill(rect(410, 178, 380, 520), clear(night, 0.16))
	e.fill(rect(400, 165, 380, 520), flat(light(cream, 0.4)))
	e.fill(rect(424, 189, 332, 472), flat(light(k.main, 0.62)))
	for _, p := range []struct{ x, y, lean float64 }{{520, 600, -14}, {590, 620, 0}, {664, 604, 14}} {
		e.fill(stroke(8, p.x, p.y, p.x+p.lean*2, p.y-240), flat(leaf))
		e.fill(petal(p.x+p.lean*0.6, p.y-70, 74, 20, -40+p.lean), flat(leaf))
		e.fill(petal(p.x+p.lean, p.y-120, 74, 20, -140+p.lean), flat(light(leaf, 0.15)))
		for a := range 6 {
			e.fill(petal(p.x+p.lean*2, p.y-250, 56, 24, 60*float64(a)+p.lean), flat(k.main))
		}
		e.fill(circle(p.x+p.lean*2, p.y-250, 17), flat(flame))
	}
}

func drawGiftCard(c *canvas, k kit) {
	d := c.within(turned(500, 500, -8))
	d.fill(round(164, 314, 680, 410, 36), clear(night, 0.20))
	card := round(154, 298, 680, 410, 36)
	d.fill(card, across(light(k.main, 0.16), k.main, dark(k.main, 0.12)))
	d.inside(card, circle(250, 300, 190), clear(white, 0.10))
	d.inside(card, circle(760, 720, 240), clear(white, 0.09))
	d.inside(card, rect(560, 290, 46, 430), flat(k.accent))
	d.inside(card, rect(150, 470, 690, 46), flat(k.accent))
	for _, a := range []float64{-150, -30, 150, 30} {
		d.fill(petal(583, 493, 150, 62, a), flat(light(k.accent, 0.12)))
		d.fill(petal(583, 493, 110, 30, a), flat(dark(k.accent, 0.10)))
	}
	d.fill(circle(583, 493, 34), flat(k.accent))
	d.fill(round(206, 600, 220, 20, 10), clear(white, 0.75))
	d.fill(round(206, 638, 150, 16, 8), clear(white, 0.5))
}
