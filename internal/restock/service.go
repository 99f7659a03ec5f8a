package restock

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/souk-commerce/souk/internal/kernel/contact"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/platform/event"
	"github.com/souk-commerce/souk/internal/platform/postgres"
	"github.com/souk-commerce/souk/internal/platform/redis"
	"github.com/souk-commerce/souk/internal/platform/secret"
)

const (
	triesPerClient = 30
	triesWithin    = 15 * time.Minute
	// mostWaiting is for how many pieces one address waits. What is beyond is
	// answered alike and not kept, so that nobody can fill somebody's mailbox and
	// nobody learns whether an address is known.
	mostWaiting = 50
	// patience is how long somebody waits for what does not come.
	patience = 365 * 24 * time.Hour
	// purpose is what the links that end requests are signed for.
	purpose = "restock request"
)

// Rooms is what this one stands on.
type Rooms struct {
	DB       *postgres.DB
	Events   *event.Outbox
	Goods    *listing.Service
	Buyers   *listing.Buyers
	Attempts redis.Store
	Key      secret.Key
}

// Service holds the use cases.
type Service struct {
	db     *postgres.DB
	events *event.Outbox
	goods  *listing.Service
	buyers *listing.Buyers
	key    secret.Key
	tries  *redis.Attempts
}

// NewService wires the room.
func NewService(r Rooms) *Service {
	return &Service{db: r.DB, events: r.Events, goods: r.Goods, buyers: r.Buyers, key: r.Key,
		tries: redis.NewAttempts(r.Attempts, "restock request, by client", triesPerClient, triesWithin)}
}

// Subscribe makes a request for a variant that is on sale in the buyer's market
// and cannot be bought now. Who asks twice waits once, and is written to in the
// market and the language of the last time. The answer is the same whether the
// address was known or not.
func (s *Service) Subscribe(ctx context.Context, at listing.Context, w Wish) error {
	w.Email = strings.TrimSpace(w.Email)
	if err := s.take(ctx, w.Client); err != nil {
		return err
	}
	if err := w.Validate(); err != nil {
		return err
	}
	found, err := s.goods.Goods(ctx, at, []listing.VariantID{w.Variant})
	if err != nil {
		return fmt.Errorf("look at what is wished for: %w", err)
	}
	switch g, ok := found[w.Variant]; {
	case !ok || !g.Sellable || len(g.Prices) == 0:
		return ErrVariant.At("variantId")
	case g.Offer() > 0:
		return ErrInStock.At("variantId")
	}
	return s.keep(ctx, at, w)
}

func (s *Service) take(ctx context.Context, client string) error {
	err := s.tries.Take(ctx, client)
	if errors.Is(err, redis.ErrAttempts) {
		return ErrAttempts
	}
	if err != nil {
		return fmt.Errorf("count attempts at restock requests: %w", err)
	}
	return nil
}

// Token gives the secret by which the address of a request asks to be written to
// no more: "<id>-<signature>".
func (s *Service) Token(id ID) string {
	text := strconv.FormatInt(int64(id), 10)
	return text + "-" + s.key.Sign(purpose, text)
}

// Unsubscribe ends all requests of the address that a token is of. It may be
// done again. Whatever is wrong with a token, the answer is ErrToken; client is
// as in Wish.
func (s *Service) Unsubscribe(ctx context.Context, token, client string) error {
	if err := s.take(ctx, client); err != nil {
		return err
	}
	text, signature, _ := strings.Cut(token, "-") // signed is the text, so there is one spelling
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil || !s.key.Verify(purpose, signature, text) {
		return ErrToken
	}
	return s.cancel(ctx, ID(id))
}

// keyOf finds the same person again.
func keyOf(email string) string { return contact.Email(email) }
