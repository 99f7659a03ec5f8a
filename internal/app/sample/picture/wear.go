package picture

import "image/color"

func drawTee(c *canvas, k kit) {
	body := at(385, 205).quad(500, 290, 615, 205).line(700, 236, 860, 400).quad(872, 414, 858, 428).line(770, 506).
		quad(756, 516, 744, 502).line(708, 462, 716, 820).quad(500, 846, 284, 820).line(292, 462, 256, 502).
		quad(244, 516, 230, 506).line(142, 428).quad(128, 414, 140, 400).line(300, 236)
	c.fill(body, across(light(k.main, 0.12), light(k.main, 0.05), k.main, dark(k.main, 0.12)))
	c.inside(body, stroke(20, arc(500, 190, 128, 92, 10, 170)...), flat(dark(k.main, 0.14)))
	c.inside(body, at(292, 440).quad(312, 640, 284, 830).line(322, 830).quad(340, 640, 300, 440), clear(night, 0.08))
	c.inside(body, at(708, 440).quad(688, 640, 716, 830).line(672, 830).quad(656, 640, 700, 440), clear(night, 0.10))
	c.fill(circle(500, 500, 96), flat(k.accent))
	c.inside(circle(500, 500, 96), at(390, 560).cube(440, 470, 490, 500, 520, 530).cube(550, 560, 580, 520, 610, 510).line(610, 610, 390, 610), flat(mix(k.accent, k.main, 0.65)))
	c.inside(circle(500, 500, 96), circle(540, 460, 26), flat(mix(k.accent, k.main, 0.65)))
}

func drawSweater(c *canvas, k kit) {
	sleeves := at(320, 250).line(190, 330).quad(150, 520, 132, 720).line(226, 742).quad(252, 600, 300, 480).
		and(at(680, 250).line(700, 480).quad(748, 600, 774, 742).line(868, 720).quad(850, 520, 810, 330))
	c.fill(sleeves, across(light(k.main, 0.06), dark(k.main, 0.05), dark(k.main, 0.18)))
	body := at(400, 212).quad(500, 260, 600, 212).line(720, 262).line(712, 800).quad(500, 822, 288, 800).line(280, 262)
	c.fill(body, across(light(k.main, 0.12), k.main, dark(k.main, 0.10)))
	for row := range 3 {
		for i := range 12 {
			x := 268 + 42*float64(i) + 21*float64(row%2)
			y := 356 + 46*float64(row)
			c.inside(body, at(x, y-20).line(x+20, y, x, y+20, x-20, y), flat(k.accent))
		}
	}
	c.inside(body, rect(260, 318, 480, 10).and(rect(260, 488, 480, 10)), flat(k.accent))
	ribs(c, body, 280, 744, 440, 80, k.main)
	cuffs := at(132, 690).line(240, 716, 226, 760, 122, 738).and(at(868, 690).line(878, 738, 774, 760, 760, 716))
	c.fill(cuffs, flat(dark(k.main, 0.2)))
	c.fill(stroke(34, arc(500, 196, 106, 56, 8, 172)...), flat(dark(k.main, 0.16)))
}

// ribs draws the ribbed hem of knitwear.
func ribs(c *canvas, clip *shape, x, y, w, h float64, tint color.NRGBA) {
	c.inside(clip, rect(x-20, y, w+40, h), flat(dark(tint, 0.12)))
	for i := 0.0; i < w; i += 22 {
		c.inside(clip, rect(x+i, y, 9, h), clear(night, 0.14))
	}
}

func drawBeanie(c *canvas, k kit) {
	for a := range 18 {
		c.fill(petal(500, 252, 92, 18, 20*float64(a)), flat(mix(k.accent, white, 0.14*float64(a%3))))
	}
	c.fill(circle(500, 252, 58), flat(light(k.accent, 0.08)))
	dome := at(238, 660).cube(228, 260, 772, 260, 762, 660)
	c.fill(dome, tube(k.main))
	for i := range 9 {
		x := 270 + 57*float64(i)
		c.inside(dome, stroke(7, curve(x, 670, x, 520, 500+(x-500)*0.6, 390, 500, 330)...), clear(night, 0.12))
	}
	cuff := round(206, 610, 588, 150, 48)
	c.fill(cuff, tube(light(k.main, 0.08)))
	for i := range 23 {
		c.inside(cuff, rect(218+25*float64(i), 600, 9, 170), clear(night, 0.11))
	}
	c.fill(round(560, 648, 120, 74, 8), flat(k.accent))
	c.fill(round(580, 676, 80, 10, 5), flat(against(k.accent)))
}

func drawScarf(c *canvas, k kit) {
	tail := func(x, y, h, tilt float64, tint color.NRGBA) {
		d := c.within(turned(x, y, tilt))
		strip := rect(x-78, y, 156, h)
		d.fill(strip, flush(tint))
		for i := 0.0; i+70 < h; i += 106 {
			d.inside(strip, rect(x-90, y+i+50, 180, 34), flush(k.accent))
		}
		for i := range 8 {
			fx := x - 70 + 20*float64(i)
			d.fill(stroke(10, fx, y+h, fx, y+h+52), flat(mix(tint, k.accent, 0.3)))
		}
	}
	tail(566, 330, 400, -9, dark(k.main, 0.12))
	tail(448, 330, 440, 7, k.main)
	loop := at(300, 300).cube(300, 130, 700, 130, 700, 300).cube(700, 420, 600, 470, 500, 470).cube(400, 470, 300, 420, 300, 300)
	c.fill(loop, across(light(k.main, 0.12), k.main, dark(k.main, 0.14)))
	c.fill(at(372, 268).cube(390, 190, 610, 190, 628, 268).cube(560, 316, 440, 316, 372, 268), flat(dark(k.main, 0.42)))
	c.inside(loop, at(320, 330).quad(500, 450, 680, 330).line(684, 362).quad(500, 490, 316, 362), clear(k.accent, 0.9))
	c.inside(loop, at(310, 300).quad(500, 400, 690, 300).line(690, 308).quad(500, 410, 310, 308), clear(night, 0.14))
}

func drawSocks(c *canvas, k kit) {
	one := func(dx, dy float64, tint color.NRGBA) {
		d := c.within(matrix{1, 0, dx, 0, 1, dy})
		sock := at(420, 200).line(590, 200, 590, 560).cube(590, 620, 560, 650, 520, 690).line(410, 790).cube(350, 840, 270, 800, 262, 730).
			cube(258, 690, 290, 660, 330, 640).cube(390, 610, 420, 580, 420, 530)
		d.fill(sock, across(light(tint, 0.10), tint, dark(tint, 0.10)))
		d.inside(sock, circle(290, 740, 92), flat(k.accent))
		d.inside(sock, circle(600, 600, 84), flat(k.accent))
		d.inside(sock, rect(400, 190, 200, 70), flat(dark(tint, 0.12)))
		for i := range 8 {
			d.inside(sock, rect(426+21*float64(i), 196, 8, 64), clear(night, 0.12))
		}
		d.inside(sock, rect(400, 316, 200, 22).and(rect(400, 360, 200, 22), rect(400, 404, 200, 22)), flat(k.accent))
	}
	one(150, -6, dark(k.main, 0.14))
	one(-30, 20, k.main)
}

func drawTote(c *canvas, k kit) {
	c.fill(stroke(26, arc(500, 420, 130, 200, -180, 0)...), flat(dark(k.main, 0.24)))
	body := at(270, 400).line(730, 400, 772, 778).quad(774, 802, 748, 802).line(252, 802).quad(226, 802, 228, 778)
	c.fill(body, flush(k.main))
	c.inside(body, rect(220, 400, 560, 44), flat(dark(k.main, 0.08)))
	c.fill(stroke(26, arc(500, 440, 130, 220, -180, 0)...), flush(mix(k.main, k.accent, 0.2)))
	for _, x := range []float64{370, 630} {
		c.fill(round(x-19, 424, 38, 74, 6), flat(mix(k.main, k.accent, 0.2)))
		c.fill(stroke(4, x-12, 436, x+12, 486), clear(night, 0.3))
		c.fill(stroke(4, x+12, 436, x-12, 486), clear(night, 0.3))
	}
	c.fill(circle(500, 630, 96), flat(k.accent))
	c.inside(circle(500, 630, 96), at(396, 660).quad(450, 610, 500, 656).quad(550, 700, 604, 648).line(604, 740, 396, 740), flat(mix(k.accent, k.main, 0.7)))
	c.inside(body, at(640, 400).quad(680, 600, 650, 810).line(700, 810).quad(716, 600, 680, 400), clear(night, 0.06))
}

func drawBackpack(c *canvas, k kit) {
	c.fill(stroke(22, arc(500, 252, 66, 64, -180, 0)...), flat(k.accent))
	c.fill(round(212, 470, 90, 250, 40).and(round(698, 470, 90, 250, 40)), tube(dark(k.main, 0.22)))
	body := at(270, 780).line(262, 430).cube(262, 170, 738, 170, 738, 430).line(730, 780).quad(728, 802, 704, 802).line(296, 802).quad(272, 802, 270, 780)
	c.fill(body, tube(k.main))
	flap := at(258, 380).cube(270, 190, 730, 190, 742, 380).line(738, 480).quad(500, 560, 262, 480)
	c.fill(flap, tube(light(k.main, 0.08)))
	c.inside(body, at(262, 488).quad(500, 566, 738, 488).line(738, 500).quad(500, 580, 262, 500), clear(night, 0.2))
	c.fill(round(330, 590, 340, 190, 34), tube(dark(k.main, 0.07)))
	c.fill(rect(330, 632, 340, 7), clear(night, 0.28))
	for _, x := range []float64{392, 608} {
		c.fill(round(x-18, 400, 36, 250, 8), flush(k.accent))
		c.fill(round(x-27, 560, 54, 46, 8), flat(brass))
		c.fill(round(x-17, 570, 34, 26, 5), flat(dark(k.accent, 0.2)))
	}
	c.fill(round(448, 330, 104, 66, 10), flat(k.accent))
}

func drawPouch(c *canvas, k kit) {
	body := round(210, 510, 580, 292, 46)
	c.fill(body, flush(k.main))
	c.inside(body, rect(200, 690, 600, 120), flush(k.accent))
	c.inside(body, rect(200, 686, 600, 5), clear(night, 0.25))
	c.fill(round(230, 500, 540, 38, 12), flat(dark(k.main, 0.26)))
	for i := range 26 {
		c.fill(rect(244+20*float64(i), 510, 10, 18), flat(brass))
	}
	c.fill(round(690, 496, 46, 46, 12), flat(brass))
	c.fill(stroke(16, 722, 530, 742, 610), flat(hide))
	c.fill(round(724, 590, 38, 84, 12), flat(hide))
	c.fill(round(290, 590, 130, 62, 8), flat(light(k.accent, 0.2)))
	c.fill(round(312, 616, 86, 10, 5), flat(dark(k.main, 0.2)))
}

func drawDuffel(c *canvas, k kit) {
	c.fill(stroke(24, arc(500, 500, 170, 190, -180, 0)...), flat(dark(k.accent, 0.25)))
	body := round(130, 430, 740, 372, 130)
	c.fill(body, across(dark(k.main, 0.12), light(k.main, 0.10), k.main, k.main, dark(k.main, 0.24)))
	c.inside(body, rect(120, 430, 128, 380).and(rect(752, 430, 128, 380)), tube(k.accent))
	c.fill(stroke(24, arc(500, 540, 170, 200, -180, 0)...), flush(k.accent))
	c.inside(body, rect(316, 520, 30, 290).and(rect(654, 520, 30, 290)), flat(k.accent))
	c.inside(body, rect(248, 462, 504, 12), clear(night, 0.4))
	c.fill(round(690, 450, 44, 36, 8), flat(brass))
	c.fill(round(400, 600, 200, 130, 18), flush(dark(k.main, 0.10)))
	c.fill(rect(400, 624, 200, 7), clear(night, 0.35))
	c.inside(body, at(120, 740).quad(500, 800, 880, 740).line(880, 820, 120, 820), clear(night, 0.12))
}

func drawFlask(c *canvas, k kit) {
	c.fill(ring(500, 214, 62, 58, 20), flat(dark(k.accent, 0.2)))
	c.fill(round(412, 240, 176, 110, 22), tube(k.accent))
	for i := range 7 {
		c.fill(rect(430+22*float64(i), 262, 6, 70), clear(night, 0.12))
	}
	body := at(424, 346).line(576, 346).cube(592, 400, 636, 404, 636, 470).line(636, 762).quad(636, 802, 598, 802).
		line(402, 802).quad(364, 802, 364, 762).line(364, 470).cube(364, 404, 408, 400, 424, 346)
	c.fill(body, tube(k.main))
	c.inside(body, rect(350, 744, 300, 60), tube(steel))
	c.inside(body, rect(350, 740, 300, 5), clear(night, 0.25))
	c.fill(at(500, 520).line(556, 620, 444, 620), flat(k.accent))
	c.fill(at(540, 556).line(582, 620, 498, 620), clear(k.accent, 0.6))
	c.fill(circle(548, 520, 17), flat(k.accent))
	c.fill(round(388, 450, 16, 270, 8), clear(white, 0.34))
}
