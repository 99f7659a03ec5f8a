package importer

import (
	"context"
	"fmt"
	"io"

	"github.com/souk-commerce/souk/internal/audit"
	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/inventory"
	"github.com/souk-commerce/souk/internal/market"
	"github.com/souk-commerce/souk/internal/media"
	"github.com/souk-commerce/souk/internal/metafield"
	"github.com/souk-commerce/souk/internal/platform/actor"
	"github.com/souk-commerce/souk/internal/platform/event"
	"github.com/souk-commerce/souk/internal/platform/postgres"
	"github.com/souk-commerce/souk/internal/pricing"
)

// Service takes files into the shop and writes the shop into files.
type Service struct {
	db        *postgres.DB
	audit     *audit.Log
	markets   *market.Service
	catalog   *catalog.Bulk
	prices    *pricing.Bulk
	stock     *inventory.Bulk
	pictures  *media.Bulk
	fields    *metafield.Bulk
	mediaBase string
}

// Rooms are what files are taken in with.
type Rooms struct {
	Bundles   pricing.Sums // prices that follow those of a file; nil: there are none
	MediaBase string       // the address below which pictures of our own are served, as files carry it
}

// NewService wires the room.
func NewService(db *postgres.DB, events *event.Outbox, log *audit.Log, rooms Rooms) *Service {
	return &Service{
		db: db, audit: log, markets: market.NewService(db, events, log), catalog: catalog.NewBulk(db, events),
		prices: pricing.NewBulk(db, events).Attach(rooms.Bundles), stock: inventory.NewBulk(db, events), pictures: media.NewBulk(db), fields: metafield.NewBulk(db),
		mediaBase: rooms.MediaBase,
	}
}

// Input is a file to take in.
type Input struct {
	Name     string      // of the file, for the record
	Source   io.ReaderAt // such as a Spool
	Size     int64
	Limits   Limits         // zero: DefaultLimits
	Progress func(Progress) // called after each portion; may be nil
	Started  func(id int64) // called with the run's id before the first portion; may be nil
}

// Progress says how far an import has come.
type Progress struct {
	Records  int // in the file
	Products int // in the file
	Done     int // products
	Counts   ProductCounts
}

// Import takes a file in. It commits by portions of at most 500 products, so
// that one that fails halfway has left whole products behind and only has to be
// started again. The report says what became of every row; an error means that
// the file was refused, or that the shop could not take it.
func (s *Service) Import(ctx context.Context, in Input) (Run, *Report, error) {
	if err := s.db.Refuse(ctx, "an import"); err != nil {
		return Run{}, nil, err
	}
	r := &run{service: s, input: in, report: &Report{}, seen: map[catalog.ProductID]string{}}
	done, err := r.begin(ctx)
	if err != nil {
		return r.record, r.report, err
	}
	defer done()
	err = r.work(ctx)
	r.report.Sort()
	if end := r.end(context.WithoutCancel(ctx), err); end != nil && err == nil {
		err = end
	}
	return r.record, r.report, err
}

// shop gathers the facts of the shop that a run needs.
type shop struct {
	settings Settings
	base     pricing.ListID            // the base price list
	lists    map[string]pricing.ListID // by the name of the market
	markets  map[string]market.ID
	location inventory.LocationID
}

// facts reads what the run needs to know of the shop.
func (s *Service) facts(ctx context.Context, limits Limits) (shop, error) {
	f := shop{lists: map[string]pricing.ListID{}, markets: map[string]market.ID{}}
	facts, err := s.markets.Shop(ctx)
	if err != nil {
		return f, err
	}
	all, err := s.markets.List(ctx)
	if err != nil {
		return f, err
	}
	lists, err := s.prices.Lists(ctx)
	if err != nil {
		return f, err
	}
	f.settings = Settings{Currency: facts.Currency, Limits: limits, OwnMedia: s.mediaBase + media.Path}
	f.base = lists[0].ID
	for _, m := range all {
		f.markets[m.Name] = m.ID
		column := MarketColumn{Name: m.Name}
		for _, l := range lists {
			if l.Market == m.ID && !l.Base {
				f.lists[m.Name], column.Currency = l.ID, l.Currency
			}
		}
		f.settings.Markets = append(f.settings.Markets, column)
	}
	if f.location, err = s.stock.DefaultLocation(ctx); err != nil {
		return f, err
	}
	f.settings.Types, err = s.types(ctx)
	return f, err
}

// types gives the types that metafields of the shop have.
func (s *Service) types(ctx context.Context) (map[MetafieldKey]string, error) {
	types := map[MetafieldKey]string{}
	for _, kind := range []string{ownerProduct, ownerVariant} {
		columns, err := s.fields.Columns(ctx, kind)
		if err != nil {
			return nil, err
		}
		for _, c := range columns {
			types[MetafieldKey{kind == ownerVariant, c.Namespace, c.Key}] = c.Type
		}
	}
	return types, nil
}

// The owners of metafields.
const (
	ownerProduct = "product"
	ownerVariant = "variant"
)

// actorName says who acts, for the record of a run.
func actorName(ctx context.Context) string {
	a := actor.From(ctx)
	if a.Name == "" {
		return string(a.Kind)
	}
	return fmt.Sprintf("%s %s", a.Kind, a.Name)
}
