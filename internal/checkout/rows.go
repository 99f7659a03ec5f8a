package checkout

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/souk-commerce/souk/internal/bundle"
	"github.com/souk-commerce/souk/internal/cart"
	"github.com/souk-commerce/souk/internal/checkout/lifecycle"
	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/kernel/money"
	"github.com/souk-commerce/souk/internal/kernel/postal"
	"github.com/souk-commerce/souk/internal/market"
	"github.com/souk-commerce/souk/internal/order"
	"github.com/souk-commerce/souk/internal/payment"
	"github.com/souk-commerce/souk/internal/quote"
)

// row is a checkout as it is stored.
type row struct {
	id                   ID
	cart                 cart.ID
	cartVersion          int64
	state                lifecycle.State
	version              int64
	customer             *int64
	market               market.ID
	country              locale.Country
	language             locale.Language
	currency             money.Currency
	email, phone, note   string
	marketing            bool
	attributes           []cart.Attribute
	codes                []string
	shipping, billing    *postal.Address
	same                 bool
	choices              map[string]string
	frozen               *frozen
	hash                 string // of the frozen quote
	client               string
	activeUntil          *time.Time // the buyer's steps do not prolong the hold beyond it; nil: no end
	order                order.ID
	expiresAt            time.Time
	createdAt, updatedAt time.Time
	lines                []Line
}

// frozen is what the buyer agreed to when he submitted.
type frozen struct {
	Priced quote.Priced `json:"priced"`
	Lines  []Line       `json:"lines"`
	// Payment is the attempt that was opened for it; no other one pays for it.
	Payment payment.ID `json:"payment"`
}

func scanRow(from pgx.Row) (*row, error) {
	r := &row{}
	var attributes, codes, shipping, billing, choices, quoted []byte
	var placed *int64
	err := from.Scan(&r.id, &r.cart, &r.cartVersion, &r.state, &r.version, &r.customer, &r.market, &r.country, &r.language, &r.currency,
		&r.email, &r.phone, &r.marketing, &r.note, &attributes, &codes, &shipping, &billing, &r.same, &choices, &quoted, &r.hash, &r.client,
		&r.activeUntil, &placed, &r.expiresAt, &r.createdAt, &r.updatedAt)
	if err != nil {
		return nil, err
	}
	if placed != nil {
		r.order = order.ID(*placed)
	}
	for _, part := range []struct {
		text []byte
		into any
	}{{attributes, &r.attributes}, {codes, &r.codes}, {shipping, &r.shipping}, {billing, &r.billing}, {choices, &r.choices}, {quoted, &r.frozen}} {
		if len(part.text) == 0 || string(part.text) == "[]" {
			continue
		}
		if err := json.Unmarshal(part.text, part.into); err != nil {
			return nil, fmt.Errorf("decode checkout %d: %w", r.id, err)
		}
	}
	return r, nil
}

func scanLine(from pgx.CollectableRow) (Line, error) {
	var l Line
	var attributes, components []byte
	if err := from.Scan(&l.ID, &l.CartLine, &l.Variant, &l.Quantity, &attributes, &components, &l.Title); err != nil {
		return Line{}, err
	}
	if len(components) > 0 {
		var parts []bundle.Component
		if err := json.Unmarshal(components, &parts); err != nil {
			return Line{}, fmt.Errorf("decode components of checkout line %d: %w", l.ID, err)
		}
		l.Components = quote.Components(nil, parts)
	}
	return l, json.Unmarshal(attributes, &l.Attributes)
}

// partsOf gives the components of a line as they are stored.
func partsOf(of []quote.Component) []bundle.Component {
	var parts []bundle.Component
	for _, c := range of {
		parts = append(parts, bundle.Component{Variant: c.Variant, Quantity: c.Quantity})
	}
	return parts
}
