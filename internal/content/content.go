// Package content keeps what a shop says besides its products: menus, pages,
// blogs with articles, policies, and redirects of old paths.
package content

import (
	"time"

	"github.com/souk-commerce/souk/internal/media"
)

// The identities of this room.
type (
	MenuID     int64
	MenuItemID int64
	PageID     int64
	BlogID     int64
	ArticleID  int64
	PolicyID   int64
	RedirectID int64
)

// ItemType says what a menu item leads to.
type ItemType string

// The types of menu items.
const (
	ItemArticle     ItemType = "article"
	ItemBlog        ItemType = "blog"
	ItemCatalog     ItemType = "catalog"
	ItemCollection  ItemType = "collection"
	ItemCollections ItemType = "collections"
	ItemAccount     ItemType = "customer_account_page"
	ItemFrontpage   ItemType = "frontpage"
	ItemHTTP        ItemType = "http"
	ItemPage        ItemType = "page"
	ItemProduct     ItemType = "product"
	ItemSearch      ItemType = "search"
	ItemPolicy      ItemType = "shop_policy"
)

// pointing types need the id of what they point at.
var pointing = map[ItemType]bool{
	ItemArticle: true, ItemBlog: true, ItemCollection: true, ItemPage: true, ItemProduct: true, ItemPolicy: true,
}

var plain = map[ItemType]bool{
	ItemCatalog: true, ItemCollections: true, ItemAccount: true, ItemFrontpage: true, ItemHTTP: true, ItemSearch: true,
}

// Menu is a navigation tree.
type Menu struct {
	ID        MenuID
	Handle    string
	Title     string
	Items     []MenuItem
	Version   int64
	CreatedAt time.Time
	UpdatedAt time.Time
}

// MenuItem is one link of a menu.
type MenuItem struct {
	ID         MenuItemID
	Title      string
	Type       ItemType
	ResourceID *int64   // what a pointing type points at
	URL        string   // of type http: a path of the shop, or an absolute address
	Tags       []string // narrows a collection
	Items      []MenuItem
}

// Page is free content under a handle.
type Page struct {
	ID             PageID
	Handle         string
	Title          string
	BodyHTML       string
	SEOTitle       string
	SEODescription string
	PublishedAt    *time.Time // visible from then on
	ArchivedAt     *time.Time
	Version        int64
	CreatedAt      time.Time
	UpdatedAt      time.Time
}

// Blog is a series of articles.
type Blog struct {
	ID             BlogID
	Handle         string
	Title          string
	SEOTitle       string
	SEODescription string
	Version        int64
	CreatedAt      time.Time
	UpdatedAt      time.Time
}

// Article is one entry of a blog.
type Article struct {
	ID             ArticleID
	Blog           BlogID
	Handle         string
	Title          string
	BodyHTML       string
	Excerpt        string
	AuthorName     string
	Media          *media.ID
	SEOTitle       string
	SEODescription string
	PublishedAt    *time.Time
	ArchivedAt     *time.Time
	Version        int64
	CreatedAt      time.Time
	UpdatedAt      time.Time
}

// PolicyKind says which legal text it is.
type PolicyKind string

// The kinds of policies.
const (
	Privacy      PolicyKind = "privacy"
	Refund       PolicyKind = "refund"
	Shipping     PolicyKind = "shipping"
	Terms        PolicyKind = "terms"
	Subscription PolicyKind = "subscription"
)

// Handle gives the last part of the policy's path.
func (k PolicyKind) Handle() string {
	switch k {
	case Privacy:
		return "privacy-policy"
	case Refund:
		return "refund-policy"
	case Shipping:
		return "shipping-policy"
	case Terms:
		return "terms-of-service"
	case Subscription:
		return "subscription-policy"
	}
	return string(k)
}

// Policy is one of the shop's legal texts.
type Policy struct {
	ID        PolicyID
	Kind      PolicyKind
	Title     string
	BodyHTML  string
	Version   int64
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Redirect leads an old path to where its content now is.
type Redirect struct {
	ID        RedirectID
	Path      string
	Target    string
	CreatedAt time.Time
	UpdatedAt time.Time
}
