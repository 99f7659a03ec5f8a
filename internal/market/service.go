package market

import (
	"context"
	"slices"
	"strings"

	"github.com/souk-commerce/souk/internal/audit"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/kernel/money"
	"github.com/souk-commerce/souk/internal/platform/event"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// Service holds the use cases of markets and of the shop's own facts.
type Service struct {
	db     *postgres.DB
	events *event.Outbox
	audit  *audit.Log
}

// NewService wires the room.
func NewService(db *postgres.DB, events *event.Outbox, log *audit.Log) *Service {
	return &Service{db: db, events: events, audit: log}
}

// Founding is what a new shop begins with.
type Founding struct {
	Shop     ShopInput
	Currency money.Currency
}

// Found makes the shop's row. A shop that stands already is left as it is, and
// found says so.
func (s *Service) Found(ctx context.Context, f Founding) (found bool, err error) {
	if !f.Currency.Valid() {
		return false, fault.Newf(fault.Invalid, "invalid_currency", "%q is no ISO 4217 currency code.", string(f.Currency)).At("currency")
	}
	if err := f.Shop.Validate(); err != nil {
		return false, err
	}
	err = s.db.InTx(ctx, func(ctx context.Context) error {
		found, err = s.insertShop(ctx, f)
		if err != nil || !found {
			return err
		}
		return s.noteShop(ctx, nil)
	})
	return found, err
}

// UpdateShop changes the facts about the shop if version is the current one.
func (s *Service) UpdateShop(ctx context.Context, version int64, in ShopInput) (Shop, error) {
	if err := in.Validate(); err != nil {
		return Shop{}, err
	}
	var after Shop
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		before, err := s.Shop(ctx)
		if err != nil {
			return err
		}
		if err := s.updateShop(ctx, version, in); err != nil {
			return err
		}
		if err := s.noteShop(ctx, before); err != nil {
			return err
		}
		after, err = s.Shop(ctx)
		return err
	})
	return after, err
}

func (s *Service) noteShop(ctx context.Context, before any) error {
	after, err := s.Shop(ctx)
	if err != nil {
		return err
	}
	entry := audit.Entry{Action: "shop.update", SubjectKind: "shop", SubjectID: 1, Before: before, After: after}
	if err := s.audit.Record(ctx, entry); err != nil {
		return err
	}
	return s.events.Record(ctx, Changed{Version: after.Version})
}

// Create makes a market. The first one must be the default one.
func (s *Service) Create(ctx context.Context, in Input) (Market, error) {
	return s.save(ctx, "market.create", in, func(ctx context.Context, in Input) (ID, any, error) {
		if in.Default {
			if err := s.dethrone(ctx); err != nil {
				return 0, nil, err
			}
		}
		id, err := s.insert(ctx, in)
		return id, nil, err
	})
}

// Update replaces a market if version is the current one.
func (s *Service) Update(ctx context.Context, id ID, version int64, in Input) (Market, error) {
	return s.save(ctx, "market.update", in, func(ctx context.Context, in Input) (ID, any, error) {
		before, err := s.ByID(ctx, id)
		if err != nil {
			return 0, nil, err
		}
		if in.Default && !before.Default {
			if err := s.dethrone(ctx); err != nil {
				return 0, nil, err
			}
		}
		return id, before, s.update(ctx, id, version, in)
	})
}

// save runs one write with its audit row and its event.
func (s *Service) save(ctx context.Context, action string, in Input, write func(context.Context, Input) (ID, any, error)) (Market, error) {
	in.normalize()
	if err := in.Validate(); err != nil {
		return Market{}, err
	}
	var after Market
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		id, before, err := write(ctx, in)
		if err != nil {
			return err
		}
		if err := s.needDefault(ctx); err != nil {
			return err
		}
		if after, err = s.ByID(ctx, id); err != nil {
			return err
		}
		entry := audit.Entry{Action: action, SubjectKind: "market", SubjectID: int64(id), Before: before, After: after}
		if err := s.audit.Record(ctx, entry); err != nil {
			return err
		}
		return s.events.Record(ctx, Changed{Market: id, Version: after.Version})
	})
	return after, err
}

// normalize writes hosts and languages in their one form, each once.
func (in *Input) normalize() {
	in.Domains, in.Languages = slices.Clone(in.Domains), slices.Clone(in.Languages)
	for i, d := range in.Domains {
		in.Domains[i] = strings.ToLower(strings.TrimSpace(d))
	}
	for i, l := range in.Languages {
		in.Languages[i] = locale.Language(strings.ToLower(string(l)))
	}
	in.Countries, in.Languages, in.Domains = unique(in.Countries), unique(in.Languages), unique(in.Domains)
}

// unique gives the first of each, in a list of its own.
func unique[T comparable](list []T) []T {
	out := make([]T, 0, len(list))
	for _, v := range list {
		if !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	return out
}
