package render

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path"
	"strings"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/sync/semaphore"
	"golang.org/x/sync/singleflight"

	"github.com/souk-commerce/souk/internal/media"
)

// Renderer gives pictures in the sizes that are asked for. A copy is made once,
// however many ask for it at the same time, and kept until its store lets it go.
type Renderer struct {
	originals media.Store
	copies    media.Store
	log       *slog.Logger
	pictures  *lru.Cache[string, media.Picture] // by key: a file never changes
	flights   singleflight.Group
	hands     *semaphore.Weighted
}

const (
	// atOnce is how many copies are made at the same time: decoding holds a
	// whole picture in memory.
	atOnce = 2
	// large is the number of pixels from which a picture is worked on alone.
	large = 12_000_000
	// remembered is the number of pictures whose sizes are kept in memory.
	remembered = 20_000
)

// New makes a renderer. Whatever is in copies can be made again.
func New(originals, copies media.Store, log *slog.Logger) (*Renderer, error) {
	pictures, err := lru.New[string, media.Picture](remembered)
	if err != nil {
		return nil, fmt.Errorf("make renderer: %w", err)
	}
	return &Renderer{originals: originals, copies: copies, log: log, pictures: pictures,
		hands: semaphore.NewWeighted(atOnce)}, nil
}

// File is a file to serve. The caller closes it.
type File struct {
	io.ReadSeekCloser
	Key  string // of the original, or of the copy: it names the content
	Info media.Info
}

// Open gives a picture as the transform asks for: the original where that
// comes to the same, or where it is no picture that can be drawn.
func (r *Renderer) Open(ctx context.Context, key string, t media.Transform) (File, error) {
	f, info, err := r.originals.Open(ctx, key)
	if err != nil {
		return File{}, fmt.Errorf("open original: %w", err)
	}
	original := File{ReadSeekCloser: f, Key: key, Info: info}
	if t == (media.Transform{}) || !strings.HasPrefix(media.ContentType(key), "image/") {
		return original, nil
	}
	pic, err := r.inspect(original)
	if err != nil {
		return File{}, errors.Join(err, f.Close())
	}
	j := plan(key, pic, t)
	if j.key == key {
		return original, nil
	}
	if err := f.Close(); err != nil {
		return File{}, fmt.Errorf("close original: %w", err)
	}
	return r.open(ctx, j, info)
}

// inspect learns what a picture is and leaves the file at its beginning.
func (r *Renderer) inspect(f File) (media.Picture, error) {
	if pic, ok := r.pictures.Get(f.Key); ok {
		return pic, nil
	}
	raw, err := io.ReadAll(io.LimitReader(f, media.MaxFile+1))
	if err != nil {
		return media.Picture{}, fmt.Errorf("read original: %w", err)
	}
	pic, err := media.Inspect(raw)
	if err != nil {
		return media.Picture{}, err
	}
	r.pictures.Add(f.Key, pic)
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return media.Picture{}, fmt.Errorf("read original: %w", err)
	}
	return pic, nil
}

// job is a copy to make.
type job struct {
	original    string
	key         string // of the copy; the original's own where nothing is to do
	plan        media.Plan
	contentType string
	pixels      int
}

// plan settles what copy a transform means.
func plan(key string, pic media.Picture, t media.Transform) job {
	j := job{original: key, key: key, plan: t.Plan(pic.Width, pic.Height), contentType: output(pic.ContentType, t.Format),
		pixels: pic.Width * pic.Height}
	whole := j.plan.Whole(pic.Width, pic.Height)
	if whole && (j.contentType == pic.ContentType || t.Format == media.FormatOriginal || t.Format == media.FormatWebP) {
		return j
	}
	name := strings.TrimSuffix(path.Base(key), path.Ext(key))
	j.key = path.Join(path.Dir(key), j.plan.Name(), name+extension(j.contentType))
	return j
}

// output settles the format of a copy. What cannot be written becomes PNG,
// which loses nothing.
func output(original string, asked media.Format) string {
	switch {
	case asked == media.FormatJPEG, asked != media.FormatPNG && original == "image/jpeg":
		return "image/jpeg"
	default:
		return "image/png"
	}
}

func extension(contentType string) string {
	if contentType == "image/jpeg" {
		return ".jpg"
	}
	return ".png"
}

// open gives a copy that is kept, or makes it.
func (r *Renderer) open(ctx context.Context, j job, original media.Info) (File, error) {
	f, info, err := r.copies.Open(ctx, j.key)
	if err == nil {
		return File{ReadSeekCloser: f, Key: j.key, Info: info}, nil
	}
	if !errors.Is(err, media.ErrNoFile) {
		r.log.WarnContext(ctx, "reading a copy of a picture failed", "key", j.key, "error", err)
	}
	made := r.flights.DoChan(j.key, func() (any, error) {
		return r.obtain(context.WithoutCancel(ctx), j) // others wait for it too
	})
	select {
	case <-ctx.Done():
		return File{}, ctx.Err()
	case got := <-made:
		content, ok := got.Val.([]byte)
		if got.Err != nil || !ok {
			return File{}, got.Err
		}
		info := media.Info{Size: int64(len(content)), ModifiedAt: original.ModifiedAt}
		return File{ReadSeekCloser: memory{bytes.NewReader(content)}, Key: j.key, Info: info}, nil
	}
}

// obtain reads a copy that was made a moment ago, else makes it. A picture that
// brings a decoder down is one picture not served, nothing more.
func (r *Renderer) obtain(ctx context.Context, j job) (content []byte, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("draw %s: panic: %v", j.key, p)
		}
	}()
	if f, _, err := r.copies.Open(ctx, j.key); err == nil {
		content, err := io.ReadAll(f)
		return content, errors.Join(err, f.Close())
	}
	return r.draw(ctx, j)
}

// draw makes a copy and keeps it. A copy that cannot be kept is served all the
// same.
func (r *Renderer) draw(ctx context.Context, j job) ([]byte, error) {
	weight := int64(1)
	if j.pixels >= large {
		weight = atOnce
	}
	if err := r.hands.Acquire(ctx, weight); err != nil {
		return nil, fmt.Errorf("wait to draw: %w", err)
	}
	defer r.hands.Release(weight)
	f, _, err := r.originals.Open(ctx, j.original)
	if err != nil {
		return nil, fmt.Errorf("open original: %w", err)
	}
	raw, err := io.ReadAll(io.LimitReader(f, media.MaxFile+1))
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, fmt.Errorf("read original: %w", err)
	}
	content, err := resize(raw, j.plan, j.contentType)
	if err != nil {
		return nil, err
	}
	if err := r.copies.Put(ctx, j.key, bytes.NewReader(content)); err != nil {
		r.log.WarnContext(ctx, "keeping a copy of a picture failed", "key", j.key, "error", err)
	}
	return content, nil
}

// memory is a file that needs no closing.
type memory struct{ *bytes.Reader }

func (memory) Close() error { return nil }
