package track

import "context"

// Consent is what a visitor allowed.
type Consent struct {
	Analytics bool // to be followed from event to event
	Marketing bool // to be followed for advertising
}

// Visitor is who does something in the shop, as far as the edge knows.
type Visitor struct {
	SessionID  string // of this visit, by the storefront
	VisitorID  string // of this browser, by the storefront; kept as a hash only
	CustomerID int64  // 0 is a guest
	Market     string // handle
	Consent    Consent
	Bot        bool // a program that only looks; nothing is kept of what it does
}

// anonymous is what may be kept without consent: nothing that identifies.
func (v Visitor) anonymous() Visitor {
	return Visitor{Market: v.Market, Consent: Consent{Marketing: v.Consent.Marketing}}
}

type visitorKey struct{}

// WithVisitor gives a context of what v does.
func WithVisitor(ctx context.Context, v Visitor) context.Context {
	return context.WithValue(ctx, visitorKey{}, v)
}

// VisitorOf gives the visitor of ctx; of one nobody spoke of, nothing is known
// and nothing allowed.
func VisitorOf(ctx context.Context) Visitor {
	v, _ := ctx.Value(visitorKey{}).(Visitor)
	return v
}
