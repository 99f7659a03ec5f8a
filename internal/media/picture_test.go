package media_test

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"net/url"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/souk-commerce/souk/internal/media"
)

func TestInspect_refusesWhatIsNoPicture(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{
		"", "GIF89", "hello", `<svg xmlns="http://www.w3.org/2000/svg"/>`, `<?xml version="1.0"?><svg/>`,
		"<!doctype html><script>alert(1)</script>", "%PDF-1.7", "BM\x00\x00\x00\x00",
	} {
		if _, err := media.Inspect([]byte(raw)); !errors.Is(err, media.ErrNotPicture) {
			t.Errorf("%q: %v", raw, err)
		}
	}
}

func TestInspect_refusesBombsByTheirHeader(t *testing.T) {
	t.Parallel()
	for _, side := range [][2]uint32{{50_000, 50_000}, {1, 40_000_001}, {6_400, 6_400}} {
		if _, err := media.Inspect(pngHeader(side[0], side[1])); !errors.Is(err, media.ErrTooLarge) {
			t.Errorf("%d x %d: %v", side[0], side[1], err)
		}
	}
	if _, err := media.Inspect(make([]byte, media.MaxFile+1)); !errors.Is(err, media.ErrTooLarge) {
		t.Errorf("a file over the limit: %v", err)
	}
	if p, err := media.Inspect(pngHeader(8_000, 5_000)); err != nil || p.Width != 8_000 || p.Height != 5_000 {
		t.Errorf("40 megapixels: %+v, %v", p, err)
	}
}

func TestKey_isWellFormedWhateverTheName(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.String().Draw(t, "name")
		if key := media.Key([]byte(name), name, "image/png"); !media.ValidKey(key) || media.ContentType(key) != "image/png" {
			t.Fatalf("%q makes the key %q", name, key)
		}
	})
}

func TestPlan_neverLeavesOrOutgrowsTheOriginal(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w, h := rapid.IntRange(1, 6000).Draw(t, "w"), rapid.IntRange(1, 6000).Draw(t, "h")
		tr := drawTransform(t)
		p := tr.Plan(w, h)
		if !p.From.In(image.Rect(0, 0, w, h)) || p.From.Empty() {
			t.Fatalf("%+v takes %v of %d x %d", tr, p.From, w, h)
		}
		if p.Width < 1 || p.Height < 1 || p.Width > w || p.Height > h {
			t.Fatalf("%+v makes %d x %d of %d x %d", tr, p.Width, p.Height, w, h)
		}
		if again := tr.Plan(w, h); again != p {
			t.Fatalf("%+v is planned as %+v and as %+v", tr, p, again)
		}
	})
}

func TestPlan_makesFewSizesOfOnePicture(t *testing.T) {
	t.Parallel()
	fitted, cut := map[string]bool{}, map[string]bool{}
	for w := 0; w <= 3000; w += 7 {
		for h := 0; h <= 3000; h += 7 {
			fitted[media.Transform{Width: w, Height: h}.Plan(1600, 1200).Name()] = true
		}
		cut[media.Transform{Width: w, Height: w, Crop: media.CropCenter}.Plan(1600, 1200).Name()] = true
	}
	if len(fitted) > 22 || len(cut) > 22 {
		t.Errorf("%d sizes fitted, %d square", len(fitted), len(cut))
	}
}

func TestPlan_keepsCommonShapesExactly(t *testing.T) {
	t.Parallel()
	for _, shape := range [][2]int{{1, 1}, {4, 5}, {3, 4}, {2, 3}, {9, 16}, {16, 9}, {5, 4}, {3, 2}} {
		p := media.Transform{Width: 240 * shape[0], Height: 240 * shape[1], Crop: media.CropCenter}.Plan(5000, 5000)
		want := float64(shape[0]) / float64(shape[1])
		if got := float64(p.Width) / float64(p.Height); got < want*0.998 || got > want*1.002 {
			t.Errorf("%v became %d x %d", shape, p.Width, p.Height)
		}
	}
}

func TestURL_isReadBackAsItWasMeant(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		tr := drawTransform(t)
		address, err := url.Parse(media.URL("https://shop.example/", "ab/cup.jpg", tr))
		if err != nil || address.Path != "/media/ab/cup.jpg" {
			t.Fatal(address, err)
		}
		if got, want := media.ParseTransform(address.Query()).Plan(1234, 987), tr.Plan(1234, 987); got != want {
			t.Fatalf("%s means %+v, not %+v", address, got, want)
		}
	})
}

func drawTransform(t *rapid.T) media.Transform {
	return media.Transform{
		Width:  rapid.IntRange(-5, 7000).Draw(t, "width"),
		Height: rapid.IntRange(-5, 7000).Draw(t, "height"),
		Crop:   rapid.SampledFrom([]media.Crop{"", "center", "top", "bottom", "left", "right"}).Draw(t, "crop"),
		Format: rapid.SampledFrom([]media.Format{"", "jpg", "png", "webp"}).Draw(t, "format"),
		Scale:  rapid.IntRange(0, 4).Draw(t, "scale"),
	}
}

// The expected hashes were computed with the reference implementation,
// thumbhash 0.1.1.
func TestThumbhash_agreesWithTheReference(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		w, h int
		want string
		at   func(x, y int) color.NRGBA
	}{
		{100, 60, "HsgJHJBSVUdgeHiGh3dygKn3iA==", func(x, y int) color.NRGBA {
			return color.NRGBA{uint8(x * x), uint8(y*3 + x), uint8(x * y), 255}
		}},
		{30, 90, "mjcKIhhgcnd3dnd3sJIL14g=", func(x, y int) color.NRGBA {
			return color.NRGBA{uint8(x * 8), uint8(y * 2), uint8(x * y), 255}
		}},
		{64, 64, "nAeCBQInNimiiKFXCTTAQPP2cHd1eHh4dw==", func(x, y int) color.NRGBA {
			return color.NRGBA{uint8(x * x), uint8(y * y), uint8(x * y * 3), uint8(x*3 + y)}
		}},
	} {
		img := image.NewNRGBA(image.Rect(0, 0, c.w, c.h))
		for y := range c.h {
			for x := range c.w {
				img.SetNRGBA(x, y, c.at(x, y))
			}
		}
		if got := media.Thumbhash(img); got != c.want {
			t.Errorf("%d x %d: %s, want %s", c.w, c.h, got, c.want)
		}
	}
}

func TestThumbhash_isShortForAnyPicture(t *testing.T) {
	t.Parallel()
	for _, r := range []image.Rectangle{image.Rect(0, 0, 1, 1), image.Rect(5, 5, 3005, 6), image.Rect(0, 0, 1, 900), image.Rect(-9, -9, 400, 300)} {
		for _, img := range []image.Image{image.NewRGBA(r), image.NewGray(r), image.NewYCbCr(r, image.YCbCrSubsampleRatio420)} {
			if got := media.Thumbhash(img); len(got) < 12 || len(got) > 44 || strings.Trim(got, "=") == "" {
				t.Errorf("%T %v: %q", img, r, got)
			}
		}
	}
}

// pngHeader is a PNG that claims a size and holds nothing.
func pngHeader(w, h uint32) []byte {
	ihdr := binary.BigEndian.AppendUint32([]byte("IHDR"), w)
	ihdr = binary.BigEndian.AppendUint32(ihdr, h)
	ihdr = append(ihdr, 8, 6, 0, 0, 0)
	out := append([]byte("\x89PNG\r\n\x1a\n"), 0, 0, 0, 13)
	out = append(out, ihdr...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(ihdr))
}
