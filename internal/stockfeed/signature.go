package stockfeed

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	"github.com/souk-commerce/souk/internal/kernel/fault"
)

const (
	// Tolerance is how far the sender's clock may be from ours, and how long a
	// signed message can be sent again.
	Tolerance = 5 * time.Minute
	// Overlap is how long a secret holds after it was rotated away.
	Overlap = 24 * time.Hour

	maxMessage    = 255 // bytes
	maxSignatures = 10  // of one message
	secretPrefix  = "whsec_"
	saltSize      = 32
)

// Envelope is what a message is signed with, by the Standard Webhooks
// specification
// (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md):
// the headers webhook-id, webhook-timestamp and webhook-signature. The last is a
// list of "v1,<base64>" with spaces between them, each the HMAC-SHA256 of
// "<id>.<timestamp>.<body>" under a secret, which is the base64 text behind
// "whsec_". Signatures of other versions are passed over.
type Envelope struct {
	ID        string
	Timestamp string // seconds since 1970
	Signature string
}

// check refuses what cannot be right before the body is read.
func (e Envelope) check(now time.Time) *fault.Error {
	seconds, err := strconv.ParseInt(e.Timestamp, 10, 40) // far beyond any clock, and far from an overflow
	if err != nil || !visible(e.ID) || e.ID == "" || e.Signature == "" {
		return ErrSignature
	}
	if age := now.Unix() - seconds; age > int64(Tolerance/time.Second) || -age > int64(Tolerance/time.Second) {
		return ErrSignature
	}
	return nil
}

// visible reports whether a text can name a message.
func visible(text string) bool {
	return len(text) <= maxMessage && strings.IndexFunc(text, func(r rune) bool { return r <= ' ' || r > '~' }) < 0
}

// signedBy reports whether one of the secrets has signed the body. Every
// signature is held against every secret, so that the time it takes tells
// nothing.
func (e Envelope) signedBy(secrets [][]byte, body []byte) bool {
	ok := false
	for _, secret := range secrets {
		want := e.sign(secret, body)
		for i, given := range strings.Fields(e.Signature) {
			version, text, _ := strings.Cut(given, ",")
			if i == maxSignatures {
				break
			}
			got, err := base64.StdEncoding.DecodeString(text)
			ok = version == "v1" && err == nil && hmac.Equal(got, want) || ok
		}
	}
	return ok
}

func (e Envelope) sign(secret, body []byte) []byte {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(e.ID + "." + e.Timestamp + "."))
	mac.Write(body)
	return mac.Sum(nil)
}

// salts are what is kept of a feed's secrets. A secret is derived from its salt
// and the server's key: who reads the database has none of them.
type salts struct {
	current  []byte
	previous []byte    // rotated away
	until    time.Time // how long it holds
}

func newSalts() salts {
	salt := make([]byte, saltSize)
	_, _ = rand.Read(salt) // never fails
	return salts{current: salt}
}

func (k salts) rotated(now time.Time) salts {
	next := newSalts()
	next.previous, next.until = k.current, now.Add(Overlap)
	return next
}

// bytes writes the salts for the database: the current one, then the previous
// one and its end.
func (k salts) bytes() []byte {
	if k.previous == nil {
		return k.current
	}
	out := append(append([]byte{}, k.current...), k.previous...)
	return binary.BigEndian.AppendUint64(out, uint64(k.until.Unix()))
}

func saltsOf(b []byte) salts {
	switch len(b) {
	case saltSize:
		return salts{current: b}
	case 2*saltSize + 8:
		return salts{current: b[:saltSize], previous: b[saltSize : 2*saltSize],
			until: time.Unix(int64(binary.BigEndian.Uint64(b[2*saltSize:])), 0)}
	}
	return salts{}
}

// secrets gives the secrets that hold, under the server's key and those that it
// replaced.
func (s *Service) secrets(k salts, now time.Time) [][]byte {
	if k.current == nil {
		return nil
	}
	all := s.rooms.Key.DeriveAll(purpose(k.current))
	if k.previous != nil && now.Before(k.until) {
		all = append(all, s.rooms.Key.DeriveAll(purpose(k.previous))...)
	}
	return all
}

// shown is the secret as its owner gets it, "" where there is none.
func (s *Service) shown(k salts) string {
	if k.current == nil {
		return ""
	}
	return secretPrefix + base64.StdEncoding.EncodeToString(s.rooms.Key.Derive(purpose(k.current)))
}

func purpose(salt []byte) string { return "stock feed " + hex.EncodeToString(salt) }
