package checkout

import (
	"context"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"github.com/souk-commerce/souk/internal/cart"
	"github.com/souk-commerce/souk/internal/checkout/lifecycle"
	"github.com/souk-commerce/souk/internal/inventory"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/market"
	"github.com/souk-commerce/souk/internal/order"
	"github.com/souk-commerce/souk/internal/payment"
	"github.com/souk-commerce/souk/internal/platform/event"
	"github.com/souk-commerce/souk/internal/platform/failpoint"
	"github.com/souk-commerce/souk/internal/platform/idempotency"
	"github.com/souk-commerce/souk/internal/platform/postgres"
	"github.com/souk-commerce/souk/internal/platform/secret"
	"github.com/souk-commerce/souk/internal/quote"
	"github.com/souk-commerce/souk/internal/track"
)

// Rooms are what a checkout is made with.
type Rooms struct {
	Keys     *idempotency.Keys
	Carts    *cart.Service
	Stock    *inventory.Service
	Payments *payment.Service
	Orders   *order.Service
	Listing  *listing.Service
	Buyers   *listing.Buyers
	Markets  *market.Directory
	Pricer   *quote.Pricer
	Track    *track.Recorder
	Secret   secret.Key
	Log      *slog.Logger // nil is silent
	// Home is the server's own address from outside, to which buyers may be sent back.
	Home string
	// Loopback lets buyers be sent back to this machine, for development.
	Loopback bool
}

// Config of checkouts.
type Config struct {
	Hold time.Duration `env:"SOUK_CHECKOUT_HOLD" default:"15m" min:"1m" doc:"how long a checkout holds stock after its buyer's last step"`
	// HoldMost bounds what steps prolong.
	HoldMost time.Duration `env:"SOUK_CHECKOUT_HOLD_MOST" default:"60m" min:"0s" doc:"how long a buyer's steps can prolong a hold in all; after a pause as long as one hold the time begins anew. Submitting holds the stock at any time. 0 is no bound"`
	Life     time.Duration `env:"SOUK_CHECKOUT_LIFE" default:"24h" min:"10m" doc:"how long a checkout can be resumed since its buyer did something last"`
	// Returns are where a payment provider may send buyers back to, besides the shop's own domains.
	Returns []string      `env:"SOUK_RETURN_HOSTS" doc:"hosts, such as www.example.com, that payment providers may send buyers back to, besides the shop's and its markets' domains; comma between them"`
	Await   time.Duration `env:"SOUK_CHECKOUT_AWAIT" default:"30m" min:"1m" doc:"how long a buyer may take with the payment provider"`
}

// Service holds the use cases of checkouts.
type Service struct {
	db     *postgres.DB
	events *event.Outbox
	rooms  Rooms
	cfg    Config
	points failpoint.Points
}

// NewService wires the room.
func NewService(db *postgres.DB, events *event.Outbox, rooms Rooms, cfg Config, points failpoint.Points) *Service {
	if rooms.Log == nil {
		rooms.Log = slog.New(slog.DiscardHandler)
	}
	return &Service{db: db, events: events, rooms: rooms, cfg: cfg, points: points}
}

const tokenPurpose = "checkout token"

// token gives the secret that opens a checkout, with the number it opens.
func (s *Service) token(id ID) string {
	n := strconv.FormatInt(int64(id), 10)
	return n + "-" + s.rooms.Secret.Sign(tokenPurpose, n)
}

// opened gives the checkout that a token opens.
func (s *Service) opened(token string) (ID, bool) {
	number, signature, ok := strings.Cut(token, "-")
	n, err := strconv.ParseInt(number, 10, 64)
	if !ok || err != nil || strconv.FormatInt(n, 10) != number || !s.rooms.Secret.Verify(tokenPurpose, signature, number) {
		return 0, false
	}
	return ID(n), true
}

// allowed gives the checkout that ref may be used on. Without the secret there
// is none.
func (s *Service) allowed(ref Ref) (ID, error) {
	id, ok := s.opened(ref.Token)
	if !ok || ref.ID != 0 && ref.ID != id {
		return 0, ErrNotFound
	}
	return id, nil
}

// ByToken gives the checkout that a token opens, as it stands now.
func (s *Service) ByToken(ctx context.Context, token string) (Checkout, error) {
	return s.ByRef(ctx, Ref{Token: token})
}

// ByRef gives a checkout as it stands now.
func (s *Service) ByRef(ctx context.Context, ref Ref) (Checkout, error) {
	id, err := s.allowed(ref)
	if err != nil {
		return Checkout{}, err
	}
	r, err := s.read(ctx, id)
	if err != nil {
		return Checkout{}, err
	}
	return s.view(ctx, r)
}

// ByID gives a checkout to whoever needs no secret: the server itself.
func (s *Service) ByID(ctx context.Context, id ID) (Checkout, error) {
	return s.ByRef(ctx, Ref{Token: s.token(id)})
}

// editable refuses a change to a checkout that is not the buyer's to change now.
func (r *row) editable(expected *int64, now time.Time) error {
	switch {
	case expected != nil && *expected != r.version:
		return ErrStale
	case r.state == lifecycle.Submitting, r.state == lifecycle.AwaitingAction:
		return ErrInProgress
	case r.state == lifecycle.Expired, r.state.Editable() && !r.expiresAt.After(now):
		return ErrExpired
	case !r.state.Editable():
		return ErrEnded
	}
	return nil
}
