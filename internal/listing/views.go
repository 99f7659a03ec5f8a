package listing

import (
	"net/url"
	"strings"

	"github.com/souk-commerce/souk/internal/media"
)

// What the APIs show of things in a form that the things themselves lack.

// WeightUnit is a unit to show a weight in.
type WeightUnit string

// The units of weight.
const (
	Grams     WeightUnit = "g"
	Kilograms WeightUnit = "kg"
	Ounces    WeightUnit = "oz"
	Pounds    WeightUnit = "lb"
)

// Unit is a unit that contents are measured in, small letters.
type Unit string

// RequiresSellingPlan is always false: there are no subscriptions.
func (*Product) RequiresSellingPlan() bool { return false }

// TrackingParameters is always nil: clicks are told by events.
func (*Product) TrackingParameters() *string { return nil }

// TrackingParameters is always nil: clicks are told by events.
func (*Collection) TrackingParameters() *string { return nil }

// Picture gives the picture of the choice as an entry of a gallery; nil when it
// has none.
func (s *Swatch) Picture() Entry {
	if s.Image == nil {
		return nil
	}
	return s.Image.Entry()
}

// InputJSON gives the filter as JSON text, which clients parse and send back.
func (v FacetValue) InputJSON() any { return v.Input }

// InputJSON gives the filter as JSON text, which clients parse and send back.
func (b PriceBucket) InputJSON() any { return b.Input }

// Swatch gives the color as a swatch; nil when there is none.
func (v FacetValue) Swatch() *Swatch {
	if v.Color == nil {
		return nil
	}
	return &Swatch{Color: v.Color}
}

// Count gives the length of the whole list.
func (p *Collections) Count() uint64 { return uint64(max(p.Total, 0)) }

// Key gives the key inside the namespace.
func (m *Metafield) Key() string { return m.Name.Key }

// Namespace gives the namespace.
func (m *Metafield) Namespace() string { return m.Name.Namespace }

type (
	// VideoID is the identity of a video in a gallery.
	VideoID media.ID
	// ExternalVideoID is the identity of a video that another site plays.
	ExternalVideoID media.ID
	// ModelID is the identity of a model.
	ModelID media.ID
)

// ID gives the video's id.
func (v Video) ID() VideoID { return VideoID(v.Image.ID) }

// ID gives the video's id.
func (v ExternalVideo) ID() ExternalVideoID { return ExternalVideoID(v.Image.ID) }

// ID gives the model's id.
func (m Model) ID() ModelID { return ModelID(m.Image.ID) }

// File is a file to play or to draw. The size of a picture is 0 when it is not
// known.
type File struct {
	URL         string
	ContentType string
	Format      string
	Width       int
	Height      int
	Bytes       int
}

func (m *Media) file() File {
	return File{URL: m.URL(nil), ContentType: m.ContentType, Format: m.Format(), Width: either(m.Width, 0), Height: either(m.Height, 0), Bytes: int(m.Bytes)}
}

// Files gives the files to play.
func (v Video) Files() []File { return []File{v.file()} }

// Files gives the files to draw.
func (m Model) Files() []File { return []File{m.file()} }

// Host is a site that plays videos.
type Host string

// The sites.
const (
	YouTube Host = "youtube"
	Vimeo   Host = "vimeo"
)

// Host gives the site that plays the video.
func (v ExternalVideo) Host() Host {
	if strings.Contains(v.origin, "vimeo.com") {
		return Vimeo
	}
	return YouTube
}

// OriginURL gives the address as the merchant gave it.
func (v ExternalVideo) OriginURL() string { return v.origin }

// EmbedURL gives the address to put into a frame.
func (v ExternalVideo) EmbedURL() string {
	address, err := url.Parse(v.origin)
	if err != nil {
		return v.origin
	}
	last := address.Path[strings.LastIndexByte(address.Path, '/')+1:]
	switch {
	case v.Host() == Vimeo:
		return "https://player.vimeo.com/video/" + last
	case address.Query().Get("v") != "":
		return "https://www.youtube.com/embed/" + url.PathEscape(address.Query().Get("v"))
	}
	return "https://www.youtube.com/embed/" + last
}
