package shop

import (
	"context"
	"slices"

	"github.com/souk-commerce/souk/graph/shop/answer"
	"github.com/souk-commerce/souk/graph/shop/model"
	"github.com/souk-commerce/souk/internal/cart"
	"github.com/souk-commerce/souk/internal/checkout"
	"github.com/souk-commerce/souk/internal/content"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/gid"
	"github.com/souk-commerce/souk/internal/kernel/page"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/media"
	"github.com/souk-commerce/souk/internal/metafield"
)

// reading is one read of several things of a type by their ids.
type reading struct {
	*Resolver
	ctx   context.Context
	at    listing.Context
	asked selection
}

// nodes reads things by their global ids, each type in one go, and gives them
// in the order of the ids, nil where there is nothing.
func (r *Resolver) nodes(ctx context.Context, ids []string) ([]answer.Node, error) {
	if len(ids) > listing.MaxPage {
		return nil, listing.ErrTooMany
	}
	at, asked, err := r.asked(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]answer.Node, len(ids))
	places := map[string]map[int64][]int{} // type → number → places in the answer
	secrets := 0
	for i, text := range ids {
		id, err := gid.Parse(text)
		if err == nil && id.Key != "" && openers[id.Type] != nil {
			if secrets++; secrets > mostSecrets {
				return nil, errSecrets
			}
			out[i], err = openers[id.Type](r, ctx, id, asked)
			if err != nil {
				return nil, err
			}
		}
		if err != nil || readers[id.Type] == nil {
			continue
		}
		if places[id.Type] == nil {
			places[id.Type] = map[int64][]int{}
		}
		places[id.Type][id.Number] = append(places[id.Type][id.Number], i)
	}
	for typ, numbers := range places {
		found, err := readers[typ](reading{r, ctx, at, asked}, keys(numbers))
		if err != nil {
			return nil, err
		}
		for number, thing := range found {
			for _, i := range numbers[number] {
				out[i] = thing
			}
		}
	}
	return out, nil
}

func keys[V any](m map[int64]V) []int64 {
	out := make([]int64, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

func typed[ID ~int64](numbers []int64) []ID {
	out := make([]ID, len(numbers))
	for i, n := range numbers {
		out[i] = ID(n)
	}
	return out
}

// found gives what a room found, as nodes.
func found[ID ~int64, T any](things map[ID]T, err error) (map[int64]answer.Node, error) {
	out := make(map[int64]answer.Node, len(things))
	for id, thing := range things {
		out[int64(id)] = thing
	}
	return out, err
}

type reader func(r reading, ids []int64) (map[int64]answer.Node, error)

// readers read the types that node(id:) knows.
var readers = map[string]reader{
	"Product": func(r reading, ids []int64) (map[int64]answer.Node, error) {
		return found(r.Listing.ProductsByIDs(r.ctx, r.at, typed[listing.ProductID](ids), productNeed(r.asked)))
	},
	"ProductVariant": func(r reading, ids []int64) (map[int64]answer.Node, error) {
		return found(r.Listing.VariantsByIDs(r.ctx, r.at, typed[listing.VariantID](ids), variantNeed(r.asked)))
	},
	"ProductOption": func(r reading, ids []int64) (map[int64]answer.Node, error) {
		return found(r.Listing.OptionsByIDs(r.ctx, r.at, typed[listing.OptionID](ids), optionsNeed(r.asked)))
	},
	"ProductOptionValue": func(r reading, ids []int64) (map[int64]answer.Node, error) {
		return found(r.Listing.OptionValuesByIDs(r.ctx, r.at, typed[listing.OptionValueID](ids), optionValueNeed(r.asked)))
	},
	"Collection": func(r reading, ids []int64) (map[int64]answer.Node, error) {
		return found(r.Listing.CollectionsByIDs(r.ctx, r.at, typed[listing.CollectionID](ids), collectionNeed(r.asked)))
	},
	"Category": func(r reading, ids []int64) (map[int64]answer.Node, error) {
		return found(r.Listing.CategoriesByIDs(r.ctx, r.at, typed[listing.CategoryID](ids), categoryNeed(r.asked)))
	},
	"Page": func(r reading, ids []int64) (map[int64]answer.Node, error) {
		return found(r.pagesByIDs(r.ctx, r.at, typed[content.PageID](ids)))
	},
	"Blog": func(r reading, ids []int64) (map[int64]answer.Node, error) {
		return found(r.blogsByIDs(r.ctx, r.at, typed[content.BlogID](ids)))
	},
	"Article": func(r reading, ids []int64) (map[int64]answer.Node, error) {
		return found(r.articlesByIDs(r.ctx, r.at, typed[content.ArticleID](ids)))
	},
	"MediaImage": reading.media, "Video": reading.media, "ExternalVideo": reading.media, "Model3d": reading.media,
	"Menu": reading.menus, "MenuItem": reading.menuItems, "ShopPolicy": reading.policies, "UrlRedirect": reading.redirects,
	"Metafield": reading.metafields, "SellingMarket": reading.markets, "Market": reading.markets, "Shop": reading.theShop,
}

func (r reading) media(ids []int64) (map[int64]answer.Node, error) {
	assets, err := r.Media.ByIDs(r.ctx, typed[media.ID](ids))
	out := map[int64]answer.Node{}
	for id, asset := range assets {
		out[int64(id)] = r.Listing.MediaOf(asset).Entry()
	}
	return out, err
}

func (r reading) menus(ids []int64) (map[int64]answer.Node, error) {
	all, err := r.Content.MenusByIDs(r.ctx, typed[content.MenuID](ids))
	out := map[int64]answer.Node{}
	for id, m := range all {
		shown, err := r.menu(r.ctx, r.at, m)
		if err != nil {
			return nil, err
		}
		out[int64(id)] = shown
	}
	return out, err
}

// menuItems looks through all menus, of which a shop has few.
func (r reading) menuItems(ids []int64) (map[int64]answer.Node, error) {
	all, err := r.Content.Menus(r.ctx, content.Filter{}, content.ByID, page.Args{})
	if err != nil {
		return nil, err
	}
	out := map[int64]answer.Node{}
	for _, m := range all.Items {
		shown, err := r.menu(r.ctx, r.at, m)
		if err != nil {
			return nil, err
		}
		pick(shown.Items, ids, out)
	}
	return out, nil
}

func pick(items []*model.MenuItem, ids []int64, into map[int64]answer.Node) {
	for _, i := range items {
		if id, err := gid.Parse(i.ID); err == nil && slices.Contains(ids, id.Number) {
			into[id.Number] = i
		}
		pick(i.Items, ids, into)
	}
}

func (r reading) policies(ids []int64) (map[int64]answer.Node, error) {
	all, err := r.translatedPolicies(r.ctx, r.at)
	out := map[int64]answer.Node{}
	for i, p := range all {
		if slices.Contains(ids, int64(p.ID)) {
			out[int64(p.ID)] = &all[i]
		}
	}
	return out, err
}

func (r reading) redirects(ids []int64) (map[int64]answer.Node, error) {
	out := map[int64]answer.Node{}
	for _, id := range ids {
		one, err := r.Content.RedirectByID(r.ctx, content.RedirectID(id))
		if absent(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		out[id] = &one
	}
	return out, nil
}

func (r reading) metafields(ids []int64) (map[int64]answer.Node, error) {
	return found(r.Listing.MetafieldsByIDs(r.ctx, r.at, typed[metafield.ID](ids)))
}

func (r reading) markets(ids []int64) (map[int64]answer.Node, error) {
	out := map[int64]answer.Node{}
	for _, m := range r.Markets.Active() {
		if slices.Contains(ids, int64(m.ID)) {
			out[int64(m.ID)] = marketOf(m)
		}
	}
	return out, nil
}

func (r reading) theShop(ids []int64) (map[int64]answer.Node, error) {
	shop, err := r.shop(r.ctx)
	if err != nil || !slices.Contains(ids, 1) {
		return nil, err
	}
	return map[int64]answer.Node{1: shop}, nil
}

// mostSecrets is how many things that a secret opens are read at once: they are
// read one by one.
const mostSecrets = 5

var errSecrets = fault.Newf(fault.Invalid, "limit_exceeded", "At most %d carts, checkouts and orders at once.", mostSecrets)

type opener func(r *Resolver, ctx context.Context, id gid.ID, asked selection) (answer.Node, error)

// openers read the types whose ids carry a secret. Without it, there is nothing.
var openers = map[string]opener{
	"Cart": func(r *Resolver, ctx context.Context, id gid.ID, asked selection) (answer.Node, error) {
		found, err := r.Carts.ByRef(ctx, cart.Ref{ID: cart.ID(id.Number), Key: id.Key})
		if err != nil {
			return opened((*answer.Cart)(nil), err)
		}
		shown, _, err := r.showCart(ctx, found, asked)
		return opened(shown, err)
	},
	"Checkout": func(r *Resolver, ctx context.Context, id gid.ID, asked selection) (answer.Node, error) {
		found, err := r.Checkouts.ByRef(ctx, checkout.Ref{ID: checkout.ID(id.Number), Token: id.Key})
		if err != nil {
			return opened((*answer.Checkout)(nil), err)
		}
		return opened(r.showCheckout(ctx, found, asked))
	},
	"Order": func(r *Resolver, ctx context.Context, id gid.ID, asked selection) (answer.Node, error) {
		found, err := r.Orders.ByToken(ctx, id.Key)
		if err != nil || int64(found.ID) != id.Number {
			return opened((*answer.Order)(nil), err)
		}
		return opened(r.showOrder(ctx, found, asked))
	},
}

// opened gives a thing as a node; what is not there is nil.
func opened[T any](shown *T, err error) (answer.Node, error) {
	if shown == nil && (err == nil || missing(err)) {
		return nil, nil
	}
	return shown, err
}
