package admin

import (
	"context"

	"github.com/souk-commerce/souk/graph/gql"
	"github.com/souk-commerce/souk/graph/loader"
	"github.com/souk-commerce/souk/internal/bundle"
	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/content"
	"github.com/souk-commerce/souk/internal/insight"
	"github.com/souk-commerce/souk/internal/inventory"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/page"
	"github.com/souk-commerce/souk/internal/market"
	"github.com/souk-commerce/souk/internal/media"
	"github.com/souk-commerce/souk/internal/merchandising"
	"github.com/souk-commerce/souk/internal/metafield"
	"github.com/souk-commerce/souk/internal/notify"
	"github.com/souk-commerce/souk/internal/order"
	"github.com/souk-commerce/souk/internal/payment"
	"github.com/souk-commerce/souk/internal/pricing"
	"github.com/souk-commerce/souk/internal/purchasing"
	"github.com/souk-commerce/souk/internal/recommend"
	"github.com/souk-commerce/souk/internal/replenish"
	"github.com/souk-commerce/souk/internal/stockfeed"
	"github.com/souk-commerce/souk/internal/warehouse"
)

// loaders batch the nested reads of one request.
type loaders struct {
	products      *loader.Loader[catalog.ProductID, catalog.Product]
	variants      *loader.Loader[catalog.VariantID, catalog.Variant]
	variantPages  *loader.Loader[variantPage, page.Slice[catalog.Variant]]
	variantCounts *loader.Loader[catalog.ProductID, int64]
	categories    *loader.Loader[catalog.CategoryID, catalog.Category]
	breadcrumbs   *loader.Loader[catalog.CategoryID, []catalog.Category]
	children      *loader.Loader[catalog.CategoryID, []catalog.Category]
	collections   *loader.Loader[catalog.CollectionID, catalog.Collection]
	memberships   *loader.Loader[catalog.ProductID, []catalog.CollectionID]
	sizes         *loader.Loader[catalog.CollectionID, int64]
	media         *loader.Loader[media.ID, media.Asset]
	markets       *loader.Loader[market.ID, market.Market]
	metafields    *loader.Loader[metafield.Owner, []metafield.Metafield]
	blogs         *loader.Loader[content.BlogID, content.Blog]
	priceLists    *loader.Loader[pricing.ListID, pricing.List]
	prices        *loader.Loader[priceKey, []pricing.Price]
	ranges        *loader.Loader[rangeKey, pricing.Range]
	levels        *loader.Loader[catalog.VariantID, []inventory.Level]
	promised      *loader.Loader[inventory.LevelID, inventory.Promised]
	thresholds    *loader.Loader[replenish.Level, replenish.Threshold]
	locations     *loader.Loader[inventory.LocationID, inventory.Location]
	policies      *loader.Loader[market.ID, inventory.Policy]
	transferLines *loader.Loader[warehouse.TransferID, []warehouse.TransferLine]
	countLines    *loader.Loader[countPage, page.Slice[warehouse.CountLine]]
	progress      *loader.Loader[warehouse.CountID, warehouse.Progress]
	purchaseLines *loader.Loader[purchasing.ID, []purchasing.Line]
	feeds         *loader.Loader[stockfeed.ID, stockfeed.Feed]
	bundles       *loader.Loader[catalog.VariantID, bundle.Bundle]
	allocations   *loader.Loader[order.ID, []order.Allocation]
	reservations  *loader.Loader[inventory.CheckoutID, []inventory.Reservation]
	payments      *loader.Loader[int64, []payment.Payment] // by checkout
	orders        *loader.Loader[order.ID, order.Order]
	notes         *loader.Loader[order.ID, []order.Note]
	timelines     *loader.Loader[order.ID, []order.Entry]
	mails         *loader.Loader[int64, []notify.Mail] // by order
	items         *loader.Loader[merchandising.ItemID, merchandising.Item]
	contents      *loader.Loader[merchandising.Draft, merchandising.Version]
	proposals     *loader.Loader[insight.ProposalID, insight.Proposal]
	proposed      *loader.Loader[queryKey, []insight.Proposal]
	scores        *loader.Loader[catalog.ProductID, recommend.Score]
	affinities    *loader.Loader[catalog.ProductID, []recommend.Affinity]
}

func newLoaders(d Deps) *loaders {
	return &loaders{
		products:      loader.New(d.Wait, d.Catalog.ProductsByIDs),
		variants:      loader.New(d.Wait, d.Catalog.VariantsByIDs),
		variantPages:  loader.New(d.Wait, d.variantPages),
		variantCounts: loader.New(d.Wait, d.variantCounts),
		categories:    loader.New(d.Wait, d.Catalog.CategoriesByIDs),
		breadcrumbs:   loader.New(d.Wait, d.Catalog.Breadcrumbs),
		children:      loader.New(d.Wait, d.Catalog.Children),
		collections:   loader.New(d.Wait, d.Catalog.CollectionsByIDs),
		memberships:   loader.New(d.Wait, d.Catalog.CollectionsOf),
		sizes:         loader.New(d.Wait, d.Catalog.CollectionSizes),
		media:         loader.New(d.Wait, d.Media.ByIDs),
		markets:       loader.New(d.Wait, d.Markets.ByIDs),
		metafields:    loader.New(d.Wait, d.metafields),
		blogs:         loader.New(d.Wait, d.Content.BlogsByIDs),
		priceLists:    loader.New(d.Wait, d.Prices.ListsByIDs),
		prices:        loader.New(d.Wait, d.prices),
		ranges:        loader.New(d.Wait, d.ranges),
		levels:        loader.New(d.Wait, d.Stock.LevelsOf),
		promised:      loader.New(d.Wait, d.Stock.Promised),
		thresholds:    loader.New(d.Wait, d.Thresholds.ByLevels),
		locations:     loader.New(d.Wait, d.Stock.LocationsByIDs),
		policies:      loader.New(d.Wait, d.Stock.Policies),
		transferLines: loader.New(d.Wait, d.Warehouse.TransferLines),
		countLines:    loader.New(d.Wait, d.countLines),
		progress:      loader.New(d.Wait, d.Warehouse.ProgressOf),
		purchaseLines: loader.New(d.Wait, d.Purchases.Lines),
		feeds:         loader.New(d.Wait, d.Feeds.ByIDs),
		bundles:       loader.New(d.Wait, d.Bundles.ByVariants),
		allocations:   loader.New(d.Wait, d.Orders.Allocations),
		reservations:  loader.New(d.Wait, d.Stock.ReservationsOf),
		payments:      loader.New(d.Wait, d.Payments.OfCheckouts),
		orders:        loader.New(d.Wait, d.Orders.ByIDs),
		notes:         loader.New(d.Wait, d.Orders.Notes),
		timelines:     loader.New(d.Wait, d.Orders.Timeline),
		mails:         loader.New(d.Wait, d.mails),
		items:         loader.New(d.Wait, d.Merchandising.ItemsByIDs),
		contents:      loader.New(d.Wait, d.Merchandising.VersionsByDrafts),
		proposals:     loader.New(d.Wait, d.Insight.ProposalsByIDs),
		proposed:      loader.New(d.Wait, d.proposed),
		scores:        loader.New(d.Wait, d.Recommend.Scores),
		affinities:    loader.New(d.Wait, d.Recommend.Affinities),
	}
}

type loadersKey struct{}

func withLoaders(ctx context.Context, d Deps) context.Context {
	return context.WithValue(ctx, loadersKey{}, newLoaders(d))
}

// load gives the loaders of the request; the handler has put them there.
func load(ctx context.Context) *loaders {
	l, _ := ctx.Value(loadersKey{}).(*loaders)
	return l
}

// there insists on a thing that something else refers to.
func there[T any](thing T, ok bool, err error) (T, error) {
	if err == nil && !ok {
		err = fault.New(fault.NotFound, "not_found", "It has just gone away.")
	}
	return thing, err
}

// orNone gives what of many there may be none of.
func orNone[T any](things []T, _ bool, err error) ([]T, error) { return things, err }

// spent counts the parts of a thing against the request's budget of rows.
func spent[T any](ctx context.Context) func(things []T, _ bool, err error) ([]T, error) {
	return func(things []T, _ bool, err error) ([]T, error) {
		if err == nil {
			err = gql.Rows(ctx).Spend(len(things))
		}
		return things, err
	}
}

// window is page.Args as a key.
type window struct {
	first, last   int // -1: not given
	after, before string
	reverse       bool
}

func windowOf(a page.Args) window {
	w := window{first: -1, last: -1, reverse: a.Reverse}
	if a.First != nil {
		w.first = *a.First
	}
	if a.Last != nil {
		w.last = *a.Last
	}
	if a.After != nil {
		w.after = *a.After
	}
	if a.Before != nil {
		w.before = *a.Before
	}
	return w
}

func (w window) args() page.Args {
	a := page.Args{Reverse: w.reverse}
	if w.first >= 0 {
		a.First = &w.first
	}
	if w.last >= 0 {
		a.Last = &w.last
	}
	if w.after != "" {
		a.After = &w.after
	}
	if w.before != "" {
		a.Before = &w.before
	}
	return a
}

// variantPage is a page of one product's variants.
type variantPage struct {
	product catalog.ProductID
	window  window
}

// variantPages reads the pages that are alike together.
func (d Deps) variantPages(ctx context.Context, keys []variantPage) (map[variantPage]page.Slice[catalog.Variant], error) {
	alike := map[window][]catalog.ProductID{}
	for _, k := range keys {
		alike[k.window] = append(alike[k.window], k.product)
	}
	out := make(map[variantPage]page.Slice[catalog.Variant], len(keys))
	for w, products := range alike {
		slices, err := d.Catalog.VariantPages(ctx, products, w.args())
		if err != nil {
			return nil, err
		}
		for p, s := range slices {
			out[variantPage{p, w}] = s
		}
	}
	return out, nil
}

func (d Deps) variantCounts(ctx context.Context, products []catalog.ProductID) (map[catalog.ProductID]int64, error) {
	refs, err := d.Catalog.RefsOfProducts(ctx, products)
	out := make(map[catalog.ProductID]int64, len(products))
	for _, r := range refs {
		out[r.Product]++
	}
	return out, err
}

// metafields reads the metafields of owners of one kind together.
func (d Deps) metafields(ctx context.Context, owners []metafield.Owner) (map[metafield.Owner][]metafield.Metafield, error) {
	kinds := map[string][]int64{}
	for _, o := range owners {
		kinds[o.Kind] = append(kinds[o.Kind], o.ID)
	}
	out := make(map[metafield.Owner][]metafield.Metafield, len(owners))
	for kind, ids := range kinds {
		found, err := d.Metafields.OfMany(ctx, kind, ids)
		if err != nil {
			return nil, err
		}
		for id, list := range found {
			out[metafield.Owner{Kind: kind, ID: id}] = list
		}
	}
	return out, nil
}

// mails reads what was written about orders.
func (d Deps) mails(ctx context.Context, orders []int64) (map[int64][]notify.Mail, error) {
	return d.Mails.OfSubjects(ctx, notify.AboutOrder, orders)
}

// priceKey names the prices of a variant in a list; list 0 is the base one.
type priceKey struct {
	list    pricing.ListID
	variant catalog.VariantID
}

// prices reads the prices of one list together. A shop without a base list has
// no prices in it.
func (d Deps) prices(ctx context.Context, keys []priceKey) (map[priceKey][]pricing.Price, error) {
	lists := map[pricing.ListID][]catalog.VariantID{}
	for _, k := range keys {
		lists[k.list] = append(lists[k.list], k.variant)
	}
	out := make(map[priceKey][]pricing.Price, len(keys))
	for id, variants := range lists {
		found, err := d.pricesIn(ctx, id, variants)
		if err != nil {
			return nil, err
		}
		for v, prices := range found {
			out[priceKey{id, v}] = prices
		}
	}
	return out, nil
}

func (d Deps) pricesIn(ctx context.Context, id pricing.ListID, variants []catalog.VariantID) (map[catalog.VariantID][]pricing.Price, error) {
	id, err := d.listOrBase(ctx, id)
	if err != nil || id == 0 {
		return nil, err
	}
	return d.Prices.PricesOf(ctx, id, variants)
}

// rangeKey names the span of a product's prices in a list; list 0 is the base
// one.
type rangeKey struct {
	list    pricing.ListID
	product catalog.ProductID
}

// ranges reads the spans of one list together.
func (d Deps) ranges(ctx context.Context, keys []rangeKey) (map[rangeKey]pricing.Range, error) {
	lists := map[pricing.ListID][]catalog.ProductID{}
	for _, k := range keys {
		lists[k.list] = append(lists[k.list], k.product)
	}
	out := make(map[rangeKey]pricing.Range, len(keys))
	for named, products := range lists {
		id, err := d.listOrBase(ctx, named)
		if err != nil {
			return nil, err
		}
		if id == 0 {
			continue
		}
		found, err := d.Prices.RangesOf(ctx, id, products)
		if err != nil {
			return nil, err
		}
		for p, r := range found {
			out[rangeKey{named, p}] = r
		}
	}
	return out, nil
}

// listOrBase gives the list that is named, else the base one, 0 if there is none
// yet.
func (d Deps) listOrBase(ctx context.Context, id pricing.ListID) (pricing.ListID, error) {
	if id != 0 {
		return id, nil
	}
	all, err := d.Prices.Lists(ctx)
	if err != nil || len(all) == 0 || !all[0].Base {
		return 0, err
	}
	return all[0].ID, nil
}

// listNamed reads the id of a price list that a field may name. One that names
// nothing is not taken for the base list.
func listNamed(text *string) (pricing.ListID, error) {
	if text == nil {
		return 0, nil
	}
	id, err := gql.UnmarshalPriceListID(*text)
	if err != nil {
		return 0, pricing.ErrNotFound
	}
	return id, nil
}
