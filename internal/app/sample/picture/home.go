package picture

import "image/color"

func drawCushion(c *canvas, k kit) {
	body := at(240, 330).quad(500, 366, 760, 330).quad(790, 326, 786, 360).quad(752, 565, 792, 776).quad(796, 806, 762, 802).
		quad(500, 770, 238, 802).quad(204, 806, 208, 776).quad(248, 565, 214, 360).quad(210, 326, 240, 330)
	c.fill(body, across(light(k.main, 0.12), k.main, k.main, dark(k.main, 0.14)))
	for i := range 3 {
		y := 452 + 92*float64(i)
		c.inside(body, at(190, y).quad(500, y+22, 810, y).line(810, y+34).quad(500, y+56, 190, y+34), flush(k.accent))
	}
	for i := range 7 {
		x := 274 + 75*float64(i)
		c.fill(at(x, 396).line(x+22, 418, x, 440, x-22, 418), flat(k.accent))
		c.fill(at(x, 708).line(x+22, 730, x, 752, x-22, 730), flat(k.accent))
	}
	c.inside(body, at(200, 560).quad(330, 780, 760, 810).line(200, 830), clear(night, 0.08))
	for _, p := range [][3]float64{{226, 346, -140}, {776, 346, -40}, {224, 788, 140}, {778, 788, 40}} {
		for a := -24.0; a <= 24; a += 16 {
			c.fill(petal(p[0], p[1], 62, 7, p[2]+a), flat(k.accent))
		}
	}
}

func drawBlanket(c *canvas, k kit) {
	for i := range 3 {
		y := 700 - 92*float64(i)
		inset := 10 * float64(i)
		fold := round(190+inset, y, 620-2*inset, 102, 50)
		c.fill(fold, flush(mix(k.main, white, 0.05*float64(i))))
		c.inside(fold, rect(180, y+78, 640, 30), clear(night, 0.12))
		c.inside(fold, at(700-inset, y).line(820, y, 820, y+110, 700-inset, y+110), clear(night, 0.06))
	}
	drape := at(300, 520).quad(430, 500, 560, 520).line(572, 742, 288, 742)
	c.fill(drape, across(light(k.main, 0.12), k.main, dark(k.main, 0.08)))
	for _, y := range []float64{572, 604, 676} {
		h := 16.0
		if y > 650 {
			h = 30
		}
		c.inside(drape, rect(280, y, 300, h), flush(k.accent))
	}
	for i := range 14 {
		x := 296 + 20.6*float64(i)
		c.fill(stroke(9, x, 742, x-2, 790), flat(mix(k.main, k.accent, 0.35)))
	}
}

func drawRug(c *canvas, k kit) {
	d := c.within(turned(500, 500, -8))
	for i := range 22 {
		x := 262 + 22.8*float64(i)
		d.fill(stroke(8, x, 150, x, 850), flat(light(k.main, 0.45)))
	}
	field := rect(250, 190, 500, 620)
	d.fill(field, flat(k.main))
	d.fill(rect(278, 218, 444, 564), flat(k.accent))
	d.fill(rect(292, 232, 416, 536), flat(k.main))
	for i := range 3 {
		y := 330 + 170*float64(i)
		for _, s := range []float64{1, 0.68, 0.36} {
			tint := k.accent
			if s == 0.68 {
				tint = dark(k.main, 0.22)
			}
			d.fill(at(500, y-78*s).line(500+150*s, y, 500, y+78*s, 500-150*s, y), flat(tint))
		}
		for _, x := range []float64{324, 676} {
			d.fill(at(x, y-113).line(x+22, y-85, x, y-57, x-22, y-85), flat(k.accent))
		}
	}
	for i := range 18 {
		y := 200 + 34*float64(i)
		d.inside(field, rect(250, y, 500, 2), clear(night, 0.08))
	}
}

func drawVase(c *canvas, k kit) {
	for _, s := range []struct{ x, lean float64 }{{462, -90}, {500, 10}, {536, 96}} {
		c.fill(stroke(7, curve(s.x, 480, s.x, 380, s.x+s.lean*0.4, 300, s.x+s.lean, 190)...), flat(dark(leaf, 0.1)))
		for i := range 5 {
			t := float64(i) / 5
			x, y := s.x+s.lean*t*t*0.9+s.lean*0.1*t, 380-170*t
			c.fill(petal(x, y, 62, 17, -62+s.lean*0.2), flat(leaf))
			c.fill(petal(x, y, 62, 17, -118+s.lean*0.2), flat(light(leaf, 0.16)))
		}
		c.fill(circle(s.x+s.lean, 186, 30), flat(k.accent))
		c.fill(circle(s.x+s.lean-8, 178, 12), clear(white, 0.35))
	}
	body := at(440, 430).line(560, 430).cube(552, 500, 690, 540, 690, 660).cube(690, 760, 620, 802, 570, 802).
		line(430, 802).cube(380, 802, 310, 760, 310, 660).cube(310, 540, 448, 500, 440, 430)
	c.fill(body, tube(k.main))
	c.inside(body, at(300, 640).quad(500, 672, 700, 640).line(700, 656).quad(500, 690, 300, 656), tube(k.accent))
	c.fill(ellipse(500, 432, 66, 16), flat(dark(k.main, 0.4)))
	c.fill(ring(500, 430, 70, 19, 8), flat(light(k.main, 0.2)))
	c.fill(at(340, 650).quad(344, 580, 420, 540).quad(376, 590, 366, 660), clear(white, 0.30))
}

func drawPlant(c *canvas, k kit) {
	for _, p := range []struct{ angle, length float64 }{{-150, 250}, {-30, 250}, {-128, 330}, {-52, 330}, {-108, 390}, {-72, 390}, {-90, 420}} {
		tint := leaf
		if int(p.angle)%4 == 0 {
			tint = light(leaf, 0.18)
		}
		c.fill(petal(500, 590, p.length, 46, p.angle), across(light(tint, 0.1), tint, dark(tint, 0.18)))
		c.fill(petal(500, 590, p.length*0.9, 4, p.angle), clear(white, 0.30))
	}
	pot := at(330, 560).line(670, 560, 628, 770).quad(622, 802, 590, 802).line(410, 802).quad(378, 802, 372, 770)
	c.fill(pot, tube(k.main))
	c.inside(pot, rect(300, 690, 400, 26), tube(k.accent))
	c.fill(round(312, 540, 376, 66, 20), tube(light(k.main, 0.06)))
	c.fill(rect(330, 604, 340, 8), clear(night, 0.15))
}

func drawCandle(c *canvas, k kit) {
	c.glow(500, 330, 320, 0.75, warm)
	glass := round(330, 420, 340, 382, 44)
	c.fill(glass, tube(k.main))
	c.inside(glass, rect(320, 420, 360, 86), clear(white, 0.42))
	c.fill(ellipse(500, 506, 168, 26), flat(light(k.main, 0.62)))
	c.fill(ellipse(500, 422, 170, 30), clear(white, 0.32))
	c.fill(stroke(8, 500, 504, 500, 450), flat(dark(wood, 0.6)))
	c.fill(at(500, 300).cube(560, 390, 548, 452, 500, 456).cube(452, 452, 440, 390, 500, 300), downward(light(flame, 0.5), flame, color.NRGBA{R: 0xf0, G: 0x92, B: 0x3d, A: 0xff}))
	c.fill(at(500, 380).cube(526, 420, 522, 446, 500, 448).cube(478, 446, 474, 420, 500, 380), flat(light(flame, 0.75)))
	c.fill(round(390, 580, 220, 150, 12), flush(k.accent))
	c.fill(circle(500, 632, 26), flat(k.main))
	c.fill(round(430, 680, 140, 10, 5), flat(k.main))
	c.fill(round(352, 450, 16, 310, 8), clear(white, 0.38))
}

func drawBasket(c *canvas, k kit) {
	c.fill(stroke(26, arc(500, 470, 190, 200, -180, 0)...), across(light(k.accent, 0.1), k.accent, dark(k.accent, 0.2)))
	c.fill(ellipse(500, 470, 285, 46), flat(dark(k.main, 0.5)))
	body := at(215, 470).quad(500, 560, 785, 470).line(730, 760).quad(500, 840, 270, 760)
	c.fill(body, tube(k.main))
	for row := range 7 {
		for col := range 15 {
			x := 215 + 42*float64(col) + 21*float64(row%2)
			y := 512 + 44*float64(row)
			sag := 34 * (1 - (x-500)*(x-500)/82000)
			c.inside(body, ellipse(x, y+sag, 19, 15), clear(white, 0.16))
			c.inside(body, at(x-20, y+sag+16).quad(x, y+sag+26, x+20, y+sag+16).quad(x, y+sag+20, x-20, y+sag+16), clear(night, 0.35))
		}
	}
	c.inside(body, at(200, 690).quad(500, 780, 800, 690).line(800, 732).quad(500, 822, 200, 732), clear(k.accent, 0.75))
	c.fill(at(205, 452).quad(500, 540, 795, 452).line(790, 492).quad(500, 582, 210, 492), tube(light(k.main, 0.08)))
}

func drawClock(c *canvas, k kit) {
	c.fill(circle(506, 512, 330), flat(dark(k.main, 0.35)))
	c.fill(circle(500, 500, 330), across(light(k.main, 0.14), k.main, dark(k.main, 0.2)))
	c.fill(circle(500, 500, 278), flat(dark(cream, 0.12)))
	c.fill(circle(502, 505, 274), flat(cream))
	for i := range 12 {
		d := c.within(turned(500, 500, 30*float64(i)))
		if i%3 == 0 {
			d.fill(round(488, 244, 24, 54, 12), flat(k.accent))
		} else {
			d.fill(circle(500, 262, 9), flat(dark(k.main, 0.3)))
		}
	}
	c.fill(stroke(22, 500, 500, 390, 426), flat(dark(k.main, 0.45)))
	c.fill(stroke(14, 500, 500, 620, 330), flat(dark(k.main, 0.45)))
	c.fill(stroke(6, 470, 560, 560, 380), flat(k.accent))
	c.fill(circle(500, 500, 24), flat(k.accent))
}

func drawStool(c *canvas, k kit) {
	leg := func(x0, x1 float64, tint color.NRGBA) {
		c.fill(at(x0-20, 380).line(x0+20, 380, x1+15, 802, x1-15, 802), flush(tint))
	}
	leg(460, 420, dark(k.accent, 0.22))
	leg(560, 596, dark(k.accent, 0.22))
	c.fill(stroke(18, 350, 640, 650, 640), downward(k.accent, dark(k.accent, 0.2)))
	leg(370, 300, k.accent)
	leg(630, 700, dark(k.accent, 0.08))
	c.fill(at(270, 330).line(730, 330, 730, 362).cube(730, 440, 270, 440, 270, 362), tube(dark(k.main, 0.1)))
	c.fill(ellipse(500, 330, 230, 62), across(light(k.main, 0.22), k.main))
	c.fill(ellipse(500, 322, 168, 40), clear(white, 0.14))
}

func drawPoster(c *canvas, k kit) {
	c.fill(rect(262, 172, 500, 680), clear(night, 0.18))
	c.fill(rect(250, 155, 500, 680), across(light(wood, 0.15), wood, dark(wood, 0.15)))
	c.fill(rect(268, 173, 464, 644), flat(cream))
	sheet := rect(306, 214, 388, 562)
	c.fill(sheet, downward(light(k.accent, 0.62), light(k.main, 0.55)))
	c.inside(sheet, circle(560, 390, 92), flat(k.accent))
	c.inside(sheet, at(290, 600).cube(380, 470, 470, 520, 540, 580).cube(600, 620, 660, 560, 710, 540).line(710, 790, 290, 790), flat(light(k.main, 0.28)))
	c.inside(sheet, at(290, 680).cube(400, 590, 480, 660, 560, 690).cube(620, 712, 670, 660, 710, 640).line(710, 790, 290, 790), flat(k.main))
	c.inside(sheet, at(290, 740).cube(420, 690, 560, 770, 710, 720).line(710, 790, 290, 790), flat(dark(k.main, 0.3)))
	c.fill(at(268, 173).line(480, 173, 268, 560), clear(white, 0.16))
}

func drawTowels(c *canvas, k kit) {
	tints := []color.NRGBA{k.main, k.accent, light(k.main, 0.3)}
	for i, tint := range tints {
		y := 694 - 104*float64(i)
		w := 600 - 26*float64(i)
		x := 500 - w/2
		fold := round(x, y, w, 108, 46)
		c.fill(fold, flush(tint))
		c.inside(fold, at(x+w*0.16, y+54).line(x+w, y+48, x+w, y+60, x+w*0.16, y+58), clear(night, 0.22))
		c.inside(fold, rect(x, y+86, w, 26), clear(night, 0.10))
		for j := range 3 {
			c.inside(fold, rect(x+64+22*float64(j), y, 9, 110), clear(against(tint), 0.35))
		}
	}
	c.fill(stroke(6, 470, 470, 530, 400), flat(dark(leaf, 0.1)))
	for i := range 4 {
		x, y := 476+14*float64(i), 464-16*float64(i)
		c.fill(petal(x, y, 54, 14, -100), flat(leaf))
		c.fill(petal(x, y, 54, 14, 10), flat(light(leaf, 0.15)))
	}
}

func drawSoap(c *canvas, k kit) {
	bar := round(215, 600, 570, 202, 54)
	c.fill(bar, flush(dark(k.main, 0.08)))
	c.fill(round(215, 556, 570, 206, 60), across(light(k.main, 0.20), light(k.main, 0.06), k.main))
	c.fill(round(262, 590, 476, 134, 44), clear(white, 0.16))
	band := at(420, 550).line(600, 550, 600, 806, 420, 806)
	c.inside(round(215, 556, 570, 246, 60), band, flush(k.accent))
	c.fill(circle(510, 655, 46), flat(k.main))
	for a := range 6 {
		c.fill(petal(510, 655, 40, 12, 60*float64(a)-90), flat(k.accent))
	}
	for _, b := range [][3]float64{{270, 500, 34}, {335, 446, 22}, {700, 506, 26}, {660, 440, 16}, {372, 506, 13}} {
		c.fill(circle(b[0], b[1], b[2]), clear(white, 0.50))
		c.fill(ring(b[0], b[1], b[2], b[2], 3), clear(white, 0.8))
		c.fill(circle(b[0]-b[2]*0.3, b[1]-b[2]*0.3, b[2]*0.22), clear(white, 0.9))
	}
}

func drawPump(c *canvas, k kit) {
	c.fill(stroke(30, 500, 250, 400, 250, 380, 276), flat(dark(k.accent, 0.25)))
	c.fill(rect(486, 250, 28, 100), flat(dark(k.accent, 0.35)))
	c.fill(round(452, 222, 110, 52, 20), tube(dark(k.accent, 0.15)))
	c.fill(round(440, 330, 120, 80, 14), tube(dark(k.accent, 0.2)))
	c.fill(round(350, 390, 300, 412, 64), tube(k.main))
	c.fill(rect(350, 520, 300, 190), tube(k.accent))
	sprig(c, 500, 702, k.main)
	c.fill(round(374, 440, 16, 310, 8), clear(white, 0.34))
}
