// The words of this room; doc.go tells the protocol.

package payment

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/money"
	"github.com/souk-commerce/souk/internal/payment/lifecycle"
)

// ID is a payment's identity.
type ID int64

// Kind is the sort of a method.
type Kind string

// The kinds.
const (
	Card           Kind = "card"
	Wallet         Kind = "wallet"
	Redirect       Kind = "redirect"
	BankTransfer   Kind = "bank_transfer"
	CashOnDelivery Kind = "cash_on_delivery"
	GiftCard       Kind = "gift_card"
	StoreCredit    Kind = "store_credit"
	Manual         Kind = "manual"
)

// Method is a way to pay, as buyers see it.
type Method struct {
	Handle string // also the provider's
	Title  string
	Kind   Kind
	// PayLater says that the money comes beside the shop: the order is placed
	// with everything still due.
	PayLater     bool
	PublicConfig json.RawMessage // what the browser needs to start; nil: nothing
}

// Payment is one attempt to pay a checkout.
type Payment struct {
	ID            ID
	Checkout      int64
	Order         int64 // 0: none yet
	Method        string
	State         lifecycle.State
	Amount        money.Money
	Captured      int64
	Refunded      int64
	RefundOwed    bool   // must go back to the buyer and has not yet
	Key           string // the idempotency key that the provider knows it by
	Reference     string // the provider's own name of it
	Action        *Action
	DeclineReason string
	ReturnURL     string
	Version       int64
	CreatedAt     time.Time
	UpdatedAt     time.Time
}

// New asks for an attempt.
type New struct {
	Checkout  int64
	Method    string
	Amount    money.Money
	Token     string // what the provider gave the browser
	ReturnURL string // judged by the caller: it is where the buyer is sent
}

// The most that an attempt carries.
const (
	longestToken = 4096
	longestURL   = 2048
)

// Validate reports what is wrong with it.
func (n New) Validate() error {
	var all fault.List
	refuse := func(when bool, field, message string) {
		if when {
			all.Add(fault.New(fault.Invalid, "invalid_payment", message).At(field))
		}
	}
	refuse(n.Checkout == 0, "checkout", "A payment belongs to a checkout.")
	refuse(n.Amount.Minor <= 0, "amount", "Only a positive amount can be paid.")
	refuse(!n.Amount.Currency.Valid(), "amount", "The amount has no known currency.")
	refuse(len(n.Token) > longestToken || strings.ContainsRune(n.Token, 0), "token", "The payment token is malformed.")
	refuse(len(n.ReturnURL) > longestURL || strings.ContainsRune(n.ReturnURL, 0), "returnUrl", "The return URL is malformed.")
	return all.Err()
}

// ActionKind is what the buyer must do.
type ActionKind string

// The kinds of action.
const (
	ActRedirect  ActionKind = "redirect"
	ActChallenge ActionKind = "challenge"
	ActDisplay   ActionKind = "display"
)

// Action is what the buyer must do before the provider decides.
type Action struct {
	Kind ActionKind      `json:"kind"`
	URL  string          `json:"url,omitempty"`
	Data json.RawMessage `json:"data,omitempty"`
}

// Request is what a provider is asked. The same key asks for the same thing:
// a provider that has heard it answers what became of it, and charges nothing
// twice.
type Request struct {
	Key       string
	Amount    money.Money
	Token     string // what the provider gave the browser, "" for methods without
	ReturnURL string // where the buyer comes back to after an action
}

// Verdict is what a provider says of a payment.
type Verdict struct {
	State     lifecycle.State // requires_action, processing, authorized, captured, failed, cancelled, voided or expired
	Reference string
	Amount    money.Money // what was set aside or taken; compared with what was asked for
	Action    *Action
	Reason    string // of a refusal, for the buyer
}

// Refund gives back what was taken, or lets go what was set aside.
type Refund struct {
	Key        string // the same key gives back once
	PaymentKey string
	Reference  string
	Amount     money.Money
}

// Provider moves money. Every method is safe to repeat with the same key. An
// error means that the outcome is not known, never that it was refused. The
// context carries a deadline. paymenttest.Conform holds these promises as tests.
type Provider interface {
	// Method never changes and costs nothing.
	Method() Method
	// Authorize sets the money aside or takes it.
	Authorize(ctx context.Context, r Request) (Verdict, error)
	// Find says what became of a key; false when the provider never heard it.
	Find(ctx context.Context, key string) (Verdict, bool, error)
	// Cancel gives up a payment that is not decided. The verdict may still be
	// that the money was taken: the buyer was faster. Of a key that was never
	// heard the verdict is cancelled.
	Cancel(ctx context.Context, key string) (Verdict, error)
	// Refund moves money back once per key of the refund.
	Refund(ctx context.Context, r Refund) error
}
