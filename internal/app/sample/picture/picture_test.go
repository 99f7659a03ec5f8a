package picture

import (
	"bytes"
	"image"
	_ "image/jpeg" // what is drawn
	_ "image/png"  // what is drawn
	"io"
	"testing"
)

const (
	red  = "#c4643f"
	blue = "#3f6472"
	pale = "#f3e4cf"
)

// small draws with few pixels.
func small(t *testing.T, s Spec) []byte {
	t.Helper()
	if err := s.Validate(); err != nil {
		t.Fatal(err)
	}
	c, err := s.draw(96)
	if err != nil {
		t.Fatal(err)
	}
	return c.img.Pix
}

func TestDraw_showsTheColorsInEachView(t *testing.T) {
	t.Parallel()
	for _, motif := range Motifs() {
		for _, view := range []View{Front, Close, Pair} {
			spec := Spec{View: view, Motif: motif, Color: red, Accent: pale}
			first := small(t, spec)
			if !bytes.Equal(first, small(t, spec)) {
				t.Errorf("%s, %s: the same spec gives different pictures", motif, view)
			}
			spec.Color = blue
			if bytes.Equal(first, small(t, spec)) {
				t.Errorf("%s, %s: another color changes nothing", motif, view)
			}
			spec.Accent = "#45454d"
			if bytes.Equal(first, small(t, spec)) {
				t.Errorf("%s, %s: another accent changes nothing", motif, view)
			}
		}
	}
}

func TestDraw_isOpaqueEverywhere(t *testing.T) {
	t.Parallel()
	scene := Spec{View: Scene, Items: []Item{{Motif: "mug", Color: red}, {Motif: "pendant", Color: blue}, {Motif: "tee", Color: pale}}}
	for _, spec := range []Spec{{Motif: "mug", Color: red}, {View: Close, Motif: "rug", Color: red}, scene, {View: Logo}} {
		for i, pix := 3, small(t, spec); i < len(pix); i += 4 {
			if pix[i] != 255 {
				t.Errorf("%+v: pixel %d is transparent", spec, i/4)
				break
			}
		}
	}
}

func TestDraw_writesFilesOfThePromisedSizes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		spec          Spec
		format        string
		width, height int
	}{
		{Spec{Motif: "basket", Color: red, Accent: pale}, "jpeg", Side, Side},
		{Spec{View: Scene, Items: []Item{{Motif: "mug", Color: red}}}, "jpeg", SceneWidth, SceneHeight},
		{Spec{View: Logo}, "png", LogoSide, LogoSide},
	} {
		var out bytes.Buffer
		if err := Draw(&out, c.spec); err != nil {
			t.Fatal(err)
		}
		size := out.Len()
		cfg, format, err := image.DecodeConfig(&out)
		if err != nil || format != c.format || cfg.Width != c.width || cfg.Height != c.height || size > 200<<10 {
			t.Errorf("%+v: %s, %d x %d, %d bytes, %v", c.spec, format, cfg.Width, cfg.Height, size, err)
		}
	}
}

func TestDraw_refusesWhatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	for name, spec := range map[string]Spec{
		"no motif":     {Color: red},
		"other motif":  {Motif: "spaceship", Color: red},
		"no color":     {Motif: "mug"},
		"other color":  {Motif: "mug", Color: "red"},
		"other accent": {Motif: "mug", Color: red, Accent: "#12345"},
		"other second": {Motif: "mug", Color: red, Second: "#12345g"},
		"other ground": {Motif: "mug", Color: red, Ground: "white"},
		"other view":   {Motif: "mug", Color: red, View: "upside-down"},
		"empty scene":  {View: Scene},
		"odd scene":    {View: Scene, Items: []Item{{Motif: "spaceship", Color: red}}},
	} {
		if err := Draw(io.Discard, spec); err == nil {
			t.Errorf("%s: it was drawn", name)
		}
	}
}
