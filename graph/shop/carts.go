package shop

import (
	"context"
	"slices"

	"github.com/99designs/gqlgen/graphql"

	"github.com/souk-commerce/souk/graph/gql"
	"github.com/souk-commerce/souk/graph/shop/answer"
	"github.com/souk-commerce/souk/graph/shop/model"
	"github.com/souk-commerce/souk/internal/cart"
	"github.com/souk-commerce/souk/internal/kernel/gid"
	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/market"
)

// cart reads a cart; nil when there is none that the ref opens.
func (r *Resolver) cart(ctx context.Context, ref cart.Ref) (*answer.Cart, error) {
	if ref == (cart.Ref{}) {
		return nil, nil
	}
	found, err := r.Carts.ByRef(ctx, ref)
	if missing(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	shown, _, err := r.showCart(ctx, found, selected(ctx))
	return shown, err
}

// changed makes the payload of a change of a cart. A refusal shows the cart as
// it is; under says in which part of the input its fields are.
func (r *Resolver) changed(ctx context.Context, ref cart.Ref, c cart.Change, err error, under ...string) (*answer.CartPayload, error) {
	refused, err := cartRefusals(err, under)
	if err != nil {
		return nil, err
	}
	if len(refused) > 0 {
		payload := &answer.CartPayload{UserErrors: refused, Warnings: []answer.CartWarning{}}
		if c.Cart, err = r.Carts.ByRef(ctx, ref); missing(err) {
			return payload, nil
		}
		if err != nil {
			return nil, err
		}
		payload.Cart, _, err = r.showCart(ctx, c.Cart, selected(ctx).inside("cart")...)
		return payload, err
	}
	return r.cartPayload(ctx, c)
}

func (r *Resolver) cartPayload(ctx context.Context, c cart.Change) (*answer.CartPayload, error) {
	shown, gone, err := r.showCart(ctx, c.Cart, selected(ctx).inside("cart")...)
	if err != nil {
		return nil, err
	}
	for _, id := range gone {
		if !slices.ContainsFunc(c.Warnings, func(w cart.Warning) bool { return w.Line == id && w.Code == cart.Unavailable }) {
			c.Warnings = append(c.Warnings, cart.Warning{Code: cart.Unavailable, Line: id, Message: "It is no longer sold."})
		}
	}
	return &answer.CartPayload{Cart: shown, UserErrors: []answer.CartUserError{}, Warnings: cartWarnings(c)}, nil
}

// showCart loads what is asked of a cart by the selections, in one read of the
// catalog, and shows the cart. gone are the lines that cannot be shown since what
// they are about is no longer sold.
func (r *Resolver) showCart(ctx context.Context, c cart.Cart, asked ...selection) (shown *answer.Cart, gone []cart.LineID, err error) {
	var goods map[listing.VariantID]*listing.Variant
	if need, wanted := cartNeed(asked); wanted {
		var ids []listing.VariantID
		for _, l := range c.Lines {
			if answer.Sold(l) {
				ids = append(ids, l.Variant)
			}
			for _, part := range l.Components {
				ids = append(ids, part.Variant)
			}
		}
		if goods, err = r.goods(ctx, c.Country, c.Language, ids, need); err != nil {
			return nil, nil, err
		}
	}
	for _, l := range c.Lines {
		if !answer.Sold(l) || goods != nil && goods[l.Variant] == nil {
			gone = append(gone, l.ID)
		}
	}
	return answer.NewCart(c, goods, r.Site), gone, nil
}

// goods reads variants as a buyer in a country sees them, in the language of the
// operation if it names one.
func (r *Resolver) goods(ctx context.Context, to locale.Country, in locale.Language, ids []listing.VariantID, need listing.Need) (map[listing.VariantID]*listing.Variant, error) {
	wish := market.Wish{Country: to, Language: in}
	if named := wishOf(contextArgs(graphql.GetOperationContext(ctx))).Language; named != "" {
		wish.Language = named
	}
	at, err := r.Buyers.Context(wish, r.Clock.Now())
	if err != nil {
		return nil, err
	}
	at.Spend = gql.Rows(ctx).Spend
	return r.variants(ctx, at, ids, need)
}

// variants reads any number of variants.
func (r *Resolver) variants(ctx context.Context, at listing.Context, ids []listing.VariantID, need listing.Need) (map[listing.VariantID]*listing.Variant, error) {
	slices.Sort(ids)
	all := make(map[listing.VariantID]*listing.Variant, len(ids))
	for chunk := range slices.Chunk(slices.Compact(ids), listing.MaxPage) {
		some, err := r.Listing.VariantsByIDs(ctx, at, chunk, need)
		if err != nil {
			return nil, err
		}
		for id, v := range some {
			all[id] = v
		}
	}
	return all, nil
}

// cartNeed tells what of the variants in a cart is needed; false when nothing.
func cartNeed(asked []selection) (need listing.Need, wanted bool) {
	for _, s := range asked {
		for _, f := range s.fields("Cart") {
			switch f.Name {
			case "lines":
				need, wanted = linesNeed(need, wanted, f.selection())
			case "deliveryGroups":
				for _, group := range f.selection().nodes("CartDeliveryGroupConnection", "CartDeliveryGroupEdge") {
					for _, l := range group.inside("cartLines") {
						need, wanted = linesNeed(need, wanted, l)
					}
				}
			}
		}
	}
	return need, wanted
}

func linesNeed(need listing.Need, wanted bool, s selection) (listing.Need, bool) {
	for _, node := range s.nodes("BaseCartLineConnection", "BaseCartLineEdge") {
		for _, part := range append(node.inside("lineComponents"), node) {
			for _, merchandise := range part.inside("merchandise") {
				need, wanted = need.Merge(variantNeed(merchandise)), true
			}
		}
	}
	return need, wanted
}

func cartWarnings(c cart.Change) []answer.CartWarning {
	out := make([]answer.CartWarning, len(c.Warnings))
	for i, w := range c.Warnings {
		out[i] = answer.CartWarning{Code: warningCodes[w.Code], Message: w.Message, Target: answer.CartID(c.Cart)}
		if w.Line != 0 {
			out[i].Target = gid.Format("CartLine", int64(w.Line))
		}
	}
	return out
}

// setMetafields sets metafields, all of them on one cart.
func (r *Resolver) setMetafields(ctx context.Context, in []*model.CartMetafieldsSetInput) ([]*listing.Metafield, error) {
	all := make([]cart.Metafield, len(in))
	for i, m := range in {
		if m.OwnerID != in[0].OwnerID {
			return nil, errOwners.At(place("metafields", i, "ownerId")...)
		}
		name := metafieldName(m.Key)
		all[i] = cart.Metafield{Namespace: name.Namespace, Key: name.Key, Type: m.Type, Value: m.Value}
	}
	if len(all) == 0 {
		return []*listing.Metafield{}, nil
	}
	changed, err := r.Carts.SetMetafields(ctx, cartRef(ctx, in[0].OwnerID), all)
	if err != nil {
		return nil, err
	}
	out := make([]*listing.Metafield, len(all))
	for i, m := range all {
		out[i] = answer.CartMetafield(changed, m)
	}
	return out, nil
}

// deleteMetafield removes a metafield of a cart and gives the id that it had.
func (r *Resolver) deleteMetafield(ctx context.Context, in model.CartMetafieldDeleteInput) (*string, error) {
	ref, name := cartRef(ctx, in.OwnerID), metafieldName(in.Key)
	if _, err := r.Carts.DeleteMetafield(ctx, ref, name.Namespace, name.Key); err != nil {
		return nil, err
	}
	id := gid.Format("Metafield", int64(answer.CartMetafieldID(ref.ID, name)))
	return &id, nil
}
