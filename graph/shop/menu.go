package shop

import (
	"context"
	"strings"

	"github.com/souk-commerce/souk/graph/shop/model"
	"github.com/souk-commerce/souk/internal/content"
	"github.com/souk-commerce/souk/internal/kernel/gid"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/translation"
)

func translatePolicy(p *content.Policy, t translation.Texts) {
	p.Title, p.BodyHTML = t.Or("title", p.Title), t.Or("body_html", p.BodyHTML)
}

// navigation is what the links of a menu need to know: where their targets
// stand, and their words in the buyer's language.
type navigation struct {
	store string
	paths map[listing.Target]string
	texts map[int64]translation.Texts
	count int
}

// menu gives a menu with absolute addresses.
func (r *Resolver) menu(ctx context.Context, at listing.Context, m content.Menu) (*model.Menu, error) {
	var targets []listing.Target
	var ids []int64
	gather(m.Items, &targets, &ids)
	paths, err := r.Listing.Paths(ctx, at, targets)
	if err != nil {
		return nil, err
	}
	texts, err := r.texts(ctx, at, "menu_item", ids)
	if err != nil {
		return nil, err
	}
	n := &navigation{store: r.storeURL(""), paths: paths, texts: texts}
	out := &model.Menu{ID: gid.Format("Menu", int64(m.ID)), Handle: m.Handle, Title: m.Title, Items: n.items(m.Items)}
	out.ItemsCount = n.count
	return out, nil
}

func gather(items []content.MenuItem, targets *[]listing.Target, ids *[]int64) {
	for _, i := range items {
		*ids = append(*ids, int64(i.ID))
		if i.ResourceID != nil {
			*targets = append(*targets, targetOf(i))
		}
		gather(i.Items, targets, ids)
	}
}

func targetOf(i content.MenuItem) listing.Target {
	return listing.Target{Kind: string(i.Type), ID: *i.ResourceID}
}

func (n *navigation) items(items []content.MenuItem) []*model.MenuItem {
	out := make([]*model.MenuItem, len(items))
	for k, i := range items {
		n.count++
		out[k] = &model.MenuItem{ID: gid.Format("MenuItem", int64(i.ID)), Title: n.texts[int64(i.ID)].Or("title", i.Title),
			Type: model.MenuItemType(strings.ToUpper(string(i.Type))), Tags: append([]string{}, i.Tags...), URL: n.url(i), Items: n.items(i.Items)}
		if typ := resourceTypes[i.Type]; typ != "" && i.ResourceID != nil {
			id := gid.Format(typ, *i.ResourceID)
			out[k].ResourceID = &id
		}
	}
	return out
}

// resourceTypes names what menu items point at.
var resourceTypes = map[content.ItemType]string{
	content.ItemArticle: "Article", content.ItemBlog: "Blog", content.ItemCollection: "Collection", content.ItemPage: "Page",
	content.ItemProduct: "Product", content.ItemPolicy: "ShopPolicy",
}

// fixedPaths are where items lead that point at nothing.
var fixedPaths = map[content.ItemType]string{
	content.ItemCatalog: "/collections/all", content.ItemCollections: "/collections", content.ItemAccount: "/account",
	content.ItemFrontpage: "/", content.ItemSearch: "/search",
}

// url gives where an item leads; nil when its target cannot be seen.
func (n *navigation) url(i content.MenuItem) *string {
	address := i.URL
	if path, ok := fixedPaths[i.Type]; ok {
		address = n.store + path
	}
	if i.ResourceID != nil {
		path, ok := n.paths[targetOf(i)]
		if !ok {
			return nil
		}
		address = n.store + path
	}
	if strings.HasPrefix(address, "/") {
		address = n.store + address
	}
	return &address
}
