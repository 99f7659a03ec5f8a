// Package answer holds the shapes that the back office's API adds to those of
// the rooms: pages of lists, payloads of mutations, refusals, and the inputs
// that need a look before a room takes them.
package answer

import (
	"encoding/json"
	"io"

	"github.com/99designs/gqlgen/graphql"

	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/content"
	"github.com/souk-commerce/souk/internal/inventory"
	"github.com/souk-commerce/souk/internal/market"
	"github.com/souk-commerce/souk/internal/media"
	"github.com/souk-commerce/souk/internal/metafield"
	"github.com/souk-commerce/souk/internal/order"
	"github.com/souk-commerce/souk/internal/pricing"
	"github.com/souk-commerce/souk/internal/shipping"
	"github.com/souk-commerce/souk/internal/staff"
	"github.com/souk-commerce/souk/internal/tax"
	"github.com/souk-commerce/souk/internal/translation"
)

// The payloads of the mutations, one for each sort of thing.
type (
	StaffMemberPayload     Payload[staff.Member]
	MediaPayload           Payload[media.Asset]
	MetafieldsPayload      ListPayload[metafield.Metafield]
	TranslationsPayload    ListPayload[translation.Text]
	ProductPayload         Payload[catalog.Product]
	FeaturedPayload        ListPayload[catalog.Product]
	ProductVariantsPayload ListPayload[catalog.Variant]
	ProductVariantPayload  Payload[catalog.Variant]
	CategoryPayload        Payload[catalog.Category]
	CollectionPayload      Payload[catalog.Collection]
	AttributePayload       Payload[catalog.AttributeDefinition]
	PagePayload            Payload[content.Page]
	BlogPayload            Payload[content.Blog]
	ArticlePayload         Payload[content.Article]
	ShopPolicyPayload      Payload[content.Policy]
	UrlRedirectPayload     Payload[content.Redirect]
	MenuPayload            Payload[content.Menu]
	MarketPayload          Payload[market.Market]
	ShopPayload            Payload[market.Shop]
	PriceListPayload       Payload[pricing.List]
	PricesPayload          Payload[pricing.List]
	LocationPayload        Payload[inventory.Location]
	StockPayload           ListPayload[inventory.Level]
	TaxRatePayload         Payload[tax.Rate]
	DeliveryZonePayload    Payload[shipping.Zone]
	OrderPayload           Payload[order.ID] // the id alone, like OrderNotePayload
	StaffSessionPayload    Payload[staff.Tokens]
	CollectionRulePreview  Payload[int]
)

// UserError is a refusal that a person can act on.
type UserError struct {
	Field   []string
	Code    Code
	Message string
}

// Code is a value of the enum UserErrorCode.
type Code string

// Payload is what came of a change to one thing: the thing, or why not.
type Payload[T any] struct {
	Thing      *T
	UserErrors []UserError
}

// ListPayload is what came of a change to several things.
type ListPayload[T any] struct {
	Thing      []T
	UserErrors []UserError
}

// DeletePayload is what came of taking something away.
type DeletePayload struct {
	DeletedID  *string
	UserErrors []UserError
}

// OrderNotePayload is what came of writing a note. What is kept under an
// idempotency key must say nothing about a buyer, so it carries ids alone.
type OrderNotePayload struct {
	Order      order.ID
	Thing      *order.NoteID
	UserErrors []UserError
}

// StaffLogoutPayload is what came of a sign-out.
type StaffLogoutPayload struct {
	Done       bool
	UserErrors []UserError
}

// MediaLinkInput is an asset that stays where it is.
type MediaLinkInput struct {
	URL  string
	Kind media.Kind
	Alt  string
}

// PriceInput is a fixed price to set. Its amounts are in the currency of the
// list, which the input does not know.
type PriceInput struct {
	Variant     catalog.VariantID
	MinQuantity int
	Amount      *string
	CompareAt   *string
}

// MarshalRaw writes JSON as it is.
func MarshalRaw(raw json.RawMessage) graphql.Marshaler {
	if len(raw) == 0 {
		return graphql.Null
	}
	return graphql.WriterFunc(func(w io.Writer) { _, _ = w.Write(raw) })
}

// UnmarshalRaw takes any value.
func UnmarshalRaw(v any) (json.RawMessage, error) { return json.Marshal(v) }
