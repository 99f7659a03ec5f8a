// Package market knows where the shop sells: markets with their countries,
// languages, currency and tax display, and the facts about the shop as a whole.
package market

import (
	"strings"
	"time"

	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/kernel/money"
)

// ID is a market's identity.
type ID int64

// Market is a selling region.
type Market struct {
	ID               ID
	Handle           string
	Name             string
	Currency         money.Currency
	PricesIncludeTax bool
	Default          bool // serves whoever no market claims; exactly one is
	Active           bool
	Position         int
	Countries        []locale.Country
	Languages        []locale.Language // the first is the market's default
	Domains          []string          // host names, small letters
	Version          int64
	CreatedAt        time.Time
	UpdatedAt        time.Time
}

// Shop is the facts about the shop as a whole.
type Shop struct {
	Name          string
	Description   string
	Email         string
	Currency      money.Currency // of base prices and unit costs
	Language      locale.Language
	Country       locale.Country
	PrimaryDomain string // absolute address of the storefront; may be empty
	LogoMediaID   *int64
	Version       int64
	UpdatedAt     time.Time
}

// Input is what a market is made of. Updates replace the whole.
type Input struct {
	Handle           string
	Name             string
	Currency         money.Currency
	PricesIncludeTax bool
	Default          bool
	Active           bool
	Position         int
	Countries        []locale.Country
	Languages        []locale.Language
	Domains          []string
}

// Validate reports every fault of the input at once.
func (in Input) Validate() error {
	var faults fault.List
	if in.Handle == "" {
		faults.Add(fault.New(fault.Invalid, "required", "A market needs a handle.").At("handle"))
	}
	if strings.TrimSpace(in.Name) == "" {
		faults.Add(fault.New(fault.Invalid, "required", "A market needs a name.").At("name"))
	}
	if !in.Currency.Valid() {
		faults.Add(fault.Newf(fault.Invalid, "invalid_currency", "%q is no ISO 4217 currency code.", string(in.Currency)).At("currency"))
	}
	if len(in.Languages) == 0 {
		faults.Add(fault.New(fault.Invalid, "required", "A market needs at least one language.").At("languages"))
	}
	for _, c := range in.Countries {
		if !c.Valid() || c == "ZZ" {
			faults.Add(fault.Newf(fault.Invalid, "invalid_country", "%q is no ISO 3166-1 country code.", string(c)).At("countries"))
		}
	}
	for _, l := range in.Languages {
		if !l.Valid() {
			faults.Add(fault.Newf(fault.Invalid, "invalid_language", "%q is no language code.", string(l)).At("languages"))
		}
	}
	if in.Default && !in.Active {
		faults.Add(fault.New(fault.Invalid, "default_inactive", "The default market must be active.").At("active"))
	}
	return faults.Err()
}

// ShopInput changes the facts about the shop. Its currency is settled when the
// shop is made, since every base price is written in it.
type ShopInput struct {
	Name          string
	Description   string
	Email         string
	PrimaryDomain string
	Country       locale.Country
	Language      locale.Language
	LogoMediaID   *int64
}

// Validate reports every fault of the input at once.
func (in ShopInput) Validate() error {
	var faults fault.List
	if strings.TrimSpace(in.Name) == "" {
		faults.Add(fault.New(fault.Invalid, "required", "A shop needs a name.").At("name"))
	}
	if !in.Country.Valid() {
		faults.Add(fault.Newf(fault.Invalid, "invalid_country", "%q is no ISO 3166-1 country code.", string(in.Country)).At("country"))
	}
	if !in.Language.Valid() {
		faults.Add(fault.Newf(fault.Invalid, "invalid_language", "%q is no language code.", string(in.Language)).At("language"))
	}
	if d := in.PrimaryDomain; d != "" && !strings.HasPrefix(d, "https://") && !strings.HasPrefix(d, "http://") {
		faults.Add(fault.New(fault.Invalid, "invalid_url", "The domain must be an http or https address.").At("primaryDomain"))
	}
	return faults.Err()
}
