package picture

import "image/color"

func drawMug(c *canvas, k kit) {
	c.fill(stroke(46, arc(672, 575, 92, 112, -95, 95)...), flush(dark(k.main, 0.12)))
	body := at(300, 392).line(670, 392, 670, 700).cube(670, 770, 640, 802, 575, 802).line(395, 802).cube(330, 802, 300, 770, 300, 700)
	c.fill(body, tube(k.main))
	c.inside(body, rect(280, 688, 420, 130), tube(k.accent))
	c.inside(body, rect(280, 684, 420, 5), clear(night, 0.16))
	c.fill(ellipse(485, 392, 185, 36), flat(light(k.main, 0.30)))
	c.fill(ellipse(485, 394, 168, 28), flat(dark(k.main, 0.42)))
	c.fill(ellipse(485, 402, 150, 20), flat(color.NRGBA{R: 0x6b, G: 0x43, B: 0x2b, A: 0xff}))
	c.fill(round(332, 450, 22, 210, 11), clear(white, 0.28))
	steam(c, 430, 340)
	steam(c, 530, 320)
}

func steam(c *canvas, x, y float64) {
	c.fill(stroke(15, curve(x, y, x-50, y-60, x+50, y-110, x, y-175)...), clear(white, 0.55))
}

func drawBowl(c *canvas, k kit) {
	c.fill(round(410, 768, 180, 34, 12), tube(dark(k.main, 0.12)))
	body := at(225, 520).line(775, 520).cube(765, 700, 650, 785, 560, 785).line(440, 785).cube(350, 785, 235, 700, 225, 520)
	c.fill(body, tube(k.main))
	c.inside(body, rect(200, 596, 600, 20), tube(k.accent))
	c.inside(body, rect(200, 630, 600, 9), tube(k.accent))
	c.fill(ellipse(500, 520, 275, 56), flat(light(k.main, 0.32)))
	c.fill(ellipse(500, 523, 255, 46), across(dark(k.main, 0.30), dark(k.main, 0.12)))
	c.fill(at(280, 575).quad(292, 660, 350, 720).quad(316, 660, 304, 575), clear(white, 0.26))
}

func drawPlate(c *canvas, k kit) {
	c.fill(circle(500, 512, 365), flat(dark(k.main, 0.22)))
	c.fill(circle(500, 500, 365), across(light(k.main, 0.22), k.main, dark(k.main, 0.06)))
	c.fill(ring(500, 500, 340, 340, 12), flat(k.accent))
	c.fill(circle(500, 503, 238), flat(dark(k.main, 0.12)))
	c.fill(circle(500, 507, 230), across(k.main, light(k.main, 0.18)))
	for i := range 3 {
		x := 440 + 60*float64(i)
		c.fill(stroke(7, x, 640, x, 430), flat(k.accent))
		for j := range 4 {
			y := 590 - 45*float64(j)
			c.fill(petal(x, y, 46, 13, -38), flat(k.accent))
			c.fill(petal(x, y, 46, 13, -142), flat(k.accent))
		}
	}
}

func drawTeapot(c *canvas, k kit) {
	c.fill(stroke(38, arc(728, 610, 96, 108, -100, 100)...), flush(dark(k.main, 0.14)))
	c.fill(at(345, 560).cube(240, 560, 262, 455, 190, 430).line(160, 462).cube(208, 520, 190, 690, 350, 700), across(light(k.main, 0.12), dark(k.main, 0.08)))
	body := at(500, 430).cube(660, 430, 745, 520, 745, 630).cube(745, 745, 650, 802, 580, 802).line(420, 802).cube(350, 802, 255, 745, 255, 630).cube(255, 520, 340, 430, 500, 430)
	c.fill(body, tube(k.main))
	c.inside(body, at(240, 690).quad(500, 740, 760, 690).line(760, 820, 240, 820), tube(k.accent))
	c.fill(at(370, 448).cube(380, 370, 620, 370, 630, 448).quad(500, 476, 370, 448), tube(light(k.main, 0.08)))
	c.fill(circle(500, 362, 32), tube(k.accent))
	c.fill(at(318, 560).quad(340, 486, 412, 462).quad(364, 510, 346, 570), clear(white, 0.32))
}

func drawTin(c *canvas, k kit) {
	body := at(330, 380).line(670, 380, 670, 778).quad(500, 822, 330, 778)
	c.fill(body, tube(k.main))
	c.inside(body, at(320, 460).quad(500, 500, 680, 460).line(680, 700).quad(500, 740, 320, 700), tube(k.accent))
	sprig(c, 500, 690, k.main)
	c.fill(at(318, 300).line(682, 300, 682, 376).quad(500, 416, 318, 376), tube(dark(k.main, 0.18)))
	c.fill(ellipse(500, 300, 182, 34), flat(light(k.main, 0.18)))
	c.fill(ellipse(500, 299, 158, 26), flat(light(k.main, 0.06)))
}

// sprig is a stem with leaves that grows upward from a point.
func sprig(c *canvas, x, y float64, tint color.NRGBA) {
	c.fill(stroke(7, x, y, x, y-170), flat(tint))
	for i := range 4 {
		h := y - 30 - 38*float64(i)
		c.fill(petal(x, h, 58-6*float64(i), 15, -40), flat(tint))
		c.fill(petal(x, h, 58-6*float64(i), 15, -140), flat(tint))
	}
	c.fill(petal(x, y-165, 44, 13, -90), flat(tint))
}

func drawBag(c *canvas, k kit) {
	c.fill(at(322, 330).line(678, 330, 700, 802, 300, 802), tube(k.main))
	c.fill(at(322, 330).line(678, 330, 682, 392, 318, 392), flat(dark(k.main, 0.16)))
	c.fill(round(308, 262, 384, 84, 14), flush(light(k.main, 0.06)))
	c.fill(rect(308, 300, 384, 6), clear(night, 0.18))
	c.fill(round(372, 470, 256, 250, 22), flush(k.accent))
	c.fill(circle(500, 570, 58), flat(k.main))
	c.fill(stroke(9, curve(470, 610, 520, 590, 480, 550, 530, 530)...), flat(k.accent))
	c.fill(round(420, 654, 160, 12, 6), flat(k.main))
	c.fill(round(446, 680, 108, 10, 5), clear(k.main, 0.6))
}

func drawJar(c *canvas, k kit) {
	body := round(320, 400, 360, 402, 70)
	c.fill(body, tube(k.main))
	c.inside(body, rect(300, 400, 400, 62), clear(white, 0.25))
	c.fill(round(366, 520, 268, 190, 16), flush(k.accent))
	for _, p := range [][2]float64{{455, 600}, {500, 574}, {545, 600}, {500, 626}} {
		hexagon(c, p[0], p[1]+14, 27, k.main)
	}
	c.fill(round(330, 300, 340, 112, 24), tube(brass))
	for i := range 9 {
		c.fill(rect(356+34*float64(i), 318, 5, 78), clear(night, 0.12))
	}
	c.fill(round(340, 440, 20, 290, 10), clear(white, 0.40))
}

func hexagon(c *canvas, x, y, r float64, tint color.NRGBA) {
	c.fill(at(x, y-r).line(x+0.866*r, y-r/2, x+0.866*r, y+r/2, x, y+r, x-0.866*r, y+r/2, x-0.866*r, y-r/2), flat(tint))
	r *= 0.6
	c.fill(at(x, y-r).line(x+0.866*r, y-r/2, x+0.866*r, y+r/2, x, y+r, x-0.866*r, y+r/2, x-0.866*r, y-r/2), clear(white, 0.45))
}

func drawBottle(c *canvas, k kit) {
	c.fill(round(470, 150, 60, 70, 10), tube(wood))
	body := at(462, 200).line(538, 200, 538, 320).cube(538, 400, 620, 400, 620, 490).line(620, 760).quad(620, 802, 578, 802).
		line(422, 802).quad(380, 802, 380, 760).line(380, 490).cube(380, 400, 462, 400, 462, 320)
	c.fill(body, tube(k.main))
	c.fill(round(452, 192, 96, 30, 10), tube(dark(k.main, 0.2)))
	c.fill(rect(380, 520, 240, 190), tube(k.accent))
	sprig(c, 500, 700, dark(k.main, 0.1))
	c.fill(round(402, 470, 14, 300, 7), clear(white, 0.32))
}

func drawCarafe(c *canvas, k kit) {
	glass := at(420, 250).line(580, 250).cube(575, 400, 690, 480, 690, 650).cube(690, 760, 650, 802, 590, 802).
		line(410, 802).cube(350, 802, 310, 760, 310, 650).cube(310, 480, 425, 400, 420, 250)
	c.fill(glass, clear(white, 0.50))
	c.inside(glass, rect(300, 520, 400, 300), across(alpha(k.main, 0.62), alpha(k.main, 0.42), alpha(dark(k.main, 0.2), 0.72)))
	c.inside(glass, ellipse(500, 520, 196, 20), flat(light(k.main, 0.4)))
	for _, p := range [][3]float64{{440, 620, 46}, {560, 690, 42}} {
		c.fill(circle(p[0], p[1], p[2]), flat(k.accent))
		c.fill(circle(p[0], p[1], p[2]*0.78), flat(light(k.accent, 0.55)))
		for a := range 6 {
			c.fill(petal(p[0], p[1], p[2]*0.72, 6, 60*float64(a)), flat(k.accent))
		}
	}
	c.inside(glass, rect(300, 240, 400, 20), clear(white, 0.7))
	c.fill(ring(500, 250, 82, 18, 7), clear(white, 0.9))
	c.fill(stroke(14, curve(352, 700, 340, 590, 380, 530, 408, 480)...), clear(white, 0.7))
}

func drawKettle(c *canvas, k kit) {
	c.fill(stroke(30, arc(500, 420, 170, 190, -180, 0)...), flush(wood))
	c.fill(at(330, 560).cube(250, 540, 250, 470, 176, 446).line(160, 486).cube(214, 530, 204, 640, 300, 690), across(light(k.main, 0.1), dark(k.main, 0.1)))
	body := at(330, 440).line(670, 440).cube(730, 530, 752, 640, 752, 720).quad(752, 802, 690, 802).line(310, 802).quad(248, 802, 248, 720).cube(248, 640, 270, 530, 330, 440)
	c.fill(body, tube(k.main))
	c.fill(round(318, 418, 364, 36, 18), tube(k.accent))
	c.fill(at(350, 420).cube(380, 350, 620, 350, 650, 420), tube(light(k.main, 0.06)))
	c.fill(circle(500, 350, 26), tube(wood))
	c.inside(body, rect(240, 772, 520, 40), tube(k.accent))
	c.fill(at(300, 690).quad(300, 560, 352, 480).quad(328, 570, 328, 690), clear(white, 0.34))
}

func drawPan(c *canvas, k kit) {
	d := c.within(turned(500, 500, -38))
	d.fill(round(690, 462, 330, 76, 36), downward(light(k.accent, 0.15), k.accent, dark(k.accent, 0.2)))
	d.fill(ring(965, 500, 24, 24, 9), clear(night, 0.5))
	d.fill(at(660, 440).line(740, 474, 740, 526, 660, 560), flat(dark(k.main, 0.2)))
	d.fill(circle(420, 500, 300), across(light(k.main, 0.18), k.main, dark(k.main, 0.3)))
	d.fill(circle(420, 500, 270), flat(dark(k.main, 0.28)))
	d.fill(circle(420, 500, 258), across(dark(k.main, 0.16), light(k.main, 0.06)))
	d.fill(ring(420, 500, 200, 200, 3), clear(white, 0.14))
	d.fill(ring(420, 500, 130, 130, 3), clear(white, 0.12))
	c.fill(at(300, 500).cube(300, 440, 360, 420, 400, 440).cube(450, 400, 540, 440, 520, 510).cube(560, 580, 480, 640, 420, 610).cube(340, 650, 280, 570, 300, 500), flat(cream))
	c.fill(circle(414, 520, 52), downward(flame, dark(flame, 0.12)))
	c.fill(ellipse(398, 504, 16, 11), clear(white, 0.55))
}

func drawKnife(c *canvas, k kit) {
	d := c.within(turned(500, 500, -45))
	blade := at(470, 430).line(900, 430).cube(985, 432, 1010, 470, 1020, 500).cube(900, 560, 700, 580, 470, 580)
	grip := at(445, 430).line(90, 422).cube(30, 422, 10, 470, 20, 520).cube(26, 570, 70, 590, 110, 566).cube(220, 530, 330, 560, 445, 578)
	for i := range 4 {
		under := d.within(matrix{1, 0, -4 - 4*float64(i), 0, 1, 14 + 8*float64(i)})
		under.fill(new(shape).and(blade, grip), clear(night, 0.07))
	}
	d.fill(blade, downward(light(steel, 0.55), light(steel, 0.25), steel))
	d.inside(blade, at(470, 540).line(1020, 500, 1020, 590, 470, 590), clear(white, 0.55))
	d.fill(rect(440, 425, 40, 158), downward(light(k.accent, 0.2), k.accent, dark(k.accent, 0.2)))
	d.fill(grip, downward(light(k.main, 0.16), k.main, dark(k.main, 0.25)))
	for _, x := range []float64{120, 245, 370} {
		d.fill(circle(x, 492, 17), flat(brass))
		d.fill(circle(x-4, 488, 7), clear(white, 0.5))
	}
}

func drawBoard(c *canvas, k kit) {
	d := c.within(turned(500, 500, 14))
	d.fill(round(255, 262, 500, 620, 60), flat(dark(k.main, 0.3)))
	plank := round(250, 250, 500, 620, 60).and(round(430, 110, 140, 170, 60))
	d.fill(plank, across(light(k.main, 0.16), k.main, dark(k.main, 0.06)))
	body := round(250, 250, 500, 620, 60)
	for i := range 6 {
		x := 300 + 80*float64(i)
		d.inside(body, stroke(5, curve(x, 240, x-26, 450, x+30, 640, x-8, 890)...), clear(dark(k.main, 0.4), 0.28))
	}
	d.fill(circle(500, 175, 26), clear(night, 0.45))
	for _, p := range [][3]float64{{420, 690, 88}, {560, 760, 74}} {
		d.fill(circle(p[0]+6, p[1]+8, p[2]), clear(night, 0.18))
		d.fill(circle(p[0], p[1], p[2]), flat(k.accent))
		d.fill(circle(p[0], p[1], p[2]*0.86), flat(light(k.accent, 0.6)))
		for a := range 8 {
			d.fill(petal(p[0], p[1], p[2]*0.78, 14, 45*float64(a)), flat(light(k.accent, 0.18)))
		}
	}
	d.fill(petal(600, 560, 120, 34, -60), flat(leaf))
	d.fill(petal(605, 565, 110, 30, -20), flat(light(leaf, 0.2)))
}

func drawTeaTowel(c *canvas, k kit) {
	c.fill(round(180, 196, 640, 22, 11), downward(light(wood, 0.2), wood, dark(wood, 0.2)))
	back := at(330, 205).line(705, 205, 700, 720, 338, 720)
	c.fill(back, flush(dark(k.main, 0.14)))
	cloth := at(300, 200).quad(485, 186, 670, 200).line(664, 800).quad(580, 820, 485, 806).quad(390, 794, 306, 812)
	c.fill(cloth, across(light(k.main, 0.1), k.main, light(k.main, 0.06), dark(k.main, 0.1)))
	for _, y := range []float64{600, 640, 700, 716} {
		h := 22.0
		if y > 690 {
			h = 7
		}
		c.inside(cloth, rect(280, y, 420, h), flush(k.accent))
	}
	for _, x := range []float64{352, 612} {
		c.inside(cloth, rect(x, 180, 9, 650), clear(k.accent, 0.75))
	}
	c.inside(cloth, at(430, 190).quad(452, 500, 424, 820).line(462, 820).quad(480, 500, 462, 190), clear(night, 0.07))
	c.fill(stroke(10, arc(485, 190, 22, 30, -180, 0)...), flat(k.accent))
}

func drawApron(c *canvas, k kit) {
	c.fill(stroke(20, arc(500, 250, 96, 130, -190, 10)...), flat(k.accent))
	c.fill(stroke(16, curve(290, 470, 200, 480, 190, 560, 170, 640)...), flat(k.accent))
	c.fill(stroke(16, curve(710, 470, 800, 480, 810, 560, 830, 640)...), flat(k.accent))
	cloth := at(398, 240).line(602, 240).cube(606, 350, 640, 430, 716, 462).line(740, 850).quad(500, 880, 260, 850).line(284, 462).cube(360, 430, 394, 350, 398, 240)
	c.fill(cloth, flush(k.main))
	c.inside(cloth, rect(390, 240, 220, 26), flat(dark(k.main, 0.12)))
	c.inside(cloth, at(330, 440).quad(360, 660, 320, 880).line(366, 880).quad(396, 660, 362, 440), clear(night, 0.06))
	c.fill(round(372, 560, 256, 180, 18), flush(light(k.main, 0.10)))
	c.fill(rect(372, 560, 256, 24), flat(k.accent))
	c.fill(rect(498, 584, 4, 156), clear(night, 0.25))
	c.fill(round(540, 520, 18, 130, 9), flat(wood))
	c.fill(ellipse(549, 512, 24, 34), flat(light(wood, 0.1)))
	c.fill(rect(530, 584, 40, 80), flush(light(k.main, 0.10)))
}
