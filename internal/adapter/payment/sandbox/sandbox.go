// Package sandbox plays a payment provider. It keeps a ledger of its own, as
// if it were somebody else's, so that the shop's books can be held against it;
// no money moves. What it does is told by the token:
//
//	ok         takes the money at once
//	decline    refuses
//	challenge  sends the buyer to a page where he approves or declines
//	hang       takes the money, and then answers nothing until the caller gives
//	           up; asked later, it tells the truth
//
// Any other token is refused as unknown.
package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strconv"
	"strings"

	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/payment"
	"github.com/souk-commerce/souk/internal/payment/lifecycle"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// Handle names the method.
const Handle = "sandbox"

// The tokens.
const (
	OK        = "ok"
	Decline   = "decline"
	Challenge = "challenge"
	Hang      = "hang"
)

// Config of the sandbox.
type Config struct {
	PublicURL string // where buyers reach the shop, without a slash at the end
	// Production says that the shop is a real one. There the sandbox would give
	// goods away, so it is refused unless AllowInProduction says that this is
	// meant.
	Production        bool
	AllowInProduction bool
	Logger            *slog.Logger // nil is silent
}

// Provider is the sandbox.
type Provider struct {
	ledger ledger
	public string
	log    *slog.Logger
}

var _ payment.Provider = (*Provider)(nil)

// errProduction refuses to give goods away.
var errProduction = fault.New(fault.Invalid, "sandbox_in_production",
	"The sandbox takes no money; in production it must be allowed explicitly.")

// New gives the sandbox of a database.
func New(db *postgres.DB, cfg Config) (*Provider, error) {
	if cfg.Production && !cfg.AllowInProduction {
		return nil, errProduction
	}
	if !absolute(cfg.PublicURL) {
		return nil, fault.Newf(fault.Invalid, "invalid_public_url", "The sandbox needs the shop's public URL; %q is none.", cfg.PublicURL)
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	return &Provider{ledger: ledger{db}, public: strings.TrimRight(cfg.PublicURL, "/"), log: cfg.Logger}, nil
}

// absolute reports whether the text is a whole http or https address.
func absolute(text string) bool {
	u, err := url.Parse(text)
	return err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https")
}

// Method names it and tells browsers its tokens.
func (*Provider) Method() payment.Method {
	return payment.Method{Handle: Handle, Title: "Test payment (no money moves)", Kind: payment.Card,
		PublicConfig: json.RawMessage(`{"tokens":["` + OK + `","` + Decline + `","` + Challenge + `","` + Hang + `"]}`)}
}

// Authorize does what the token says, once per key.
func (p *Provider) Authorize(ctx context.Context, r payment.Request) (payment.Verdict, error) {
	if r.Key == "" || r.Amount.Minor <= 0 {
		return payment.Verdict{}, errors.New("a charge has a key and a positive amount")
	}
	c, fresh, err := p.ledger.charge(ctx, r, firstState(r.Token))
	if err != nil {
		return payment.Verdict{}, err
	}
	if fresh && r.Token == Hang {
		<-ctx.Done()
		return payment.Verdict{}, fmt.Errorf("hang: %w", ctx.Err())
	}
	return p.verdict(c), nil
}

func firstState(token string) state {
	switch token {
	case OK, Hang:
		return charged
	case Challenge:
		return challenged
	}
	return declined
}

// Find tells what became of a key.
func (p *Provider) Find(ctx context.Context, key string) (payment.Verdict, bool, error) {
	c, found, err := p.ledger.find(ctx, key)
	if err != nil || !found {
		return payment.Verdict{}, false, err
	}
	return p.verdict(c), true, nil
}

// Cancel gives up a challenge that nobody has met. A key that was given up
// before it was heard is never charged afterwards.
func (p *Provider) Cancel(ctx context.Context, key string) (payment.Verdict, error) {
	if key == "" {
		return payment.Verdict{}, errors.New("a charge has a key")
	}
	c, err := p.ledger.cancel(ctx, key)
	return p.verdict(c), err
}

// Refund gives back once per key.
func (p *Provider) Refund(ctx context.Context, r payment.Refund) error {
	return p.ledger.refund(ctx, r)
}

// verdict says what the ledger means for a shop.
func (p *Provider) verdict(c charge) payment.Verdict {
	v := payment.Verdict{Reference: "sandbox-" + strconv.FormatInt(c.id, 10), Amount: c.amount}
	switch c.state {
	case challenged:
		v.State = lifecycle.RequiresAction
		v.Action = &payment.Action{Kind: payment.ActChallenge, URL: p.public + pagePath + url.PathEscape(c.key)}
	case charged:
		if v.State = lifecycle.Captured; c.refunded == c.amount.Minor {
			v.State = lifecycle.Voided
		}
	case declined:
		v.State, v.Reason = lifecycle.Failed, reasonOf(c.token)
	default:
		v.State = lifecycle.Cancelled
	}
	return v
}

func reasonOf(token string) string {
	switch token {
	case Decline:
		return "The card was declined."
	case Challenge:
		return "The payment was not approved."
	}
	return "unknown token"
}
