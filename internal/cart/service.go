package cart

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/market"
	"github.com/souk-commerce/souk/internal/platform/event"
	"github.com/souk-commerce/souk/internal/platform/postgres"
	"github.com/souk-commerce/souk/internal/platform/redis"
	"github.com/souk-commerce/souk/internal/platform/secret"
	"github.com/souk-commerce/souk/internal/quote"
	"github.com/souk-commerce/souk/internal/track"
)

// Rooms are what a cart is made with.
type Rooms struct {
	DB      *postgres.DB
	Events  *event.Outbox
	Markets *market.Directory
	Goods   *listing.Service
	Buyers  *listing.Buyers
	Pricer  *quote.Pricer
	Track   *track.Recorder
	Cache   redis.Store
	Key     secret.Key
	Prices  *Prices
	Held    Held         // nil: carts hold nothing
	Log     *slog.Logger // nil is silent
}

// Held tells how many pieces of what are held for a cart by its checkout: they
// are not on offer to others, but to this cart they are. It is asked only where
// there seems to be too little.
type Held func(ctx context.Context, id ID) (map[listing.VariantID]int64, error)

// Config of carts.
type Config struct {
	Keep time.Duration `env:"SOUK_CART_KEEP" default:"720h" min:"1h" doc:"how long a cart is kept since it was changed last"`
}

// Service holds the use cases of carts.
type Service struct {
	rooms Rooms
	cfg   Config
	cache cache
}

// NewService wires the room.
func NewService(rooms Rooms, cfg Config) *Service {
	if cfg.Keep <= 0 {
		cfg.Keep = 30 * 24 * time.Hour
	}
	if rooms.Log == nil {
		rooms.Log = slog.New(slog.DiscardHandler)
	}
	return &Service{rooms: rooms, cfg: cfg, cache: cache{store: rooms.Cache, prices: rooms.Prices}}
}

const purpose = "cart"

// sign gives the secret of a cart in an epoch.
func (s *Service) sign(id ID, epoch int) string {
	return s.rooms.Key.Sign(purpose, strconv.FormatInt(int64(id), 10), strconv.Itoa(epoch))
}

// opens reports whether a key is the secret of a cart in an epoch.
func (s *Service) opens(key string, id ID, epoch int) bool {
	return s.rooms.Key.Verify(purpose, key, strconv.FormatInt(int64(id), 10), strconv.Itoa(epoch))
}

// open gives the cart that ref may be used on. The secret is looked at before
// anything else about the cart is.
func (s *Service) open(b *basket, ref Ref, now time.Time) (*basket, error) {
	if b == nil || !s.opens(ref.Key, b.ID, b.Epoch) || !b.lives(now) {
		return nil, ErrNotFound
	}
	return b, nil
}

// ByRef gives a cart, priced for now. A cart that was read a moment ago costs no
// SQL. Inside a transaction the tables answer, since it may have changed them.
func (s *Service) ByRef(ctx context.Context, ref Ref) (Cart, error) {
	now := s.rooms.DB.Now(ctx)
	if _, inside := s.rooms.DB.Tx(ctx); !inside {
		kept, ok := s.cache.get(ctx, ref.ID)
		if ok && s.opens(ref.Key, ref.ID, kept.Epoch) && kept.Cart.ExpiresAt.After(now) {
			kept.Cart.Key = s.sign(ref.ID, kept.Epoch)
			return kept.Cart, nil
		}
	}
	// What is kept under another secret may only be old: the table decides.
	return s.read(ctx, ref.ID, func(b *basket) (*basket, error) { return s.open(b, ref, now) })
}

// ByID gives an active cart by its number alone: for the server itself.
func (s *Service) ByID(ctx context.Context, id ID) (Cart, error) {
	now := s.rooms.DB.Now(ctx)
	return s.read(ctx, id, func(b *basket) (*basket, error) {
		if b == nil || !b.lives(now) {
			return nil, ErrNotFound
		}
		return b, nil
	})
}

// read gives a cart from the tables, if it may be read, and keeps it for the
// next one.
func (s *Service) read(ctx context.Context, id ID, may func(*basket) (*basket, error)) (Cart, error) {
	since := s.rooms.Prices.Now()
	all, err := s.load(ctx, id)
	if err != nil {
		return Cart{}, err
	}
	b, err := may(all[id])
	if err != nil {
		return Cart{}, err
	}
	d, err := s.draft(ctx, b, edit{})
	if err != nil {
		return Cart{}, err
	}
	c, err := s.view(d)
	if err != nil {
		return Cart{}, err
	}
	s.rooms.DB.AfterCommit(ctx, func() { s.cache.put(ctx, c, b.Epoch, since) })
	return c, nil
}

// Create makes a cart for the buyer of a context.
func (s *Service) Create(ctx context.Context, at listing.Context, in New) (Change, error) {
	e := in.edit()
	if err := e.faults.Err(); err != nil {
		return Change{}, err
	}
	var out Change
	err := s.rooms.DB.InTx(ctx, func(ctx context.Context) error {
		now := s.rooms.DB.Now(ctx)
		b := &basket{row: row{
			CreatedAt: now, UpdatedAt: now, ExpiresAt: now.Add(s.cfg.Keep), Epoch: 1, State: Active,
			Market: market.ID(at.Market), Country: at.Country, Language: at.Language, Currency: at.Currency,
			Attributes: []Attribute{}, Codes: []string{}, Metafields: []Metafield{}, Choices: map[string]string{},
		}}
		if in.Customer != 0 {
			b.Customer = &in.Customer
		}
		if err := s.insert(ctx, &b.row); err != nil {
			return err
		}
		var err error
		out, err = s.edit(ctx, b, e)
		return err
	})
	return settled(out, err)
}

// Lock gives an active cart, not priced, that nobody else changes until the
// caller's transaction ends.
func (s *Service) Lock(ctx context.Context, ref Ref) (Cart, error) {
	b, err := s.lockOne(ctx, ref.ID)
	if err != nil {
		return Cart{}, err
	}
	if b, err = s.open(b, ref, s.rooms.DB.Now(ctx)); err != nil {
		return Cart{}, err
	}
	return b.cart(s.sign(b.ID, b.Epoch)), nil
}

// LockByID is Lock for the server itself, of a cart in any state.
func (s *Service) LockByID(ctx context.Context, id ID) (Cart, error) {
	b, err := s.lockOne(ctx, id)
	if err != nil {
		return Cart{}, err
	}
	return b.cart(s.sign(b.ID, b.Epoch)), nil
}

func (s *Service) lockOne(ctx context.Context, id ID) (*basket, error) {
	if err := s.inside(ctx); err != nil {
		return nil, err
	}
	all, err := s.lock(ctx, id)
	if err != nil {
		return nil, err
	}
	if all[id] == nil {
		return nil, ErrNotFound
	}
	return all[id], nil
}

func (s *Service) inside(ctx context.Context) error {
	if _, ok := s.rooms.DB.Tx(ctx); !ok {
		return fault.New(fault.Internal, "outside_transaction", "a cart is locked in the transaction that needs it")
	}
	return nil
}

// Complete ends a cart that has become an order, in the order's transaction. An
// expired one is completed, too, since its payment may come in late; one that
// was merged stays merged. A second order of a cart is refused.
func (s *Service) Complete(ctx context.Context, id ID) error {
	if err := s.inside(ctx); err != nil {
		return err
	}
	state, version, err := s.complete(ctx, id)
	switch {
	case err != nil:
		return err
	case state == Completed:
		return ErrCompleted
	case state == Merged:
		return nil
	}
	s.bury(ctx, ended{id, version})
	return s.rooms.Events.Record(ctx, CartCompleted{Cart: id, Version: version})
}

// Renew gives a cart a new secret; those before no longer open it.
func (s *Service) Renew(ctx context.Context, ref Ref) (Cart, error) {
	changed, err := s.change(ctx, ref, edit{apply: func(d *draft) error {
		d.Epoch++
		return nil
	}})
	return changed.Cart, err
}

// ExpireDue ends up to limit carts that were not used for long, and says how
// many.
func (s *Service) ExpireDue(ctx context.Context, limit int) (int, error) {
	var n int
	err := s.rooms.DB.InTx(ctx, func(ctx context.Context) error {
		all, err := s.expire(ctx, s.rooms.DB.Now(ctx), limit)
		if err != nil {
			return err
		}
		n = len(all)
		facts := make([]event.Fact, n)
		for i, e := range all {
			facts[i] = CartExpired{Cart: e.ID, Version: e.Version}
		}
		s.bury(ctx, all...)
		return s.rooms.Events.Record(ctx, facts...)
	})
	if err != nil {
		return 0, fmt.Errorf("expire carts: %w", err)
	}
	return n, nil
}

// bury takes carts that ended out of the cache.
func (s *Service) bury(ctx context.Context, all ...ended) {
	s.cache.drop(ctx, all...)
	s.rooms.DB.AfterCommit(ctx, func() { s.cache.bury(ctx, all...) })
}

// settled gives what a transaction made, nothing when it did not commit.
func settled(c Change, err error) (Change, error) {
	if err != nil {
		return Change{}, err
	}
	return c, nil
}
