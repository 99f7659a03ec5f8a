package admin

import (
	"context"
	"net/http"
	"strings"

	"github.com/souk-commerce/souk/graph/gql/access"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/platform/actor"
	"github.com/souk-commerce/souk/internal/platform/httpd"
	"github.com/souk-commerce/souk/internal/staff"
)

// Authenticate puts the member whose access token a request bears into its
// context. A request without a token, or with one that is no good, is nobody's:
// the first guarded field then answers UNAUTHENTICATED. Where a token cannot be
// checked the request is turned away, since it may well be good.
func Authenticate(members *staff.Service) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			token, ok := bearer(r)
			if !ok {
				next.ServeHTTP(w, r)
				return
			}
			ctx, err := signedIn(r.Context(), members, token)
			switch {
			case err == nil:
				r = r.WithContext(ctx)
			case fault.KindOf(err) != fault.Unauthenticated:
				refuse(w, r, err)
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}

func bearer(r *http.Request) (string, bool) { return bearerIn(r.Header.Get("Authorization")) }

func bearerIn(header string) (string, bool) {
	scheme, token, ok := strings.Cut(header, " ")
	return strings.TrimSpace(token), ok && strings.EqualFold(scheme, "Bearer")
}

// tokenKey keeps the access token of a request in its context.
type tokenKey struct{}

// signedIn puts the member whose token it is into a context, with the token.
func signedIn(ctx context.Context, members *staff.Service, token string) (context.Context, error) {
	m, err := members.Authenticate(ctx, token)
	if err != nil {
		return nil, err
	}
	return actor.With(context.WithValue(ctx, tokenKey{}, token), m.Actor()), nil
}

// greeted learns from the payload of connection_init whose socket it is. Without
// a token it is nobody's, or whose the request said; one that is no good refuses
// the socket.
func greeted(members *staff.Service) func(context.Context, map[string]any) (context.Context, error) {
	return func(ctx context.Context, payload map[string]any) (context.Context, error) {
		for name, value := range payload {
			text, ok := value.(string)
			if !ok || !strings.EqualFold(name, "Authorization") {
				continue
			}
			token, ok := bearerIn(text)
			if !ok {
				return nil, access.ErrUnauthenticated
			}
			return signedIn(ctx, members, token)
		}
		return ctx, nil
	}
}

// stillSignedIn ends streams with the token that they were begun with. One that
// cannot be checked at this moment may well be good.
func stillSignedIn(members *staff.Service) func(context.Context) error {
	return func(ctx context.Context) error {
		token, ok := ctx.Value(tokenKey{}).(string)
		if !ok {
			return access.ErrUnauthenticated
		}
		if _, err := members.Authenticate(ctx, token); fault.KindOf(err) == fault.Unauthenticated {
			return access.ErrUnauthenticated
		}
		return nil
	}
}

// clientOf gives the caller's address, by which sign-ins are counted.
func clientOf(ctx context.Context) string { return httpd.Client(ctx).String() }

func permissionsOf(r staff.Role) []string {
	all := r.Permissions()
	names := make([]string, len(all))
	for i, p := range all {
		names[i] = string(p)
	}
	return names
}
