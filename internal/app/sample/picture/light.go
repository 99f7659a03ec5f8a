package picture

func drawLamp(c *canvas, k kit) {
	c.glow(500, 420, 520, 0.50, warm)
	c.fill(rect(488, 430, 24, 300), tube(brass))
	c.fill(at(400, 802).cube(392, 700, 470, 690, 470, 640).line(530, 640).cube(530, 690, 608, 700, 600, 802), tube(k.accent))
	c.fill(circle(500, 618, 38), tube(k.accent))
	shade := at(390, 200).line(610, 200, 730, 500).quad(500, 556, 270, 500)
	c.fill(shade, across(light(k.main, 0.14), light(k.main, 0.30), k.main, dark(k.main, 0.12)))
	c.inside(shade, rect(260, 190, 480, 370), downward(alpha(warm, 0.05), alpha(warm, 0.45)))
	for i := range 7 {
		x := 410 + 30*float64(i)
		c.inside(shade, stroke(4, x, 195, 500+(x-500)*2.15, 540), clear(night, 0.07))
	}
	c.fill(ellipse(500, 200, 110, 16), flat(light(k.main, 0.45)))
	c.fill(stroke(6, 560, 520, 566, 600), flat(brass))
	c.fill(circle(566, 606, 11), flat(brass))
}

func drawPendant(c *canvas, k kit) {
	c.glow(500, 640, 430, 0.65, warm)
	c.fill(rect(495, -20, 10, 290), flat(dark(k.main, 0.5)))
	c.fill(round(462, 250, 76, 70, 18), tube(brass))
	dome := at(440, 310).line(560, 310).cube(600, 400, 760, 430, 790, 600).line(210, 600).cube(240, 430, 400, 400, 440, 310)
	c.fill(dome, tube(k.main))
	c.inside(dome, rect(190, 572, 620, 30), tube(k.accent))
	c.fill(ellipse(500, 600, 290, 44), flat(dark(k.main, 0.35)))
	c.fill(ellipse(500, 604, 262, 34), flat(light(warm, 0.2)))
	c.fill(circle(500, 618, 46), flat(light(flame, 0.7)))
	c.fill(at(330, 540).quad(360, 450, 452, 400).quad(390, 462, 366, 546), clear(white, 0.30))
}

func drawLantern(c *canvas, k kit) {
	c.glow(500, 560, 460, 0.60, warm)
	c.fill(ring(500, 200, 74, 74, 15), flat(dark(k.main, 0.2)))
	c.fill(at(430, 270).line(570, 270, 660, 370, 340, 370), tube(k.main))
	c.fill(round(326, 362, 348, 40, 12), tube(dark(k.main, 0.1)))
	c.fill(rect(352, 400, 296, 330), clear(light(warm, 0.35), 0.85))
	c.glow(500, 560, 180, 0.8, flame)
	c.fill(round(446, 610, 108, 124, 12), across(cream, light(cream, 0.4), dark(cream, 0.12)))
	c.fill(at(500, 494).cube(540, 560, 534, 604, 500, 608).cube(466, 604, 460, 560, 500, 494), downward(light(flame, 0.6), flame))
	for _, x := range []float64{346, 492, 634} {
		c.fill(rect(x, 396, 18, 340), flush(k.main))
	}
	c.fill(rect(346, 556, 306, 12), flat(k.main))
	c.fill(round(316, 728, 368, 74, 14), tube(k.main))
	c.fill(rect(330, 752, 340, 14), tube(k.accent))
}

func drawGlobe(c *canvas, k kit) {
	c.glow(500, 450, 480, 0.70, warm)
	c.fill(at(380, 802).cube(390, 730, 440, 700, 452, 640).line(548, 640).cube(560, 700, 610, 730, 620, 802), tube(k.accent))
	c.fill(round(430, 612, 140, 46, 18), tube(brass))
	ball := circle(500, 420, 208)
	c.fill(ball, across(light(k.main, 0.72), light(k.main, 0.5), light(k.main, 0.28)))
	c.glow(480, 400, 200, 0.85, light(warm, 0.5))
	c.fill(at(346, 420).quad(344, 300, 452, 252).quad(374, 320, 374, 430), clear(white, 0.6))
}
