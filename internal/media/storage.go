package media

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"path"
	"regexp"
	"strings"
	"time"

	"github.com/souk-commerce/souk/internal/kernel/fault"
)

// Store keeps files under keys. A file under a key never changes: keys are made
// of the content. A key that is not well formed names no file.
type Store interface {
	// Put keeps what r gives, all of it or nothing. A file that is there
	// already stays.
	Put(ctx context.Context, key string, r io.Reader) error
	// Open gives a file, ErrNoFile when there is none. The caller closes it.
	Open(ctx context.Context, key string) (io.ReadSeekCloser, Info, error)
	// Delete takes a file away; one that is gone is no fault.
	Delete(ctx context.Context, key string) error
}

// Info is what a store knows of a file.
type Info struct {
	Size       int64
	ModifiedAt time.Time
}

// The refusals of stores.
var (
	ErrNoFile = fault.New(fault.NotFound, "file_not_found", "There is no such file.")
	ErrKey    = fault.New(fault.Invalid, "invalid_key", "This is no key of a file.")
)

const maxKey = 400

// wellFormed keys are lower-case words between slashes. No part begins with a
// dot, so none leads upward or to a hidden file.
var wellFormed = regexp.MustCompile(`^[a-z0-9_][a-z0-9._-]{0,119}(/[a-z0-9_][a-z0-9._-]{0,119}){0,7}$`)

// ValidKey reports whether a key is well formed. Stores refuse all others.
func ValidKey(key string) bool { return len(key) <= maxKey && wellFormed.MatchString(key) }

// formats are the picture formats that are taken in, by the name that package
// image gives them.
var formats = map[string]struct{ contentType, extension string }{
	"jpeg": {"image/jpeg", ".jpg"},
	"png":  {"image/png", ".png"},
	"gif":  {"image/gif", ".gif"},
	"webp": {"image/webp", ".webp"},
}

// Key names a file by its content: "ab/cd/<sha256>/<name>.jpg". The name is
// only for people; its extension follows the content type.
func Key(raw []byte, name, contentType string) string {
	sum := sha256.Sum256(raw)
	digest := hex.EncodeToString(sum[:])
	return path.Join(digest[:2], digest[2:4], digest, stem(name)+extension(contentType))
}

func extension(contentType string) string {
	for _, f := range formats {
		if f.contentType == contentType {
			return f.extension
		}
	}
	return ".bin"
}

// ContentType tells by its key what a file is served as.
func ContentType(key string) string {
	for _, f := range formats {
		if f.extension == path.Ext(key) {
			return f.contentType
		}
	}
	return "application/octet-stream"
}

var unsafe = regexp.MustCompile(`[^a-z0-9]+`)

// stem makes a short, plain name of a file's name.
func stem(name string) string {
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	name = strings.ToLower(strings.TrimSuffix(name, path.Ext(name)))
	name = strings.Trim(unsafe.ReplaceAllString(name, "-"), "-")
	if len(name) > 80 {
		name = strings.Trim(name[:80], "-")
	}
	if name == "" {
		return "picture"
	}
	return name
}
