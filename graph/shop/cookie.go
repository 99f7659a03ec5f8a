package shop

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/souk-commerce/souk/internal/cart"
	"github.com/souk-commerce/souk/internal/kernel/gid"
)

// A frontend can leave the id of a cart to the browser, in a cookie that no
// script can read. No page of another site can make use of it: the cookie is
// SameSite=Lax, a mutation is application/json and so is asked about first, and
// the answer to that question allows no cookies. A browser that says a request
// comes from another site is believed besides, and a WebSocket, which nobody is
// asked about, is given none.

const (
	cartCookie = "souk_cart"
	// cookieHeader asks for the cookie.
	cookieHeader = "Souk-Cart-Cookie"
	// currentCart stands for the cookie's cart where an id is wanted.
	currentCart = "current"
)

// cookies are those of an HTTP request and its answer.
type cookies struct {
	cart   string // of the cart, "" without
	wanted bool
	secure bool
	answer http.Header
}

func cookiesOf(w http.ResponseWriter, r *http.Request) cookies {
	c := cookies{wanted: r.Header.Get(cookieHeader) == "1", secure: r.TLS != nil, answer: w.Header()}
	if r.Header.Get("Sec-Fetch-Site") == "cross-site" || r.Header.Get("Upgrade") != "" {
		return c
	}
	if found, err := r.Cookie(cartCookie); err == nil {
		c.cart, c.wanted = found.Value, true
	}
	return c
}

// cartRef reads the id of a cart, or that of the cookie's cart. What names no
// cart gives a ref that opens none.
func cartRef(ctx context.Context, id string) cart.Ref {
	if path, _, _ := strings.Cut(id, "?"); path == currentCart || strings.HasSuffix(path, "/Cart/"+currentCart) {
		return cookieRef(ctx)
	}
	parsed, err := gid.Parse(id)
	if err != nil || parsed.Type != "Cart" {
		return cart.Ref{}
	}
	return cart.Ref{ID: cart.ID(parsed.Number), Key: parsed.Key}
}

// cookieRef gives the cart of the cookie.
func cookieRef(ctx context.Context) cart.Ref {
	of, _ := ctx.Value(requestKey{}).(request)
	number, key, _ := strings.Cut(of.cookies.cart, ".")
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil || n <= 0 {
		return cart.Ref{}
	}
	return cart.Ref{ID: cart.ID(n), Key: key}
}

// remember sets the cookie of a new cart where the client wants it.
func (r *Resolver) remember(ctx context.Context, c cart.Cart) {
	of, _ := ctx.Value(requestKey{}).(request)
	if !of.cookies.wanted {
		return
	}
	cookie := http.Cookie{
		Name: cartCookie, Value: strconv.FormatInt(int64(c.ID), 10) + "." + c.Key, Path: "/",
		MaxAge: int(c.ExpiresAt.Sub(r.Clock.Now()).Seconds()), HttpOnly: true, SameSite: http.SameSiteLaxMode,
		Secure: of.cookies.secure || strings.HasPrefix(r.Site, "https:"),
	}
	of.cookies.answer.Add("Set-Cookie", cookie.String())
}
