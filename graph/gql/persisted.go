package gql

import (
	"crypto/sha256"
	"encoding/hex"

	"github.com/souk-commerce/souk/internal/kernel/fault"
)

// Automatic persisted queries: a client sends the hash of its document alone,
// and the text with it once, when it is told PERSISTED_QUERY_NOT_FOUND. Only
// documents that were found valid are kept.

// The refusals. The message of the first is what client libraries look for.
var (
	errUnknownHash = fault.New(fault.NotFound, "persisted_query_not_found", "PersistedQueryNotFound")
	errWrongHash   = fault.New(fault.Invalid, "persisted_query_mismatch", "The hash is not that of the document.")
	errHashForm    = fault.New(fault.Invalid, "persisted_query_invalid", "The extension persistedQuery needs version 1 and a sha256Hash.")
)

// persistedHash reads the extension; empty means that there is none.
func persistedHash(extensions map[string]any) (string, error) {
	raw, ok := extensions["persistedQuery"]
	if !ok || raw == nil {
		return "", nil
	}
	ext, _ := raw.(map[string]any)
	hash, _ := ext["sha256Hash"].(string)
	version, ok := whole(ext["version"])
	if !ok || version != 1 || len(hash) != hex.EncodedLen(sha256.Size) {
		return "", errHashForm
	}
	return hash, nil
}

// persistedText gives the text to answer: the one sent, if it fits its hash, or
// the one kept under it.
func (e *engine) persistedText(hash, text string) (string, error) {
	if hash == "" {
		return text, nil
	}
	if text != "" {
		if sum := sha256.Sum256([]byte(text)); hex.EncodeToString(sum[:]) != hash {
			return "", errWrongHash
		}
		return text, nil
	}
	text, ok := e.persisted.get(hash)
	if !ok {
		return "", errUnknownHash
	}
	return text, nil
}

func (e *engine) persist(hash, text string) {
	if hash == "" {
		return
	}
	if _, known := e.persisted.get(hash); !known {
		e.persisted.add(hash, text, len(hash)+len(text))
	}
}
