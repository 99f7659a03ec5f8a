package listing

import (
	"cmp"
	"strings"
	"time"

	"github.com/souk-commerce/souk/internal/media"
)

// Image is a picture.
type Image struct {
	ID        MediaID
	Alt       *string
	Width     *int
	Height    *int
	Thumbhash *string

	key       string // of a file of ours
	origin    string // of one that stays where it is
	createdAt time.Time
	base      string // address that our own files are served below
}

// URL gives the picture's address, resized where the file is ours.
func (i *Image) URL(transform *media.Transform) string {
	if i.key == "" {
		return i.origin
	}
	if transform == nil {
		transform = &media.Transform{}
	}
	return media.URL(i.base, i.key, *transform)
}

// Media is an entry of a gallery.
type Media struct {
	Image
	Kind        media.Kind
	ContentType string
	Bytes       int64
}

// Preview gives the picture itself; other kinds have none of their own.
func (m *Media) Preview() *Image {
	if m.Kind != media.Image {
		return nil
	}
	return &m.Image
}

// Format gives the name of the file's format, such as mp4.
func (m *Media) Format() string {
	_, format, _ := strings.Cut(m.ContentType, "/")
	return strings.TrimPrefix(format, "x-")
}

// Entry gives the entry as a type of its own for each kind, which is how the
// APIs tell them apart.
func (m *Media) Entry() Entry {
	switch m.Kind {
	case media.Video:
		return Video{m}
	case media.ExternalVideo:
		return ExternalVideo{m}
	case media.Model:
		return Model{m}
	}
	return Picture{m}
}

// Entry is a gallery entry: a Picture, a Video, an ExternalVideo or a Model.
type Entry any

type (
	// Picture is a picture in a gallery.
	Picture struct{ *Media }
	// Video is a video of ours in a gallery.
	Video struct{ *Media }
	// ExternalVideo is a video that another site plays.
	ExternalVideo struct{ *Media }
	// Model is a model that can be turned.
	Model struct{ *Media }
)

// ImageOf gives a picture that another room keeps; nil when it is none.
func (s *Service) ImageOf(a media.Asset) *Image {
	if a.Kind != media.Image {
		return nil
	}
	return &s.MediaOf(a).Image
}

// MediaOf gives a picture or video that another room keeps.
func (s *Service) MediaOf(a media.Asset) *Media {
	return &Media{Kind: a.Kind, ContentType: a.ContentType, Bytes: a.Bytes, Image: Image{
		ID: a.ID, Alt: filled(a.Alt), Width: a.Width, Height: a.Height, Thumbhash: filled(a.Thumbhash),
		key: text(a.StorageKey), origin: text(a.OriginURL), createdAt: a.CreatedAt, base: s.base,
	}}
}

// MediaSort is what a gallery is ordered by.
type MediaSort string

// The orders of a gallery.
const (
	MediaByPosition  MediaSort = "position"
	MediaByRelevance MediaSort = "relevance" // by position: there is no query
	MediaByID        MediaSort = "id"
	MediaByCreated   MediaSort = "created"
)

func compareMedia(sort MediaSort, a, b *Image) int {
	if sort == MediaByCreated {
		return cmp.Or(a.createdAt.Compare(b.createdAt), cmp.Compare(a.ID, b.ID))
	}
	return cmp.Compare(a.ID, b.ID)
}
