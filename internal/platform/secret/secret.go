// Package secret makes what must not be guessed: keys for one purpose each,
// derived from the server's key; signatures that can be shown again; random
// tokens that are stored as hashes only.
package secret

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/souk-commerce/souk/internal/kernel/fault"
)

// MinLength is the least number of bytes of a server key.
const MinLength = 32

// Config holds the server's key.
type Config struct {
	Key      string   `env:"SOUK_SECRET_KEY" secret:"true" doc:"the server's key, from which tokens and signatures are derived; at least 32 bytes, required in production, in dev made and kept in the data directory"`
	Previous []string `env:"SOUK_SECRET_KEY_PREVIOUS" secret:"true" doc:"keys that SOUK_SECRET_KEY replaced, comma between them, for as long as what they signed should hold"`
}

// Open gives the configured key, else the one in the file at path.
func Open(cfg Config, path string) (Key, error) {
	if cfg.Key != "" {
		return NewKey(cfg.Key, cfg.Previous...)
	}
	return KeyFile(path)
}

// Key is the server's key, with those it replaced: what an older one signed
// still holds until it is taken out of the configuration.
type Key struct {
	all [][]byte // the one in use first
}

// NewKey makes the server's key.
func NewKey(current string, previous ...string) (Key, error) {
	var k Key
	for _, text := range append([]string{current}, previous...) {
		if len(text) < MinLength {
			return Key{}, fault.Newf(fault.Invalid, "secret_key_short", "the server key has at least %d bytes", MinLength).At("SOUK_SECRET_KEY")
		}
		k.all = append(k.all, []byte(text))
	}
	return k, nil
}

// KeyFile reads the server's key from a file, which it makes, for its owner
// alone, when there is none.
func KeyFile(path string) (Key, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		text, err = createKey(path)
	}
	if err != nil {
		return Key{}, fmt.Errorf("server key: %w", err)
	}
	return NewKey(strings.TrimSpace(string(text)))
}

// createKey lets the first of several processes win.
func createKey(path string) ([]byte, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	draft, err := os.CreateTemp(filepath.Dir(path), "key-*") // for its owner alone
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.Remove(draft.Name()) }()
	_, err = draft.WriteString(Token() + "\n")
	if err := errors.Join(err, draft.Sync(), draft.Close()); err != nil {
		return nil, err
	}
	if err := os.Link(draft.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	return os.ReadFile(path)
}

// Derive gives the key for one purpose: 32 bytes that tell nothing about those
// for another.
func (k Key) Derive(purpose string) []byte { return derive(k.all[0], purpose) }

// DeriveAll gives the keys for one purpose, the one in use first and then those
// that may still be met.
func (k Key) DeriveAll(purpose string) [][]byte {
	all := make([][]byte, len(k.all))
	for i, key := range k.all {
		all[i] = derive(key, purpose)
	}
	return all
}

func derive(key []byte, purpose string) []byte {
	out, err := hkdf.Key(sha256.New, key, nil, "souk:"+purpose, sha256.Size)
	if err != nil {
		panic(err) // only for lengths that no constant has
	}
	return out
}

// Sign gives the secret that belongs to parts (an id and an epoch, say) for one
// purpose. The same parts give the same secret, so it can be shown again and
// need not be stored.
func (k Key) Sign(purpose string, parts ...string) string {
	return sign(k.Derive(purpose), parts)
}

// Verify reports whether secret belongs to parts, under this key or one that it
// replaced.
func (k Key) Verify(purpose, secret string, parts ...string) bool {
	ok := false
	for _, key := range k.DeriveAll(purpose) {
		ok = Equal(sign(key, parts), secret) || ok
	}
	return ok
}

// sign puts each part's length before it, so that no two lists run into one.
func sign(key []byte, parts []string) string {
	mac := hmac.New(sha256.New, key)
	for _, p := range parts {
		mac.Write(binary.BigEndian.AppendUint64(nil, uint64(len(p))))
		mac.Write([]byte(p))
	}
	return encode(mac.Sum(nil))
}

// Token gives 256 random bits as text for URLs and headers.
func Token() string {
	bits := make([]byte, 32)
	_, _ = rand.Read(bits) // never fails
	return encode(bits)
}

// Hash is how a random token is stored. It is no way to store a password.
func Hash(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

// Equal compares in a time that does not depend on where the texts differ.
func Equal(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }
