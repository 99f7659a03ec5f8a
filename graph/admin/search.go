package admin

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/souk-commerce/souk/graph/admin/answer"
	"github.com/souk-commerce/souk/graph/gql"
	"github.com/souk-commerce/souk/internal/insight"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/kernel/money"
	"github.com/souk-commerce/souk/internal/kernel/page"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/market"
	"github.com/souk-commerce/souk/internal/merchandising"
	"github.com/souk-commerce/souk/internal/search"
)

// saveItem writes a new item, or a new version of one that was seen, which keeps
// its name where none is given.
func (r *Resolver) saveItem(ctx context.Context, seen merchandising.Save, in answer.MerchandisingItemInput) (merchandising.Item, error) {
	content, field, err := in.Content.Read()
	if err != nil {
		return merchandising.Item{}, err
	}
	seen.Name, seen.Content, seen.Note = in.Name, content, in.Note
	if seen.Item != 0 && seen.Name == "" {
		before, err := r.rooms.Merchandising.Item(ctx, seen.Item)
		if err != nil {
			return merchandising.Item{}, err
		}
		seen.Name = before.Name
	}
	item, err := r.rooms.Merchandising.Save(ctx, seen)
	return item, inContent(err, field)
}

// inContent names the field of the input by which a content was given: the room
// knows contents, not how they come.
func inContent(err error, field string) error {
	faults := fault.All(err)
	if len(faults) == 0 {
		return err
	}
	var out fault.List
	for _, f := range faults {
		if len(f.Path) > 0 && f.Path[0] == "content" {
			f = f.At(slices.Concat([]string{"content", field}, f.Path[1:])...)
		}
		out.Add(f)
	}
	return out.Err()
}

// marketsOf names markets as their room does.
func marketsOf(ids []int64) []market.ID {
	out := make([]market.ID, len(ids))
	for i, id := range ids {
		out[i] = market.ID(id)
	}
	return out
}

// convert gives texts as texts of another type.
func convert[To, From ~string](texts []From) []To {
	out := make([]To, len(texts))
	for i, t := range texts {
		out[i] = To(t)
	}
	return out
}

// filterJSON writes the filter of an act as it may be sent back; nil for none.
func filterJSON(f *listing.Filter) (any, error) {
	if f == nil {
		return nil, nil
	}
	text, err := json.Marshal(f)
	if err != nil {
		return nil, fmt.Errorf("write a filter: %w", err)
	}
	return json.RawMessage(text), nil
}

// maxDrafts bounds the contents that one preview lays over what is live.
const maxDrafts = 20

var errDrafts = fault.Newf(fault.Exhausted, "too_many", "A preview looks at %d drafts at most.", maxDrafts).At("drafts")

// suggested is how many popular products a shopper is shown where nothing was
// found.
const suggested = 8

// preview looks at a list in a shopper's place.
func (r *Resolver) preview(ctx context.Context, in answer.SearchPreviewInput, drafts []merchandising.Draft, at page.Args) (answer.SearchPreview, error) {
	if len(drafts) > maxDrafts {
		return answer.SearchPreview{}, errDrafts
	}
	where, err := r.shopper(in)
	if err != nil {
		return answer.SearchPreview{}, err
	}
	where.Spend = gql.Rows(ctx).Spend
	ask := askOf(in)
	ask.Page, ask.Drafts = at, drafts
	found, err := r.rooms.Merchandising.Preview(ctx, where, ask)
	if err != nil {
		return answer.SearchPreview{}, err
	}
	return previewOf(where, found), nil
}

// shopper gives the situation of the one in whose place a preview is made.
func (r *Resolver) shopper(in answer.SearchPreviewInput) (listing.Context, error) {
	now := r.rooms.Clock.Now()
	wish := market.Wish{Country: in.Country, Language: in.Language}
	if in.Market == nil {
		return r.rooms.Buyers.Context(wish, now)
	}
	for _, m := range r.rooms.Directory.Active() {
		if m.ID == *in.Market {
			return r.shopperIn(m, wish, now)
		}
	}
	return listing.Context{}, market.ErrNotFound.At("input", "market")
}

// shopperIn keeps what is wished where the market has it.
func (r *Resolver) shopperIn(m market.Market, wish market.Wish, now time.Time) (listing.Context, error) {
	if !slices.Contains(m.Countries, wish.Country) && len(m.Countries) > 0 {
		wish.Country = m.Countries[0]
	}
	if !slices.Contains(m.Languages, wish.Language) && len(m.Languages) > 0 {
		wish.Language = m.Languages[0]
	}
	return r.rooms.Buyers.In(m.ID, wish.Country, wish.Language, now)
}

func askOf(in answer.SearchPreviewInput) merchandising.Ask {
	ask := merchandising.Ask{
		Query: in.Query, Kinds: []listing.Kind{listing.KindProduct}, Prefix: in.Prefix,
		Category: *orEmpty(in.Category), Collection: *orEmpty(in.Collection), Filters: in.Filters,
		Sort: in.Sort, Unavailable: in.Unavailable, Segments: in.Segments, Session: in.Session,
		Total: true, Facets: true, Explain: true, Suggest: suggested,
		Need: listing.Need{Fields: listing.FieldAvailable | listing.FieldFeaturedImage},
	}
	ask.List = in.Query == "" || ask.Category != 0 || ask.Collection != 0
	if ask.List && ask.Sort == listing.ByRelevance {
		ask.Sort = listing.ByDefault
	}
	return ask
}

func previewOf(at listing.Context, found *merchandising.Answer) answer.SearchPreview {
	places := make(map[listing.ProductID]*answer.SearchExplain, len(found.Ranking))
	for _, p := range found.Ranking {
		places[p.Product] = &answer.SearchExplain{Placed: p, Stage: found.Stage}
	}
	out := answer.SearchPreview{
		PageInfo: found.Info, TotalCount: found.Total, Stage: found.Stage, Rescue: found.Rescue, Redirect: found.Redirect,
		Banners: found.Banners, Applied: found.Applied, Arm: found.Arm, Degraded: found.Degraded, Changed: found.Changed,
		Market: market.ID(at.Market), Language: at.Language,
	}
	if found.Facets != nil {
		out.Facets, out.PriceRanges = found.Facets.Filters(), found.Facets.PriceRanges()
	}
	for _, h := range found.Nodes {
		if h.Product != nil {
			out.Nodes = append(out.Nodes, answer.SearchPreviewHit{Cursor: found.CursorOf(h), Shown: h.Product, Explain: places[h.Product.ID]})
		}
	}
	return out
}

// priced gives an amount; nil where a product has no price.
func priced(m money.Money) *money.Money {
	if m.Currency == "" {
		return nil
	}
	return &m
}

// pictureOf gives where a shopper sees a product's picture; nil if it has none.
func pictureOf(p *listing.Product) *string {
	image := p.FeaturedImage()
	if image == nil {
		return nil
	}
	return unlessZero(image.URL(nil))
}

// idsOfShown names products that a shopper sees.
func idsOfShown(products []*listing.Product) []listing.ProductID {
	ids := make([]listing.ProductID, len(products))
	for i, p := range products {
		ids[i] = p.ID
	}
	return ids
}

// retried makes the payload of a document that was tried again; left is nil where
// the engine took it.
func retried(left *search.DeadLetter, err error) (answer.SearchDeadLetterPayload, error) {
	refused, err := refusals(err)
	if err != nil || len(refused) > 0 {
		return answer.SearchDeadLetterPayload{UserErrors: refused}, err
	}
	return answer.SearchDeadLetterPayload{Taken: left == nil, Thing: left}, nil
}

// generation finds one build of the index; nil if there is none of that number.
func (r *Resolver) generation(ctx context.Context, id int64) (*search.Generation, error) {
	if id == 0 {
		return nil, nil
	}
	all, err := r.rooms.Search.Generations(ctx)
	if err != nil {
		return nil, err
	}
	for _, g := range all {
		if g.ID == id {
			return &g, nil
		}
	}
	return nil, nil
}

// experimentReport tells how an experiment fared; nil if it is none.
func (r *Resolver) experimentReport(ctx context.Context, id merchandising.ItemID, number int) (*insight.ExperimentReport, error) {
	item, err := one(r.rooms.Merchandising.Item(ctx, id))
	if err != nil || item == nil || item.Kind != merchandising.KindExperiment {
		return nil, err
	}
	return one(r.rooms.Insight.Experiment(ctx, id, number))
}

// nowhere is the handle of no market.
const nowhere = "-"

// handleOf names a market as reports know it. In one that is not there nothing
// was searched.
func (r *Resolver) handleOf(ctx context.Context, id *string) (string, error) {
	if id == nil {
		return "", nil
	}
	m, err := r.rooms.Markets.ByID(ctx, idOf(gql.UnmarshalMarketID, *id))
	if fault.KindOf(err) == fault.NotFound {
		return nowhere, nil
	}
	return m.Handle, err
}

// queryKey names a query of a report.
type queryKey struct {
	language locale.Language
	query    string
}

// proposed reads what is proposed about queries of one language together.
func (d Deps) proposed(ctx context.Context, keys []queryKey) (map[queryKey][]insight.Proposal, error) {
	languages := map[locale.Language][]string{}
	for _, k := range keys {
		languages[k.language] = append(languages[k.language], k.query)
	}
	out := make(map[queryKey][]insight.Proposal, len(keys))
	for language, queries := range languages {
		found, err := d.Insight.ProposalsFor(ctx, language, queries)
		if err != nil {
			return nil, err
		}
		for query, proposals := range found {
			out[queryKey{language, query}] = proposals
		}
	}
	return out, nil
}
