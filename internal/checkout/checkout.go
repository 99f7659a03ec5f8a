package checkout

import (
	"time"

	"github.com/souk-commerce/souk/internal/cart"
	"github.com/souk-commerce/souk/internal/checkout/lifecycle"
	"github.com/souk-commerce/souk/internal/inventory"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/kernel/money"
	"github.com/souk-commerce/souk/internal/kernel/postal"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/market"
	"github.com/souk-commerce/souk/internal/order"
	"github.com/souk-commerce/souk/internal/payment"
	"github.com/souk-commerce/souk/internal/quote"
)

// The identities of this room.
type (
	ID     int64
	LineID int64
)

// Ref names a checkout as its buyer does: number and token, and, where it
// matters, the version that was seen.
type Ref struct {
	ID       ID
	Token    string
	Expected *int64 // nil: whatever it is
}

// Checkout is a purchase on its way, as it stands now.
type Checkout struct {
	ID               ID
	Token            string // the secret that opens it, on any device
	State            lifecycle.State
	Version          int64
	Cart             cart.ID
	Customer         int64 // 0 is a guest
	Market           market.ID
	Country          locale.Country
	Language         locale.Language
	Currency         money.Currency
	Email            string
	Phone            string
	AcceptsMarketing bool
	Note             string
	Attributes       []cart.Attribute
	Codes            []string // discount codes; none applies yet
	ShippingAddress  *postal.Address
	BillingAddress   *postal.Address
	BillingSame      bool
	Lines            []Line
	Priced           quote.Priced
	QuoteHash        string
	Completed        []lifecycle.Step // steps that are done
	Next             *lifecycle.Step  // the first that is not; nil when there is an order
	Problems         []Problem
	Methods          []payment.Method
	Payments         []payment.Payment
	HeldUntil        *time.Time // nil: not everything is held
	Order            order.ID   // 0: none
	CreatedAt        time.Time
	UpdatedAt        time.Time
	ExpiresAt        time.Time

	held  bool                 // everything that is counted is held
	short []inventory.Shortage // what was missing when its stock was asked for just now
}

// Line is a line of the cart as the checkout took it over.
type Line struct {
	ID         LineID
	CartLine   cart.LineID
	Variant    listing.VariantID
	Quantity   int
	Attributes []cart.Attribute
	Title      string
	Goods      listing.Goods     // as they are now; while a payment is made, as they were submitted
	Components []quote.Component // what is in one of it, if it is a bundle
	Quote      quote.Line        // zero when it cannot be sold
}

// RequiresShipping tells whether anything of the line is sent.
func (l *Line) RequiresShipping() bool { return l.item().RequiresShipping() }

// Outdated tells whether the line is a bundle that is made of something else by
// now.
func (l *Line) Outdated() bool {
	return fault.Is(l.item().Check(l.Goods.Currency), quote.ErrBundle.Reason)
}

// ProblemCode says what sort of thing is in the way.
type ProblemCode string

// The problems.
const (
	Required     ProblemCode = "required"
	Invalid      ProblemCode = "invalid"
	NotFound     ProblemCode = "not_found" // the goods are gone
	OutOfStock   ProblemCode = "out_of_stock"
	PriceChanged ProblemCode = "price_changed"
)

// Problem stands between a checkout and its order.
type Problem struct {
	Code    ProblemCode
	Step    lifecycle.Step
	Message string
	Field   string // of an address or the contact; "" is about the step
	Line    LineID // 0 is about none
}

// Start asks for a checkout of a cart.
type Start struct {
	Cart     cart.Ref
	Email    string
	Phone    string
	Language locale.Language // "" keeps the cart's
	Country  locale.Country  // "" keeps the cart's
	Key      string          // idempotency key, required
	Client   string          // a hash of who asks
}

// Contact is how the buyer is reached.
type Contact struct {
	Email            string
	Phone            string
	AcceptsMarketing *bool // nil keeps what it is
}

// Submission is the buyer's word: this quote, paid like this.
type Submission struct {
	Ref       Ref
	QuoteHash string
	Method    string // "": nothing is due
	Token     string
	ReturnURL string
	Key       string // idempotency key, required
}

// Outcome is where a submission stands.
type Outcome struct {
	Checkout Checkout
	Order    *order.Order // when there is one
	// Declined says that the provider refused; Why is its word for the buyer.
	Declined bool
	Why      string
}
