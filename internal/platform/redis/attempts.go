package redis

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"github.com/souk-commerce/souk/internal/kernel/fault"
)

// ErrAttempts says that a limit is used up.
var ErrAttempts = fault.New(fault.Exhausted, "too_many_attempts", "too many attempts: try again later")

// Attempts limits guesses at a secret: each one is counted before it is judged,
// whatever request it came in. When the store is down nobody may try (it fails
// closed): a password that can be guessed without end is worse than a login
// that waits.
type Attempts struct {
	store  Store
	name   string
	limit  int64
	window time.Duration
}

// NewAttempts allows limit attempts in each window, counted apart from other
// names.
func NewAttempts(store Store, name string, limit int64, window time.Duration) *Attempts {
	return &Attempts{store: store, name: name, limit: limit, window: window}
}

// Take uses up one attempt on each of the subjects (an account, an address) and
// refuses when one of them has none left.
func (a *Attempts) Take(ctx context.Context, subjects ...string) error {
	var refused error
	for _, s := range subjects {
		n, err := a.store.Count(ctx, a.key(s), a.window)
		if err != nil {
			return err
		}
		if n > a.limit {
			refused = ErrAttempts
		}
	}
	return refused
}

// Forget gives a subject its attempts back, after it has proved itself.
func (a *Attempts) Forget(ctx context.Context, subject string) error {
	return a.store.Delete(ctx, a.key(subject))
}

// key does not show the subject, which may be somebody's e-mail address.
func (a *Attempts) key(subject string) string {
	sum := sha256.Sum256([]byte(subject))
	return "attempts:" + a.name + ":" + hex.EncodeToString(sum[:16])
}
