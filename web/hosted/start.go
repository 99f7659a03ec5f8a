package hosted

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/souk-commerce/souk/internal/cart"
	"github.com/souk-commerce/souk/internal/checkout"
	"github.com/souk-commerce/souk/internal/kernel/fault"
)

// maxRestarts bounds how many ended checkouts of one cart are walked past.
const maxRestarts = 20

// start begins or resumes the checkout of a cart. It answers a GET, since it is
// what a link in a shop leads to; that it changes something is why whoever only
// looks ahead is sent away.
func (s *site) start(w http.ResponseWriter, r *http.Request) error {
	if r.Method != http.MethodGet || strings.Contains(r.Header.Get("Sec-Purpose"), "prefetch") {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return errNoPage.Wrap(err)
	}
	c, err := s.begin(r.Context(), cart.Ref{ID: cart.ID(id), Key: r.URL.Query().Get("key")})
	switch {
	case err == nil:
		return see(w, r, base(c))
	case known(err):
		return s.notStarted(w, r, err)
	}
	return err
}

// begin starts the checkout of a cart. The key follows from the cart and its
// version, so that following the link twice starts once. Behind the key of a
// checkout that has ended another one is started, under a key that follows from
// the ended one.
func (s *site) begin(ctx context.Context, ref cart.Ref) (checkout.Checkout, error) {
	of, err := s.Carts.ByRef(ctx, ref)
	if err != nil {
		return checkout.Checkout{}, err
	}
	key := fmt.Sprintf("hosted/%d/%d", of.ID, of.Version)
	for range maxRestarts {
		c, err := s.Checkouts.Start(ctx, checkout.Start{Cart: ref, Key: key, Client: s.Client(ctx)})
		if err != nil || !s.ended(c) {
			return c, err
		}
		key = fmt.Sprintf("hosted/%d/%d/after/%d", of.ID, of.Version, c.ID)
	}
	return s.Checkouts.Start(ctx, checkout.Start{Cart: ref, Key: newKey(), Client: s.Client(ctx)})
}

// notStarted tells why there is nothing to check out.
func (s *site) notStarted(w http.ResponseWriter, r *http.Request, refusal error) error {
	n := s.notice(s.strange(r), "notstarted.heading", "fault.other")
	if f, ok := fault.As(refusal); ok {
		n.Text = n.fault(f)
	}
	return s.render(w, statusOf(refusal), "notice.html", n)
}
