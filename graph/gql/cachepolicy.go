package gql

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/99designs/gqlgen/graphql"

	"github.com/souk-commerce/souk/internal/platform/actor"
)

// CachePolicy says which answers browsers and proxies may keep: those to a GET
// by nobody in particular, without errors, that touch only cacheable root
// fields. Everything else is no-store. The zero policy keeps nothing.
type CachePolicy struct {
	// Cacheable reports whether a root field of Query answers the same to
	// everybody. __typename may be asked along with any of them.
	Cacheable func(rootField string) bool

	// Private, if given, reports that an operation is about somebody although
	// nobody is signed in, for instance by a buyer's token in a directive.
	Private func(op *graphql.OperationContext) bool

	MaxAge               time.Duration // how long an answer is fresh
	StaleWhileRevalidate time.Duration // how long it may still be shown while a new one is fetched

	// Vary names the request headers that the answers depend on besides Accept.
	Vary []string
}

type storableKey struct{}

// NoStore keeps the answer to this request out of every cache. A resolver calls
// it when it has used something that belongs to one visitor.
func NoStore(ctx context.Context) {
	if storable, ok := ctx.Value(storableKey{}).(*atomic.Bool); ok {
		storable.Store(false)
	}
}

func withStorable(ctx context.Context) (context.Context, *atomic.Bool) {
	storable := new(atomic.Bool)
	storable.Store(true)
	return context.WithValue(ctx, storableKey{}, storable), storable
}

// allows reports whether the answer to an operation may be kept at all.
func (c CachePolicy) allows(r *http.Request, op *graphql.OperationContext) bool {
	if c.Cacheable == nil || c.MaxAge <= 0 || (r.Method != http.MethodGet && r.Method != http.MethodHead) {
		return false
	}
	if actor.From(r.Context()).Known() || r.Header.Get("Authorization") != "" {
		return false
	}
	if c.Private != nil && c.Private(op) {
		return false
	}
	return op.Operation.Operation == ast.Query && c.cacheable(op)
}

func (c CachePolicy) cacheable(op *graphql.OperationContext) bool {
	for _, f := range graphql.CollectFields(op, op.Operation.SelectionSet, nil) {
		if f.Name != "__typename" && !c.Cacheable(f.Name) {
			return false
		}
	}
	return true
}

// mark sets the headers of an answer that may be kept and reports whether the
// client has it already.
func (c CachePolicy) mark(w http.ResponseWriter, r *http.Request, body []byte) (known bool) {
	tag := entityTag(w.Header().Get("Content-Type"), body)
	w.Header().Set("Cache-Control", fmt.Sprintf("public, max-age=%d, stale-while-revalidate=%d",
		int(c.MaxAge.Seconds()), int(c.StaleWhileRevalidate.Seconds())))
	w.Header().Set("ETag", tag)
	for _, name := range c.Vary {
		w.Header().Add("Vary", name)
	}
	return matches(r.Header.Values("If-None-Match"), tag)
}

// entityTag is strong: two bodies with the same tag are the same bytes.
func entityTag(contentType string, body []byte) string {
	h := sha256.New()
	_, _ = h.Write([]byte(contentType + "\n"))
	_, _ = h.Write(body)
	return `"` + base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:18]) + `"`
}

// matches compares weakly, as RFC 9110 wants it for If-None-Match: a proxy that
// compresses may have weakened the tag.
func matches(header []string, tag string) bool {
	for _, part := range strings.Split(strings.Join(header, ","), ",") {
		part = strings.TrimSpace(part)
		if part == "*" || strings.TrimPrefix(part, "W/") == tag {
			return true
		}
	}
	return false
}
