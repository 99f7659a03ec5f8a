// Package idempotency makes a mutation safe to repeat. What a client asks for
// under a key is done once; asking again gives the ids of what was done then,
// from which the caller resolves the answer anew. Asking for something else
// under the same key is refused.
//
// The key is written in the transaction of the effect: there is never one
// without the other, and a refusal (an error) leaves the key free. An outcome
// that must be remembered though nothing was achieved, such as a declined
// payment, is a result and no error.
package idempotency

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// Life is how long a key is remembered.
const Life = 24 * time.Hour

// The refusals.
var (
	ErrReused     = fault.New(fault.Conflict, "idempotency_key_reused", "this key was used for something else")
	ErrInProgress = fault.New(fault.Conflict, "in_progress", "the same request is being worked on")
	ErrInvalid    = fault.Newf(fault.Invalid, "idempotency_key_invalid", "a key has 1 to %d visible ASCII characters", longest)
)

// Keys remembers what was done.
type Keys struct{ db *postgres.DB }

// New gives the keys of a database.
func New(db *postgres.DB) *Keys { return &Keys{db: db} }

// Request is what a client asks for.
type Request struct {
	Scope     string // whose key it is: the principal, or the cart; never the client's word
	Operation string // what is asked: two operations may share a key
	Key       string // "" does it without remembering
	Input     any    // marshalled and hashed
}

// Do runs fn in a transaction, once per key, and gives its result: ids, as JSON.
// again says that the result is from an earlier time.
func Do[T any](ctx context.Context, k *Keys, r Request, fn func(ctx context.Context) (T, error)) (result T, again bool, err error) {
	if r.Key == "" {
		err = k.db.InTx(ctx, func(ctx context.Context) (err error) {
			result, err = fn(ctx)
			return err
		})
		return result, false, err
	}
	hash, err := r.hash()
	if err != nil {
		return result, false, err
	}
	err = k.db.InTx(ctx, func(ctx context.Context) (err error) {
		stored, err := k.claim(ctx, r, hash)
		if err != nil {
			return err
		}
		if again = stored != nil; again {
			return json.Unmarshal(stored, &result)
		}
		if result, err = fn(ctx); err != nil {
			return err
		}
		return k.keep(ctx, r, hash, result)
	})
	return result, again, err
}

func (r Request) hash() ([]byte, error) {
	if !valid(r.Key) {
		return nil, ErrInvalid
	}
	text, err := json.Marshal(r.Input)
	if err != nil {
		return nil, fmt.Errorf("hash input: %w", err)
	}
	sum := sha256.Sum256(text)
	return sum[:], nil
}

// claim takes the key until the end of the transaction and gives the result
// that is stored under it, nil if there is none. The lock comes in a statement
// of its own, before the one that looks: it must see what the last holder left.
func (k *Keys) claim(ctx context.Context, r Request, hash []byte) ([]byte, error) {
	var b pgx.Batch
	b.Queue(`SELECT pg_try_advisory_xact_lock(hashtextextended(jsonb_build_array($1::text, $2::text, $3::text)::text, 0))`,
		r.Scope, r.Operation, r.Key)
	b.Queue(`SELECT input_hash, result, state FROM idempotency_key
		WHERE scope = $1 AND operation = $2 AND key = $3 AND expires_at > $4`,
		r.Scope, r.Operation, r.Key, k.db.Now(ctx))
	answers := k.db.Conn(ctx).SendBatch(ctx, &b)
	defer func() { _ = answers.Close() }()

	var locked bool
	if err := answers.QueryRow().Scan(&locked); err != nil {
		return nil, fmt.Errorf("claim key: %w", err)
	}
	if !locked {
		return nil, ErrInProgress
	}
	var known, result []byte
	var state string
	err := answers.QueryRow().Scan(&known, &result, &state)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("read key: %w", err)
	case string(known) != string(hash):
		return nil, ErrReused
	case state != "done":
		return nil, ErrInProgress
	}
	return result, nil
}

// keep writes the result under the key, over one that has expired.
func (k *Keys) keep(ctx context.Context, r Request, hash []byte, result any) error {
	text, err := json.Marshal(result)
	if err != nil {
		return fmt.Errorf("keep result: %w", err)
	}
	now := k.db.Now(ctx)
	tag, err := k.db.Conn(ctx).Exec(ctx, `
		INSERT INTO idempotency_key AS k (scope, operation, key, input_hash, result, state, created_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, 'done', $6, $7)
		ON CONFLICT (scope, operation, key) DO UPDATE SET input_hash = excluded.input_hash, result = excluded.result,
			state = excluded.state, created_at = excluded.created_at, expires_at = excluded.expires_at
		WHERE k.expires_at <= excluded.created_at`,
		r.Scope, r.Operation, r.Key, hash, text, now, now.Add(Life))
	if err != nil {
		return fmt.Errorf("keep result: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return ErrInProgress // only a holder who did not ask for the lock
	}
	return nil
}
