package staff

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strconv"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/souk-commerce/souk/internal/kernel/clock"
)

// How long tokens live.
const (
	accessLife  = 15 * time.Minute
	refreshLife = 30 * 24 * time.Hour
	// reuseGrace forgives the second use of a refresh token right after the
	// first: a lost answer, or two tabs. The second is refused, but the family
	// lives. Any later reuse revokes the family.
	reuseGrace = 10 * time.Second
)

// audience tells a staff access token from every other kind of token.
const audience = "souk:staff"

// maxToken bounds a token before it is parsed; ours are about 300 bytes.
const maxToken = 2048

// Tokens is what a sign-in gives.
type Tokens struct {
	AccessToken           string // a JWT, to be sent as a bearer
	AccessTokenExpiresAt  time.Time
	RefreshToken          string // opaque, used once
	RefreshTokenExpiresAt time.Time
}

// signer makes and checks access tokens.
type signer struct {
	keys  [][]byte // the first signs; all are believed
	clock clock.Clock
}

type claims struct {
	jwt.RegisteredClaims
}

func (s signer) sign(id ID, now time.Time) (string, time.Time, error) {
	expires := now.Add(accessLife)
	token := jwt.NewWithClaims(jwt.SigningMethodHS256, claims{jwt.RegisteredClaims{
		Subject:   strconv.FormatInt(int64(id), 10),
		Audience:  jwt.ClaimStrings{audience},
		IssuedAt:  jwt.NewNumericDate(now),
		ExpiresAt: jwt.NewNumericDate(expires),
	}})
	text, err := token.SignedString(s.keys[0])
	if err != nil {
		return "", time.Time{}, fmt.Errorf("sign access token: %w", err)
	}
	return text, expires, nil
}

// check gives the member an access token was made for. Only our own algorithm
// and audience count, whatever the token's header says.
func (s signer) check(text string) (ID, error) {
	if len(text) > maxToken {
		return 0, ErrSignIn
	}
	var c claims
	_, err := jwt.ParseWithClaims(text, &c, s.believed,
		jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}), jwt.WithAudience(audience),
		jwt.WithExpirationRequired(), jwt.WithTimeFunc(s.clock.Now))
	if err != nil {
		return 0, ErrSignIn
	}
	id, err := strconv.ParseInt(c.Subject, 10, 64)
	if err != nil {
		return 0, ErrSignIn
	}
	return ID(id), nil
}

// believed gives the keys that a token may be signed with.
func (s signer) believed(*jwt.Token) (any, error) {
	set := jwt.VerificationKeySet{}
	for _, k := range s.keys {
		set.Keys = append(set.Keys, k)
	}
	return set, nil
}

// newSecret gives a random token and the hash it is kept as.
func newSecret() (text string, hash []byte, err error) {
	raw := make([]byte, 32)
	if _, err := rand.Read(raw); err != nil {
		return "", nil, fmt.Errorf("read random token: %w", err)
	}
	text = base64.RawURLEncoding.EncodeToString(raw)
	return text, hashSecret(text), nil
}

func hashSecret(text string) []byte {
	sum := sha256.Sum256([]byte(text))
	return sum[:]
}
