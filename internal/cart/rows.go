package cart

import (
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/souk-commerce/souk/internal/bundle"
	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/kernel/money"
	"github.com/souk-commerce/souk/internal/kernel/postal"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/market"
	"github.com/souk-commerce/souk/internal/quote"
)

// row is a cart as it is stored. The names are the columns'.
type row struct {
	ID          ID                `json:"id"`
	CreatedAt   time.Time         `json:"created_at"`
	UpdatedAt   time.Time         `json:"updated_at"`
	Version     int64             `json:"version"`
	Epoch       int               `json:"epoch"`
	State       State             `json:"state"`
	Customer    *int64            `json:"customer_id"`
	Market      market.ID         `json:"market_id"`
	Country     locale.Country    `json:"country"`
	Language    locale.Language   `json:"language"`
	Currency    money.Currency    `json:"currency"`
	Email       string            `json:"email"`
	Phone       string            `json:"phone"`
	Note        string            `json:"note"`
	Attributes  []Attribute       `json:"attributes"`
	Codes       []string          `json:"codes"`
	Preferences Preferences       `json:"preferences"`
	Metafields  []Metafield       `json:"metafields"`
	Choices     map[string]string `json:"choices"`
	ExpiresAt   time.Time         `json:"expires_at"`
}

// basket is a cart with what is in it, not priced.
type basket struct {
	row
	lines     []*line
	addresses []Address
}

// line is a line as it is stored, or will be: a new one has no id.
type line struct {
	id         LineID
	variant    listing.VariantID
	quantity   int
	attributes []Attribute
	components []bundle.Component // of one bundle
	digest     [sha256.Size]byte  // of attributes and components
	title      string
	seen       *int64
}

// key says which lines are equal.
type key struct {
	variant listing.VariantID
	digest  [sha256.Size]byte
}

func (l *line) key() key { return key{l.variant, l.digest} }

// describe gives the line its attributes and components.
func (l *line) describe(attributes []Attribute, components []bundle.Component) {
	l.attributes, l.components, l.digest = attributes, components, digest(attributes, components)
}

// digest does not depend on the order of attributes and components.
func digest(attributes []Attribute, components []bundle.Component) [sha256.Size]byte {
	sorted := slices.SortedFunc(slices.Values(attributes), func(a, b Attribute) int { return cmp.Compare(a.Key, b.Key) })
	text := encode(append([]Attribute{}, sorted...))
	if len(components) > 0 {
		parts := slices.SortedFunc(slices.Values(components), func(a, b bundle.Component) int { return cmp.Compare(a.Variant, b.Variant) })
		text = append(text, encode(parts)...)
	}
	return sha256.Sum256(text)
}

// parts is how much of a cart's room the line takes.
func (l *line) parts() int { return max(len(l.components), 1) }

// encode cannot fail: texts were looked at, and nothing else is in them.
func encode(v any) []byte {
	text, _ := json.Marshal(v)
	return text
}

// sorts of rows that the loading statement gives.
const (
	cartRow = iota
	lineRow
	addressRow
)

// collect reads what the loading statement gives.
func collect(rows pgx.Rows) (map[ID]*basket, error) {
	defer rows.Close()
	all := map[ID]*basket{}
	for rows.Next() {
		var sort int
		var id ID
		var doc, components []byte
		var l line
		var selected, once bool
		if err := rows.Scan(&sort, &id, &l.id, &l.variant, &l.quantity, &doc, &l.title, &l.seen, &selected, &once, &components); err != nil {
			return nil, err
		}
		if all[id] == nil {
			all[id] = &basket{}
		}
		if err := all[id].take(sort, l, doc, components, Address{Selected: selected, OneTimeUse: once}); err != nil {
			return nil, fmt.Errorf("decode cart %d: %w", id, err)
		}
	}
	return all, rows.Err()
}

func (b *basket) take(sort int, l line, doc, components []byte, a Address) error {
	switch sort {
	case cartRow:
		return json.Unmarshal(doc, &b.row)
	case lineRow:
		b.lines = append(b.lines, &l)
		err := json.Unmarshal(doc, &l.attributes)
		if components != nil {
			err = errors.Join(err, json.Unmarshal(components, &l.components))
		}
		l.describe(l.attributes, l.components)
		return err
	default:
		a.ID = AddressID(l.id)
		err := json.Unmarshal(doc, &a.Postal)
		b.addresses = append(b.addresses, a)
		return err
	}
}

// lives reports whether the cart can be read and changed.
func (b *basket) lives(now time.Time) bool { return b.State == Active && b.ExpiresAt.After(now) }

// variants gives the variants of the lines and of what is in them.
func (b *basket) variants() []listing.VariantID {
	ids := make([]listing.VariantID, 0, len(b.lines))
	for _, l := range b.lines {
		ids = append(ids, l.variant)
		for _, c := range l.components {
			ids = append(ids, c.Variant)
		}
	}
	return ids
}

// totals gives the pieces of each variant over all lines.
func (b *basket) totals() map[listing.VariantID]int {
	sum := map[listing.VariantID]int{}
	for _, l := range b.lines {
		sum[l.variant] += l.quantity
	}
	return sum
}

// place is where the cart goes, and whether that is only the buyer's country.
func (b *basket) place() (to postal.Place, estimated bool) {
	for _, a := range b.addresses {
		if a.Selected {
			return a.Postal.Place(), false
		}
	}
	return postal.Place{Country: b.Country}, true
}

// cart gives the cart without prices.
func (b *basket) cart(secret string) Cart {
	c := Cart{
		ID: b.ID, Key: secret, Version: b.Version, State: b.State, Market: b.Market, Country: b.Country, Language: b.Language,
		Currency: b.Currency, Email: b.Email, Phone: b.Phone, Note: b.Note, Attributes: b.Attributes, Codes: b.Codes,
		Preferences: b.Preferences, Metafields: b.Metafields, Choices: b.Choices, Addresses: b.addresses,
		Lines: make([]Line, len(b.lines)), CreatedAt: b.CreatedAt, UpdatedAt: b.UpdatedAt, ExpiresAt: b.ExpiresAt,
	}
	if b.Customer != nil {
		c.Customer = *b.Customer
	}
	for i, l := range b.lines {
		c.Lines[i] = Line{ID: l.id, Variant: l.variant, Quantity: l.quantity, Attributes: l.attributes, Title: l.title,
			Components: quote.Components(nil, l.components)}
		c.Quantity += l.quantity
	}
	_, c.Estimated = b.place()
	return c
}
