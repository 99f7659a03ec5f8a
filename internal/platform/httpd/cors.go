package httpd

import (
	"net/http"
	"strings"
)

// storefrontHeaders are what storefront clients send from browsers.
var storefrontHeaders = strings.Join([]string{
	"Accept", "Accept-Language", "Authorization", "Content-Type", "If-None-Match", "Idempotency-Key", "X-Request-Id",
	"X-Shopify-Storefront-Access-Token", "X-Shopify-UniqueToken", "X-Shopify-VisitToken", "X-Shopify-Client-IP",
	"X-Shopify-Client-IP-Sig", "Shopify-Storefront-Buyer-IP", "X-SDK-Variant", "X-SDK-Variant-Source", "X-SDK-Version",
	"Custom-Storefront-Request-Group-ID", "Souk-Session", "Souk-Visitor", "Traceparent", "Tracestate",
}, ", ")

// CORS lets storefronts of any origin call. Cookies are never part of it, so
// an origin can do nothing that its own server could not.
func CORS(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Access-Control-Allow-Origin", "*")
		h.Set("Access-Control-Expose-Headers", "X-Request-Id, ETag, Server-Timing, Retry-After")
		if r.Method == http.MethodOptions {
			h.Set("Access-Control-Allow-Methods", "GET, POST, OPTIONS")
			h.Set("Access-Control-Allow-Headers", storefrontHeaders)
			h.Set("Access-Control-Max-Age", "7200")
			w.WriteHeader(http.StatusNoContent)
			return
		}
		next.ServeHTTP(w, r)
	})
}
