package staff

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
)

// The cost of argon2id (RFC 9106), after the OWASP Password Storage Cheat
// Sheet: 19 MiB, two passes, one lane.
const (
	argonMemory = 19 * 1024
	argonTime   = 2
	argonLanes  = 1
	saltLength  = 16
	keyLength   = 32
)

// hasher hashes passwords, a few at a time: each takes 19 MiB, and a flood of
// sign-ins must not take the memory of everything else.
type hasher struct {
	slots chan struct{}
	decoy string // compared with when there is no such member
}

func newHasher(atOnce int) *hasher {
	h := &hasher{slots: make(chan struct{}, atOnce)}
	h.decoy = encodeHash(make([]byte, saltLength), make([]byte, keyLength))
	return h
}

// hash gives the PHC string of a password.
func (h *hasher) hash(ctx context.Context, password string) (string, error) {
	salt := make([]byte, saltLength)
	if _, err := rand.Read(salt); err != nil {
		return "", fmt.Errorf("read random salt: %w", err)
	}
	key, err := h.derive(ctx, password, salt)
	if err != nil {
		return "", err
	}
	return encodeHash(salt, key), nil
}

// matches compares a password with a PHC string. An unreadable one, such as
// the empty one, costs the same time and never matches.
func (h *hasher) matches(ctx context.Context, password, encoded string) (bool, error) {
	salt, want, ok := decodeHash(encoded)
	if !ok {
		salt, want, _ = decodeHash(h.decoy)
	}
	got, err := h.derive(ctx, password, salt)
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(got, want) == 1 && ok, nil
}

func (h *hasher) derive(ctx context.Context, password string, salt []byte) ([]byte, error) {
	select {
	case h.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, fmt.Errorf("wait to hash a password: %w", ctx.Err())
	}
	defer func() { <-h.slots }()
	return argon2.IDKey([]byte(password), salt, argonTime, argonMemory, argonLanes, keyLength), nil
}

func encodeHash(salt, key []byte) string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonTime, argonLanes,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(key))
}

func decodeHash(encoded string) (salt, key []byte, ok bool) {
	parts := strings.Split(encoded, "$")
	head := fmt.Sprintf("v=%d$m=%d,t=%d,p=%d", argon2.Version, argonMemory, argonTime, argonLanes)
	if len(parts) != 6 || parts[1] != "argon2id" || parts[2]+"$"+parts[3] != head {
		return nil, nil, false
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[4])
	if err != nil {
		return nil, nil, false
	}
	key, err = base64.RawStdEncoding.DecodeString(parts[5])
	return salt, key, err == nil
}
