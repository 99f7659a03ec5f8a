package hosted

import (
	"context"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"strings"

	"github.com/souk-commerce/souk/internal/cart"
	"github.com/souk-commerce/souk/internal/checkout"
	"github.com/souk-commerce/souk/internal/kernel/clock"
	"github.com/souk-commerce/souk/internal/kernel/postal"
	"github.com/souk-commerce/souk/internal/market"
	"github.com/souk-commerce/souk/internal/order"
	"github.com/souk-commerce/souk/internal/payment"
)

// Checkouts leads a cart to an order.
type Checkouts interface {
	Start(ctx context.Context, in checkout.Start) (checkout.Checkout, error)
	ByToken(ctx context.Context, token string) (checkout.Checkout, error)
	Complete(ctx context.Context, in checkout.Submission) (checkout.Outcome, error)
	Confirm(ctx context.Context, ref checkout.Ref, id payment.ID) (checkout.Outcome, error)
	Cancel(ctx context.Context, ref checkout.Ref) (checkout.Checkout, error)
}

// Steps takes what the buyer fills in.
type Steps interface {
	SetContact(ctx context.Context, ref checkout.Ref, in checkout.Contact) (checkout.Checkout, error)
	SetShippingAddress(ctx context.Context, ref checkout.Ref, to postal.Address) (checkout.Checkout, error)
	SetBillingAddress(ctx context.Context, ref checkout.Ref, to *postal.Address, same bool) (checkout.Checkout, error)
	SelectDelivery(ctx context.Context, ref checkout.Ref, choices map[string]string) (checkout.Checkout, error)
}

// Carts are what checkouts are made of.
type Carts interface {
	ByRef(ctx context.Context, ref cart.Ref) (cart.Cart, error)
	ByID(ctx context.Context, id cart.ID) (cart.Cart, error)
	UpdateLines(ctx context.Context, ref cart.Ref, changes []cart.LineChange) (cart.Change, error)
}

// Orders are what checkouts become.
type Orders interface {
	ByID(ctx context.Context, id order.ID) (order.Order, error)
	ByToken(ctx context.Context, token string) (order.Order, error)
	Token(o order.Order) string
	Timeline(ctx context.Context, ids []order.ID) (map[order.ID][]order.Entry, error)
}

// Payments tells how an order is paid.
type Payments interface {
	OfOrders(ctx context.Context, ids []int64) (map[int64][]payment.Payment, error)
	Method(handle string) (payment.Method, bool)
}

// Shop tells whose pages these are and where it sells.
type Shop interface {
	Shop() market.Shop
	Active() []market.Market
}

// The rooms are what the pages ask.
var (
	_ Checkouts = (*checkout.Service)(nil)
	_ Steps     = (*checkout.Service)(nil)
	_ Carts     = (*cart.Service)(nil)
	_ Orders    = (*order.Service)(nil)
	_ Payments  = (*payment.Service)(nil)
	_ Shop      = (*market.Directory)(nil)
)

// Config is what the pages are made with.
type Config struct {
	Checkouts Checkouts
	Steps     Steps
	Carts     Carts
	Orders    Orders
	Payments  Payments
	Shop      Shop
	// PublicURL is how the server is reached from outside, without a slash at
	// its end.
	PublicURL string
	// PaymentOrigins are the origins, besides our own, that a form may lead to:
	// those of payment providers. To any other the buyer goes by a link.
	PaymentOrigins []string
	// Client gives a hash of who asks, for the cap on what one client may hold.
	// Without it nobody is capped.
	Client func(context.Context) string
	Clock  clock.Clock
	Log    *slog.Logger
}

// site serves the pages.
type site struct {
	Config
	style     sheet
	policy    string // Content-Security-Policy
	templates *template.Template
	speech    speech
}

// New gives the handler of all pages: /cart/c/, /checkout/ and /orders/.
func New(cfg Config) (http.Handler, error) {
	speech, err := readSpeech()
	if err != nil {
		return nil, fmt.Errorf("read messages: %w", err)
	}
	templates, err := template.ParseFS(files, "templates/*.html")
	if err != nil {
		return nil, fmt.Errorf("parse templates: %w", err)
	}
	if cfg.Client == nil {
		cfg.Client = func(context.Context) string { return "" }
	}
	cfg.PublicURL = strings.TrimRight(cfg.PublicURL, "/")
	s := &site{Config: cfg, style: newSheet(), templates: templates, speech: speech, policy: policy(cfg)}
	return s.guarded(s.routes()), nil
}

func (s *site) routes() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET "+s.style.path, s.style)
	for pattern, act := range map[string]action{
		"GET /cart/c/{id}":                s.start,
		"GET /checkout/{token}":           s.show,
		"GET /checkout/{token}/{step}":    s.backToStep,
		"GET /checkout/{token}/return":    s.returned,
		"POST /checkout/{token}/contact":  s.postContact,
		"POST /checkout/{token}/shipping": s.postShipping,
		"POST /checkout/{token}/delivery": s.postDelivery,
		"POST /checkout/{token}/billing":  s.postBilling,
		"POST /checkout/{token}/payment":  s.postPayment,
		"POST /checkout/{token}/complete": s.postComplete,
		"POST /checkout/{token}/lines":    s.postLines,
		"POST /checkout/{token}/cancel":   s.postCancel,
		"GET /orders/{token}":             s.showOrder,
		"/":                               func(http.ResponseWriter, *http.Request) error { return errNoPage },
	} {
		mux.HandleFunc(pattern, s.answer(act))
	}
	return mux
}
