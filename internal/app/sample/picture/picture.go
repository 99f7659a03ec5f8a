// Package picture draws the pictures of the sample shop: flat, friendly
// illustrations of its wares in the colors of their variants. Nothing is loaded
// and nothing is random: the same Spec always gives the same bytes.
package picture

import (
	"fmt"
	"hash/fnv"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"slices"
)

// View says how a ware is shown.
type View string

// The views.
const (
	Front View = "front" // the ware, whole; also the zero value
	Close View = "close" // nearer and tilted
	Pair  View = "pair"  // two of them
	Scene View = "scene" // several wares on a table, wide
	Logo  View = "logo"  // the shop's sign, a PNG
)

// Spec says what to draw.
type Spec struct {
	View   View   `yaml:"view,omitempty" json:"view,omitempty"`
	Motif  string `yaml:"motif,omitempty" json:"motif,omitempty"`   // one of Motifs
	Color  string `yaml:"color,omitempty" json:"color,omitempty"`   // "#rrggbb", of the ware
	Accent string `yaml:"accent,omitempty" json:"accent,omitempty"` // of its details
	Second string `yaml:"second,omitempty" json:"second,omitempty"` // of the other ware of a pair
	Ground string `yaml:"ground,omitempty" json:"ground,omitempty"` // behind it; empty: one that suits
	Items  []Item `yaml:"items,omitempty" json:"items,omitempty"`   // of a scene, from left to right
}

// Item is one ware of a scene.
type Item struct {
	Motif  string  `yaml:"motif" json:"motif"`
	Color  string  `yaml:"color" json:"color"`
	Accent string  `yaml:"accent,omitempty" json:"accent,omitempty"`
	Size   float64 `yaml:"size,omitempty" json:"size,omitempty"` // 1 by default
}

// The sizes of pictures, in pixels.
const (
	Side        = 1600 // of a ware's picture, which is square
	SceneWidth  = Side
	SceneHeight = Side * 9 / 16
	LogoSide    = 512
)

const quality = 88

// Motifs lists the wares that can be drawn.
func Motifs() []string {
	names := make([]string, 0, len(motifs))
	for name := range motifs {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Validate says whether the spec can be drawn.
func (s Spec) Validate() error {
	items := s.Items
	switch s.View {
	case Logo:
		return nil
	case Scene:
		if len(items) == 0 {
			return fmt.Errorf("a scene has no items")
		}
	case Front, Close, Pair, "":
		items = []Item{{Motif: s.Motif, Color: s.Color, Accent: s.Accent}}
	default:
		return fmt.Errorf("%q is no view", s.View)
	}
	for _, i := range items {
		if _, _, err := i.resolve(); err != nil {
			return err
		}
	}
	if s.Second != "" {
		if _, err := parse(s.Second); err != nil {
			return err
		}
	}
	_, err := s.ground()
	return err
}

// resolve finds the motif and the colors of an item.
func (i Item) resolve() (motif, kit, error) {
	m, ok := motifs[i.Motif]
	if !ok {
		return motif{}, kit{}, fmt.Errorf("%q is no motif", i.Motif)
	}
	main, err := parse(i.Color)
	if err != nil {
		return motif{}, kit{}, err
	}
	accent := against(main)
	if i.Accent != "" {
		if accent, err = parse(i.Accent); err != nil {
			return motif{}, kit{}, err
		}
	}
	return m, kit{main: main, accent: accent}, nil
}

// grounds are soft colors to stand before.
var grounds = []string{"#f1e7da", "#e4eaec", "#f4e1da", "#e3ebdf", "#e8e4f0", "#f6ebcf", "#dfe9e6", "#efe3e6"}

// ground gives the color behind the ware: the one asked for, or one that its
// motif always gets.
func (s Spec) ground() (color.NRGBA, error) {
	if s.Ground != "" {
		return parse(s.Ground)
	}
	h := fnv.New32a()
	_, _ = fmt.Fprint(h, s.Motif, s.Accent, s.View, len(s.Items)) // a hash never fails
	return parse(grounds[int(h.Sum32())%len(grounds)])
}

// Draw writes the picture: a JPEG, or a PNG of the logo.
func Draw(w io.Writer, s Spec) error {
	if err := s.Validate(); err != nil {
		return fmt.Errorf("draw %s: %w", s.Motif, err)
	}
	c, err := s.draw(Side)
	if err != nil {
		return fmt.Errorf("draw %s: %w", s.Motif, err)
	}
	if s.View == Logo {
		return png.Encode(w, c.img)
	}
	return jpeg.Encode(w, c.img, &jpeg.Options{Quality: quality})
}

// draw paints the picture, side pixels wide.
func (s Spec) draw(side int) (*canvas, error) {
	if s.View == Logo {
		c := newCanvas(min(side, LogoSide), min(side, LogoSide))
		drawLogo(c)
		return c, nil
	}
	ground, err := s.ground()
	if err != nil {
		return nil, err
	}
	if s.View == Scene {
		return s.scene(ground, side)
	}
	m, k, err := Item{Motif: s.Motif, Color: s.Color, Accent: s.Accent}.resolve()
	if err != nil {
		return nil, err
	}
	c := newCanvas(side, side)
	switch s.View {
	case Close:
		backdrop(c, ground, flying, 1)
		m.onto(c.within(about(m.focusX(), m.focusY(), 1.55, -7, 520, 500)), k)
	case Pair:
		backdrop(c, ground, m.stance, 2)
		second := kit{main: mix(k.main, k.accent, 0.78), accent: mix(k.accent, k.main, 0.78)}
		if s.Second != "" {
			if second.main, err = parse(s.Second); err != nil {
				return nil, err
			}
			second.accent = k.accent
		}
		m.onto(c.within(about(500, 800, 0.66, 0, 665, 742)), second)
		m.onto(c.within(about(500, 800, 0.74, 0, 335, 812)), k)
	default:
		backdrop(c, ground, m.stance, 0)
		size := 1.0
		if m.stance == standing {
			size = 1.12
		}
		m.onto(c.within(about(500, 500, size, 0, 500, 500)), k)
	}
	return c, nil
}
