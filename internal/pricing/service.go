package pricing

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/souk-commerce/souk/internal/audit"
	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/money"
	"github.com/souk-commerce/souk/internal/market"
	"github.com/souk-commerce/souk/internal/platform/event"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// Service holds the use cases of prices. Every write locks the lists it touches
// in the order of their ids, and brings derived prices and ranges up to date in
// its own transaction.
type Service struct {
	db      *postgres.DB
	events  *event.Outbox
	audit   *audit.Log
	catalog *catalog.Service
	markets *market.Service
	sums    Sums // nil: there are none
}

// Rooms are the earlier rooms that this one asks.
type Rooms struct {
	Catalog *catalog.Service
	Markets *market.Service
}

// NewService wires the room.
func NewService(db *postgres.DB, events *event.Outbox, log *audit.Log, rooms Rooms) *Service {
	return &Service{db: db, events: events, audit: log, catalog: rooms.Catalog, markets: rooms.Markets}
}

// CreateList makes a price list. A derived one has its prices at once.
func (s *Service) CreateList(ctx context.Context, in NewList) (List, error) {
	if err := in.Validate(); err != nil {
		return List{}, err
	}
	var after List
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		currency, err := s.currencyFor(ctx, in)
		if err != nil {
			return err
		}
		id, err := s.insertList(ctx, in, currency)
		if err != nil {
			return err
		}
		if err := s.settleAll(ctx, id); err != nil {
			return err
		}
		if after, err = s.ListByID(ctx, id); err != nil {
			return err
		}
		return s.noteList(ctx, "price_list.create", nil, after)
	})
	return after, err
}

// currencyFor gives the currency that the list must be kept in.
func (s *Service) currencyFor(ctx context.Context, in NewList) (money.Currency, error) {
	if in.Base {
		shop, err := s.markets.Shop(ctx)
		return shop.Currency, err
	}
	m, err := s.markets.ByID(ctx, *in.MarketID)
	if f, ok := fault.As(err); ok {
		return "", f.At("marketId")
	}
	return m.Currency, err
}

// UpdateList changes the list if version is the current one. With another rule
// all its derived prices are computed anew.
func (s *Service) UpdateList(ctx context.Context, id ListID, version int64, c ListChange) (List, error) {
	if err := c.Validate(); err != nil {
		return List{}, err
	}
	var after List
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		before, err := s.lockVersion(ctx, id, version)
		if err != nil {
			return err
		}
		if before.Base && c.Rule != nil && *c.Rule != (Rule{}) {
			return ErrBaseFollows
		}
		if err := s.updateList(ctx, id, c); err != nil {
			return err
		}
		if c.Rule != nil {
			if err := s.settleAll(ctx, id); err != nil {
				return err
			}
		}
		if after, err = s.ListByID(ctx, id); err != nil {
			return err
		}
		return s.noteList(ctx, "price_list.update", before, after)
	})
	return after, err
}

// DeleteList takes a list away with its prices; its market is served by the
// base list then.
func (s *Service) DeleteList(ctx context.Context, id ListID, version int64) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		before, err := s.lockVersion(ctx, id, version)
		if err != nil {
			return err
		}
		if before.Base {
			return ErrBaseStays
		}
		if err := s.exec(ctx, "delete price list", `DELETE FROM price_list WHERE id = $1`, int64(id)); err != nil {
			return err
		}
		entry := audit.Entry{Action: "price_list.delete", SubjectKind: "price_list", SubjectID: int64(id), Before: before}
		if err := s.audit.Record(ctx, entry); err != nil {
			return err
		}
		return s.events.Record(ctx, ListChanged{List: id, Version: version + 1})
	})
}

// lockVersion takes a list and compares its version.
func (s *Service) lockVersion(ctx context.Context, id ListID, version int64) (List, error) {
	if err := lockLists(ctx, s.db, []ListID{id}); err != nil {
		return List{}, err
	}
	l, err := s.ListByID(ctx, id)
	if err != nil {
		return List{}, err
	}
	if l.Version != version {
		return List{}, ErrStale
	}
	return l, nil
}

// noteList writes the books of a list's change. Its prices may all be others.
func (s *Service) noteList(ctx context.Context, action string, before any, after List) error {
	entry := audit.Entry{Action: action, SubjectKind: "price_list", SubjectID: int64(after.ID), Before: before, After: after}
	if err := s.audit.Record(ctx, entry); err != nil {
		return err
	}
	facts := []event.Fact{ListChanged{List: after.ID, Version: after.Version}}
	if old, existed := before.(List); after.Rule != nil || existed && old.Rule != nil {
		facts = append(facts, PriceChanged{List: after.ID, Version: after.Version})
	}
	return s.events.Record(ctx, facts...)
}

// SetPrices sets and takes away fixed prices of a list. Lists that follow it,
// and the ranges of the products concerned, follow at once.
func (s *Service) SetPrices(ctx context.Context, id ListID, changes []Change) error {
	if len(changes) == 0 {
		return nil
	}
	if len(changes) > MaxChanges {
		return fault.Newf(fault.Invalid, "too_many", "At most %d prices are set at once.", MaxChanges).At("prices")
	}
	changes = normalized(changes)
	return s.db.InTx(ctx, func(ctx context.Context) error {
		refs, err := s.concerned(ctx, changes)
		if err != nil {
			return err
		}
		lists, err := s.lockFollowing(ctx, id)
		if err != nil {
			return err
		}
		target := lists[slices.IndexFunc(lists, func(l List) bool { return l.ID == id })]
		if err := validateChanges(changes, target.Currency); err != nil {
			return err
		}
		if err := s.refuseSums(ctx, changes); err != nil {
			return err
		}
		variants := variantsOf(changes)
		before, err := s.PricesOf(ctx, id, variants)
		if err != nil {
			return err
		}
		if err := s.writePrices(ctx, id, changes); err != nil {
			return err
		}
		if err := s.follow(ctx, lists, refs); err != nil {
			return err
		}
		if err := s.refuseNoFirstTier(ctx, lists, variants); err != nil {
			return err
		}
		return s.notePrices(ctx, id, variants, before)
	})
}

// concerned gives all variants of the products whose prices change. Those whose
// price changes are held, before the lists are locked.
func (s *Service) concerned(ctx context.Context, changes []Change) ([]catalog.VariantRef, error) {
	own, err := s.catalog.HoldVariants(ctx, variantsOf(changes))
	if err != nil {
		return nil, err
	}
	known, products := map[catalog.VariantID]bool{}, []catalog.ProductID{}
	for _, r := range own {
		known[r.Variant] = true
		products = append(products, r.Product)
	}
	var faults fault.List
	for i, c := range changes {
		if !known[c.Variant] {
			faults.Add(errNoVariant.At("prices", strconv.Itoa(i), "variant"))
		}
	}
	if err := faults.Err(); err != nil {
		return nil, err
	}
	slices.Sort(products)
	return s.catalog.RefsOfProducts(ctx, slices.Compact(products))
}

func (s *Service) notePrices(ctx context.Context, id ListID, variants []catalog.VariantID, before map[catalog.VariantID][]Price) error {
	after, err := s.PricesOf(ctx, id, variants)
	if err != nil {
		return err
	}
	return s.audit.Record(ctx, audit.Entry{
		Action: "price.set", SubjectKind: "price_list", SubjectID: int64(id), Before: before, After: after,
	})
}

// follow brings derived prices and ranges of these lists up to date and records
// which products cost something else. The lists are locked; the refs are all
// variants of each product.
func (s *Service) follow(ctx context.Context, lists []List, refs []catalog.VariantRef) error {
	ids := make([]ListID, len(lists))
	for i, l := range lists {
		ids[i] = l.ID
	}
	refs, err := s.settle(ctx, ids, refs)
	if err != nil {
		return err
	}
	versions, err := s.countUp(ctx, ids)
	if err != nil {
		return err
	}
	products := productsOf(refs)
	facts := make([]event.Fact, len(ids))
	for i, id := range ids {
		facts[i] = PriceChanged{List: id, Version: versions[id], Products: products}
	}
	return s.events.Record(ctx, facts...)
}

// VariantsDeleting takes the prices of variants away before they go, so that
// the ranges of their products stay right. The catalogue calls it.
func (s *Service) VariantsDeleting(ctx context.Context, refs []catalog.VariantRef) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		lists, err := s.lockAll(ctx)
		if err != nil {
			return err
		}
		gone := make([]int64, len(refs))
		for i, r := range refs {
			gone[i] = int64(r.Variant)
		}
		if err := s.exec(ctx, "delete prices", `DELETE FROM price WHERE variant_id = ANY($1)`, gone); err != nil {
			return err
		}
		siblings, err := s.catalog.RefsOfProducts(ctx, productsOf(refs))
		if err != nil {
			return err
		}
		return s.follow(ctx, lists, siblings)
	})
}

// settleAll brings a whole list up to date, some products at a time.
func (s *Service) settleAll(ctx context.Context, id ListID) error {
	for after := catalog.ProductID(0); ; {
		refs, err := s.catalog.RefsAfter(ctx, after, settleBatch)
		if err != nil || len(refs) == 0 {
			return err
		}
		if _, err := s.settle(ctx, []ListID{id}, refs); err != nil {
			return err
		}
		after = refs[len(refs)-1].Product
	}
}

// settleBatch is how many products are settled in one statement.
const settleBatch = 500

func variantsOf(changes []Change) []catalog.VariantID {
	ids := make([]catalog.VariantID, len(changes))
	for i, c := range changes {
		ids[i] = c.Variant
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

func productsOf(refs []catalog.VariantRef) []catalog.ProductID {
	ids := make([]catalog.ProductID, len(refs))
	for i, r := range refs {
		ids[i] = r.Product
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

func normalized(changes []Change) []Change {
	out := slices.Clone(changes)
	for i := range out {
		out[i].MinQuantity = max(out[i].MinQuantity, 0)
		if out[i].MinQuantity == 0 {
			out[i].MinQuantity = 1
		}
	}
	return out
}

// Validate reports every fault of the input at once.
func (in NewList) Validate() error {
	var faults fault.List
	if strings.TrimSpace(in.Name) == "" {
		faults.Add(fault.New(fault.Invalid, "required", "A price list needs a name.").At("name"))
	}
	if in.Base && (in.Rule != nil || in.MarketID != nil) {
		faults.Add(ErrBaseFollows)
	}
	if !in.Base && in.MarketID == nil {
		faults.Add(ErrNeedsMarket)
	}
	if in.Rule != nil {
		faults = append(faults, fault.All(in.Rule.Validate())...)
	}
	return faults.Err()
}

// Validate reports every fault of the change at once.
func (c ListChange) Validate() error {
	var faults fault.List
	if c.Name != nil && strings.TrimSpace(*c.Name) == "" {
		faults.Add(fault.New(fault.Invalid, "required", "A price list needs a name.").At("name"))
	}
	if c.Rule != nil && *c.Rule != (Rule{}) {
		faults = append(faults, fault.All(c.Rule.Validate())...)
	}
	return faults.Err()
}

// validateChanges reports every fault of the changes at once.
func validateChanges(changes []Change, currency money.Currency) error {
	type key struct {
		variant  catalog.VariantID
		quantity int
	}
	var faults fault.List
	seen := map[key]bool{}
	for i, c := range changes {
		at := []string{"prices", strconv.Itoa(i)}
		k := key{c.Variant, c.MinQuantity}
		if seen[k] {
			faults.Add(errTwice.At(at...))
		}
		seen[k] = true
		faults.Add(checkAmount(c.Amount, currency, append(at, "amount")...))
		faults.Add(checkAmount(c.CompareAt, currency, append(at, "compareAt")...))
	}
	return faults.Err()
}

func checkAmount(m *money.Money, currency money.Currency, path ...string) *fault.Error {
	switch {
	case m == nil:
		return nil
	case m.Currency != currency:
		return errWrongMoney.At(path...)
	case m.Minor < 0 || m.Minor > MaxAmount:
		return outOfRange(path...)
	}
	return nil
}
