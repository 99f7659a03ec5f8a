package admin

import (
	"context"
	"strconv"

	"github.com/souk-commerce/souk/graph/admin/answer"
	"github.com/souk-commerce/souk/graph/gql"
	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/content"
	"github.com/souk-commerce/souk/internal/inventory"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/gid"
	"github.com/souk-commerce/souk/internal/kernel/money"
	"github.com/souk-commerce/souk/internal/platform/idempotency"
	"github.com/souk-commerce/souk/internal/pricing"
)

// conditionValue shows the value of a condition: rooms keep plain numbers where
// the schema shows ids.
func conditionValue(c catalog.Condition) string {
	n, err := strconv.ParseInt(c.Value, 10, 64)
	if c.Field != catalog.FieldCategory || err != nil {
		return c.Value
	}
	return gid.Format("Category", n)
}

// readConditionValue is the way back. The field was read before.
func readConditionValue(c *catalog.Condition, text *string) error {
	if text == nil {
		return nil
	}
	c.Value = *text
	if c.Field == catalog.FieldCategory {
		c.Value = strconv.FormatInt(int64(idOf(gql.UnmarshalCategoryID, *text)), 10)
	}
	return nil
}

// pointsAt are the types of ids that menu items may hold.
var pointsAt = map[content.ItemType]string{
	content.ItemArticle:    "Article",
	content.ItemBlog:       "Blog",
	content.ItemCollection: "Collection",
	content.ItemPage:       "Page",
	content.ItemProduct:    "Product",
	content.ItemPolicy:     "ShopPolicy",
}

func resourceOf(it content.MenuItem) *string {
	typ, ok := pointsAt[it.Type]
	if !ok || it.ResourceID == nil {
		return nil
	}
	id := gid.Format(typ, *it.ResourceID)
	return &id
}

// readResource reads what a menu item points at. The type was read before.
func readResource(it *content.MenuItemInput, text *string) error {
	typ, ok := pointsAt[it.Type]
	if text == nil || !ok {
		return nil
	}
	n, err := gql.UnmarshalGID(*text, typ)
	it.ResourceID = &n
	return err
}

func windowFor(marketID, categoryID *string) catalog.Window {
	return catalog.Window{
		Market:   optionalID(gql.UnmarshalMarketID, marketID),
		Category: optionalID(gql.UnmarshalCategoryID, categoryID),
	}
}

func (r *Resolver) featured(ctx context.Context, w catalog.Window) ([]catalog.Product, error) {
	ids, err := r.rooms.Catalog.Featured(ctx, w)
	if err != nil {
		return nil, err
	}
	return load(ctx).products.All(ctx, ids)
}

// cause says why stock changes; the key may also come as a header.
func cause(ctx context.Context, reason string, key *string) inventory.Cause {
	return inventory.Cause{Reason: reason, Key: keyOf(ctx, key)}
}

// keyOf gives the key of a change: the argument, else the header.
func keyOf(ctx context.Context, key *string) string {
	if key != nil {
		return *key
	}
	return idempotency.Key(ctx)
}

// setPrices reads amounts in the list's currency and sets them.
func (r *Resolver) setPrices(ctx context.Context, id pricing.ListID, inputs []answer.PriceInput) (pricing.List, error) {
	before, err := r.rooms.Prices.ListByID(ctx, id)
	if err != nil {
		return pricing.List{}, err
	}
	changes, err := priceChanges(inputs, before.Currency)
	if err != nil {
		return pricing.List{}, err
	}
	if err := r.rooms.Prices.SetPrices(ctx, id, changes); err != nil {
		return pricing.List{}, err
	}
	return r.rooms.Prices.ListByID(ctx, id)
}

func priceChanges(inputs []answer.PriceInput, currency money.Currency) ([]pricing.Change, error) {
	var faults fault.List
	read := func(text *string, path ...string) *money.Money {
		if text == nil {
			return nil
		}
		m, err := money.Parse(*text, currency)
		if f, ok := fault.As(err); ok {
			faults.Add(f.At(path...))
		}
		return &m
	}
	changes := make([]pricing.Change, len(inputs))
	for i, in := range inputs {
		at := strconv.Itoa(i)
		changes[i] = pricing.Change{Variant: in.Variant, MinQuantity: in.MinQuantity,
			Amount:    read(in.Amount, "prices", at, "amount"),
			CompareAt: read(in.CompareAt, "prices", at, "compareAt")}
	}
	return changes, faults.Err()
}

// ruleBatch is how many products are held against a rule at once.
const ruleBatch = 2_000

// countMatching counts the products that a rule would match.
func (r *Resolver) countMatching(ctx context.Context, rule catalog.Rule) (int, error) {
	if err := rule.Validate(); err != nil {
		return 0, err
	}
	count := 0
	for after := catalog.ProductID(0); ; {
		refs, err := r.rooms.Catalog.RefsAfter(ctx, after, ruleBatch)
		if err != nil || len(refs) == 0 {
			return count, err
		}
		var ids []catalog.ProductID
		for _, ref := range refs {
			if ref.Product != after {
				ids, after = append(ids, ref.Product), ref.Product
			}
		}
		matching, err := r.rooms.Rules.Matching(ctx, rule, ids)
		if err != nil {
			return 0, err
		}
		count += len(matching)
	}
}
