package render_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/souk-commerce/souk/internal/adapter/media/disk"
	"github.com/souk-commerce/souk/internal/kernel/clock"
	"github.com/souk-commerce/souk/internal/media"
	"github.com/souk-commerce/souk/internal/media/mediatest"
	"github.com/souk-commerce/souk/internal/media/render"
)

func TestHandler_servesTheOriginalWithoutChange(t *testing.T) {
	t.Parallel()
	s := serve(t)
	raw := jpegOf(t, 300, 200)
	path := s.add(t, raw, "Red Cup.JPEG")
	got := s.get(t, path, nil)
	if got.Code != http.StatusOK || !bytes.Equal(got.Body.Bytes(), raw) || !strings.HasSuffix(path, "/red-cup.jpg") {
		t.Fatalf("%s answered %d with %d bytes", path, got.Code, got.Body.Len())
	}
	for name, want := range map[string]string{
		"Content-Type":           "image/jpeg",
		"X-Content-Type-Options": "nosniff",
		"Cache-Control":          "public, max-age=31536000, immutable",
		"Accept-Ranges":          "bytes",
	} {
		if got.Header().Get(name) != want {
			t.Errorf("%s is %q, want %q", name, got.Header().Get(name), want)
		}
	}
	tag := got.Header().Get("ETag")
	if again := s.get(t, path, http.Header{"If-None-Match": {tag}}); again.Code != http.StatusNotModified || again.Body.Len() > 0 {
		t.Errorf("with the tag %s it answered %d", tag, again.Code)
	}
	part := s.get(t, path, http.Header{"Range": {"bytes=10-19"}})
	if part.Code != http.StatusPartialContent || !bytes.Equal(part.Body.Bytes(), raw[10:20]) {
		t.Errorf("the range answered %d with %d bytes", part.Code, part.Body.Len())
	}
	head := s.do(t, http.MethodHead, path, nil)
	if head.Code != http.StatusOK || head.Body.Len() != 0 || head.Header().Get("Content-Length") != fmt.Sprint(len(raw)) {
		t.Errorf("HEAD answered %d, %d bytes, length %s", head.Code, head.Body.Len(), head.Header().Get("Content-Length"))
	}
}

func TestHandler_resizes(t *testing.T) {
	t.Parallel()
	s := serve(t)
	photo := s.add(t, jpegOf(t, 1000, 500), "photo.jpg")
	drawing := s.add(t, pngOf(t, 400, 800), "drawing.png")
	moving := s.add(t, gifOf(t, 100, 100), "moving.gif")
	for _, c := range []struct {
		address, contentType string
		width, height        int
	}{
		{photo + "?width=200", "image/jpeg", 200, 100},
		{photo + "?width=201", "image/jpeg", 240, 120},
		{photo + "?height=100", "image/jpeg", 200, 100},
		{photo + "?width=400&height=50", "image/jpeg", 100, 50},
		{photo + "?width=200&height=200&crop=center", "image/jpeg", 200, 200},
		{photo + "?width=160&height=200&crop=left", "image/jpeg", 160, 200},
		{photo + "?width=4000&height=4000&crop=center", "image/jpeg", 500, 500},
		{photo + "?width=9999", "image/jpeg", 1000, 500},
		{photo + "?width=100&width=200", "image/jpeg", 200, 100},
		{photo + "?width=nonsense&height=-4", "image/jpeg", 1000, 500},
		{photo + "?width=200&format=png", "image/png", 200, 100},
		{photo + "?width=200&format=webp", "image/jpeg", 200, 100},
		{drawing + "?width=100", "image/png", 100, 200},
		{drawing + "?format=jpg", "image/jpeg", 400, 800},
		{drawing + "?format=webp", "image/png", 400, 800},
		{moving + "?width=64", "image/png", 64, 64},
		{moving + "?width=100", "image/gif", 100, 100},
	} {
		got := s.get(t, c.address, nil)
		cfg, format, err := image.DecodeConfig(got.Body)
		if got.Code != http.StatusOK || err != nil || cfg.Width != c.width || cfg.Height != c.height ||
			got.Header().Get("Content-Type") != c.contentType || "image/"+format != c.contentType {
			t.Errorf("%s answered %d, %s, %d x %d %s, %v", c.address, got.Code, got.Header().Get("Content-Type"), cfg.Width, cfg.Height, format, err)
		}
	}
}

func TestHandler_cutsTheSideThatIsAskedFor(t *testing.T) {
	t.Parallel()
	s := serve(t)
	halves := image.NewRGBA(image.Rect(0, 0, 200, 100)) // red left, blue right
	for y := range 100 {
		for x := range 200 {
			halves.SetRGBA(x, y, pick(x < 100, red, blue))
		}
	}
	path := s.add(t, encodePNG(t, halves), "halves.png")
	for crop, want := range map[string]color.RGBA{"left": red, "right": blue} {
		img, err := png.Decode(s.get(t, path+"?width=64&height=64&crop="+crop, nil).Body)
		if err != nil {
			t.Fatal(err)
		}
		if got := color.RGBAModel.Convert(img.At(32, 32)); got != want {
			t.Errorf("crop=%s shows %v", crop, got)
		}
	}
}

func TestHandler_turnsWhatACameraLaidDown(t *testing.T) {
	t.Parallel()
	s := serve(t)
	// 200 x 100 in the file, red left, blue right: turned clockwise the red is above.
	halves := image.NewRGBA(image.Rect(0, 0, 200, 100))
	for y := range 100 {
		for x := range 200 {
			halves.SetRGBA(x, y, pick(x < 100, red, blue))
		}
	}
	path := s.add(t, withOrientation(encodeJPEG(t, halves), 6), "photo.jpg")
	for crop, want := range map[string]color.RGBA{"top": red, "bottom": blue} {
		img, err := jpeg.Decode(s.get(t, path+"?width=64&height=64&crop="+crop, nil).Body)
		if err != nil {
			t.Fatal(err)
		}
		r, _, b, _ := img.At(32, 32).RGBA()
		if isRed := r > b; isRed != (want == red) || img.Bounds().Dx() != 64 {
			t.Errorf("crop=%s shows red: %v, %v", crop, isRed, img.Bounds())
		}
	}
	cfg, err := jpeg.DecodeConfig(s.get(t, path+"?width=48", nil).Body)
	if err != nil || cfg.Width != 48 || cfg.Height != 96 {
		t.Errorf("it stands %d x %d, %v", cfg.Width, cfg.Height, err)
	}
}

func TestHandler_rendersOnceForManyAtTheSameTime(t *testing.T) {
	t.Parallel()
	s := serve(t)
	path := s.add(t, jpegOf(t, 1600, 1600), "large.jpg") + "?width=320"
	var all sync.WaitGroup
	for range 64 {
		all.Go(func() {
			if got := s.get(t, path, nil); got.Code != http.StatusOK {
				t.Errorf("answered %d", got.Code)
			}
		})
	}
	all.Wait()
	s.get(t, path, nil)
	if n := s.copies.puts.Load(); n != 1 {
		t.Errorf("rendered %d times", n)
	}
}

func TestHandler_givesOnePlain404ForWhateverIsWrong(t *testing.T) {
	t.Parallel()
	s := serve(t)
	path := s.add(t, jpegOf(t, 20, 20), "cup.jpg")
	bad := []string{
		"/media/", "/media/ab/cd/unknown.jpg", "/media/..%2f..%2fetc/passwd", "/media/%2e%2e/x.jpg", "/media/%2e%2e%2fx.jpg",
		"/media/..%5cx.jpg", "/media/a%00.jpg", "/media//etc/passwd", "/media/.tmp/x", "/media/../secret", "/other/x.jpg",
		strings.Replace(path, "/cup", "%2fcup", 1), strings.Replace(path, "cup", "%63up", 1), path + "/", path + "/x.jpg",
	}
	for _, k := range mediatest.HostileKeys() {
		bad = append(bad, media.Path+(&httpPath{k}).escaped())
	}
	for _, address := range bad {
		for _, query := range []string{"", "?width=100"} {
			got := s.get(t, address+query, nil)
			if got.Code != http.StatusNotFound || got.Body.String() != "Not Found\n" || got.Header().Get("Cache-Control") != "no-store" {
				t.Errorf("%s answered %d %q", address, got.Code, got.Body)
			}
		}
	}
	if got := s.do(t, http.MethodPost, path, nil); got.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST answered %d", got.Code)
	}
}

func TestHandler_survivesFilesThatAreNoPictures(t *testing.T) {
	t.Parallel()
	s := serve(t)
	broken := jpegOf(t, 100, 100)
	for name, raw := range map[string][]byte{
		"svg.jpg":  []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`),
		"half.jpg": broken[:len(broken)/2],
		"bomb.png": pngHeader(50_000, 50_000),
	} {
		path := s.keep(t, raw, name, "image/"+strings.NewReplacer("jpg", "jpeg").Replace(name[len(name)-3:]))
		if got := s.get(t, path+"?width=32", nil); got.Code == http.StatusOK {
			t.Errorf("%s answered %d", name, got.Code)
		}
	}
}

var (
	red  = color.RGBA{R: 255, A: 255}
	blue = color.RGBA{B: 255, A: 255}
)

func pick(first bool, a, b color.RGBA) color.RGBA {
	if first {
		return a
	}
	return b
}

// httpPath writes a path as it would stand in a request line.
type httpPath struct{ raw string }

func (p *httpPath) escaped() string {
	var out strings.Builder
	for _, b := range []byte(p.raw) {
		if b <= ' ' || b >= 0x7f {
			fmt.Fprintf(&out, "%%%02x", b)
		} else {
			out.WriteByte(b)
		}
	}
	return out.String()
}

// counting counts what is kept.
type counting struct {
	media.Store
	puts atomic.Int64
}

func (c *counting) Put(ctx context.Context, key string, r io.Reader) error {
	c.puts.Add(1)
	return c.Store.Put(ctx, key, r)
}

type server struct {
	originals media.Store
	copies    *counting
	handler   http.Handler
}

func serve(t *testing.T) *server {
	t.Helper()
	originals, err := disk.Open(t.TempDir(), clock.System())
	if err != nil {
		t.Fatal(err)
	}
	cache, err := disk.OpenCache(t.TempDir(), 10<<20, clock.System())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = originals.Close(), cache.Close() })
	copies := &counting{Store: cache}
	r, err := render.New(originals, copies, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return &server{originals: originals, copies: copies, handler: r.Handler()}
}

// add keeps a picture as an upload does, and gives its path.
func (s *server) add(t *testing.T, raw []byte, name string) string {
	t.Helper()
	pic, err := media.Inspect(raw)
	if err != nil {
		t.Fatal(err)
	}
	return s.keep(t, raw, name, pic.ContentType)
}

func (s *server) keep(t *testing.T, raw []byte, name, contentType string) string {
	t.Helper()
	key := media.Key(raw, name, contentType)
	if err := s.originals.Put(t.Context(), key, bytes.NewReader(raw)); err != nil {
		t.Fatal(err)
	}
	return media.URL("", key, media.Transform{})
}

func (s *server) get(t *testing.T, address string, header http.Header) *httptest.ResponseRecorder {
	t.Helper()
	return s.do(t, http.MethodGet, address, header)
}

func (s *server) do(t *testing.T, method, address string, header http.Header) *httptest.ResponseRecorder {
	t.Helper()
	req := httptest.NewRequest(method, "http://shop.example"+address, nil)
	req.Header = header
	if header == nil {
		req.Header = http.Header{}
	}
	got := httptest.NewRecorder()
	s.handler.ServeHTTP(got, req)
	return got
}

func pattern(w, h int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.SetRGBA(x, y, color.RGBA{R: uint8(x), G: uint8(y), B: uint8(x * y), A: 255})
		}
	}
	return img
}

func jpegOf(t *testing.T, w, h int) []byte { t.Helper(); return encodeJPEG(t, pattern(w, h)) }
func pngOf(t *testing.T, w, h int) []byte  { t.Helper(); return encodePNG(t, pattern(w, h)) }

func gifOf(t *testing.T, w, h int) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := gif.Encode(&out, pattern(w, h), nil); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func encodeJPEG(t *testing.T, img image.Image) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := jpeg.Encode(&out, img, nil); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func encodePNG(t *testing.T, img image.Image) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// withOrientation puts an EXIF block with nothing but the orientation into a
// JPEG file.
func withOrientation(raw []byte, o byte) []byte {
	exif := []byte{0xff, 0xe1, 0, 34, 'E', 'x', 'i', 'f', 0, 0, 'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1,
		0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, o, 0, 0, 0, 0, 0, 0}
	return append(append(append([]byte{}, raw[:2]...), exif...), raw[2:]...)
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
