package idempotency

import (
	"context"
	"net/http"
)

// Header is where a client puts its key.
const Header = "Idempotency-Key"

const longest = 255

type contextKey struct{}

// WithKey gives a context of a request under key.
func WithKey(ctx context.Context, key string) context.Context {
	return context.WithValue(ctx, contextKey{}, key)
}

// Key gives the key of the request that ctx serves, "" when it has none.
func Key(ctx context.Context) string {
	key, _ := ctx.Value(contextKey{}).(string)
	return key
}

// Middleware puts the header's key into the context and refuses one that
// cannot be a key: left out in silence, it would promise what is not kept.
func Middleware(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		given := r.Header.Values(Header)
		if len(given) == 0 {
			next.ServeHTTP(w, r)
			return
		}
		if len(given) > 1 || !valid(given[0]) {
			http.Error(w, ErrInvalid.Message, http.StatusBadRequest)
			return
		}
		next.ServeHTTP(w, r.WithContext(WithKey(r.Context(), given[0])))
	})
}

func valid(key string) bool {
	for i := range len(key) {
		if key[i] <= ' ' || key[i] > '~' {
			return false
		}
	}
	return key != "" && len(key) <= longest
}
