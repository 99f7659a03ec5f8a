package admin

import (
	"context"
	"net/http"
	"strings"

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
			m, err := members.Authenticate(r.Context(), token)
			switch {
			case err == nil:
				r = r.WithContext(actor.With(r.Context(), m.Actor()))
			case fault.KindOf(err) != fault.Unauthenticated:
				refuse(w, r, err)
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}

func bearer(r *http.Request) (string, bool) {
	scheme, token, ok := strings.Cut(r.Header.Get("Authorization"), " ")
	return strings.TrimSpace(token), ok && strings.EqualFold(scheme, "Bearer")
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
