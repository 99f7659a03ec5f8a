// Package media keeps pictures and videos: what they are, where their bytes
// lie, and in which sizes they are served.
package media

import "time"

// ID is an asset's identity.
type ID int64

// Kind says what an asset is.
type Kind string

// The kinds.
const (
	Image         Kind = "image"
	Video         Kind = "video"
	ExternalVideo Kind = "external_video"
	Model         Kind = "model"
)

// Asset is a picture or a video: a file of ours, or one that stays where it is.
type Asset struct {
	ID          ID
	Kind        Kind
	StorageKey  *string // of a file of ours
	OriginURL   *string // of one that stays where it is
	ContentType string
	Width       *int // pixels; unknown for files of others
	Height      *int
	Alt         string
	Thumbhash   string // base64; a placeholder of some 25 bytes, see ThumbHash
	Bytes       int64
	CreatedAt   time.Time
	UpdatedAt   time.Time
}
