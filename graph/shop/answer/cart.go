package answer

import (
	"net/url"
	"strconv"
	"time"

	"github.com/souk-commerce/souk/internal/cart"
	"github.com/souk-commerce/souk/internal/kernel/gid"
	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/kernel/money"
	"github.com/souk-commerce/souk/internal/kernel/postal"
	"github.com/souk-commerce/souk/internal/listing"
)

// Cart is a cart as the schema shows it.
type Cart struct {
	ID               string // with the secret in it
	CheckoutURL      string
	AppliedGiftCards []AppliedGiftCard
	Attributes       []cart.Attribute
	CreatedAt        time.Time
	// DiscountAllocations are the discounts on the whole: none are granted.
	DiscountAllocations []Allocation
	DiscountCodes       []DiscountCode
	Note                *string
	TotalQuantity       int
	UpdatedAt           time.Time

	of    cart.Cart
	lines []BaseCartLine
}

// NewCart shows a cart. goods are the variants of its lines, nil when nobody
// asks for them; site is the public address of the shop.
func NewCart(of cart.Cart, goods map[listing.VariantID]*listing.Variant, site string) *Cart {
	return &Cart{
		ID: CartID(of), CheckoutURL: checkoutURL(site, of), AppliedGiftCards: []AppliedGiftCard{}, Attributes: attributes(of.Attributes),
		CreatedAt: of.CreatedAt, DiscountAllocations: []Allocation{}, DiscountCodes: discountCodes(of.Codes), Note: filled(of.Note),
		TotalQuantity: of.Quantity, UpdatedAt: of.UpdatedAt, of: of, lines: cartLines(&of, goods),
	}
}

// CartPayload is what came of a change of a cart.
type CartPayload struct {
	Cart       *Cart
	UserErrors []CartUserError
	Warnings   []CartWarning
}

// CartUserError says why a change was refused.
type CartUserError struct {
	Code    Word
	Field   []string
	Message string
}

// CartWarning says what was done otherwise than asked.
type CartWarning struct {
	Code    Word
	Message string
	Target  string
}

// CartID gives the id under which a cart is shown.
func CartID(of cart.Cart) string { return gid.FormatKey("Cart", int64(of.ID), of.Key) }

// checkoutURL gives the address of the page that leads a cart to its checkout.
func checkoutURL(site string, of cart.Cart) string {
	return site + "/cart/c/" + strconv.FormatInt(int64(of.ID), 10) + "?key=" + url.QueryEscape(of.Key)
}

// Attribute gives the word under a key.
func (c *Cart) Attribute(key string) *cart.Attribute { return attribute(c.of.Attributes, key) }

// AppliedGiftCard is a gift card that pays a part.
type AppliedGiftCard struct {
	ID                    string
	LastCharacters        string
	AmountUsed            money.Money
	Balance               money.Money
	PresentmentAmountUsed money.Money
}

// DiscountCode is a code that was entered.
type DiscountCode struct {
	Applicable bool
	Code       string
}

func discountCodes(codes []string) []DiscountCode {
	out := make([]DiscountCode, len(codes))
	for i, code := range codes {
		out[i] = DiscountCode{Code: code}
	}
	return out
}

// Lines gives a page of the lines.
func (c *Cart) Lines(after, before *string, first, last *int, reverse *bool) (*CartLines, error) {
	cut, err := connect[CartLineEdge](c.lines, lineName, paging(after, before, first, last, reverse))
	return &CartLines{cut}, err
}

// CartCost is what a cart costs.
type CartCost struct {
	CheckoutChargeAmount     money.Money
	SubtotalAmount           money.Money
	SubtotalAmountEstimated  bool
	TotalAmount              money.Money
	TotalAmountEstimated     bool
	TotalDutyAmount          *money.Money
	TotalDutyAmountEstimated bool
	TotalTaxAmount           *money.Money
	TotalTaxAmountEstimated  bool
}

// Cost gives what the cart costs.
func (c *Cart) Cost() *CartCost {
	q := c.of.Priced.Quote
	in := func(minor int64) money.Money { return money.New(minor, c.of.Currency) }
	goods := int64(0)
	for _, l := range q.Lines {
		goods += l.Total
	}
	tax := in(q.Tax)
	return &CartCost{
		CheckoutChargeAmount: in(q.Due), SubtotalAmount: in(goods), TotalAmount: in(q.Total),
		TotalAmountEstimated: c.of.Estimated, TotalTaxAmount: &tax, TotalTaxAmountEstimated: c.of.Estimated,
	}
}

// BuyerIdentity is what is known of the buyer.
type BuyerIdentity struct {
	CountryCode *locale.Country
	Email       *string
	Phone       *string
	Preferences *Preferences
	// Customer is nil as long as nobody is signed in.
	Customer                   *Customer
	DeliveryAddressPreferences []DeliveryAddress
}

// Customer is a person with an account.
type Customer struct {
	ID          string
	DisplayName string
	Email       *string
	FirstName   *string
	LastName    *string
}

// BuyerIdentity gives what is known of the buyer.
func (c *Cart) BuyerIdentity() *BuyerIdentity {
	b := &BuyerIdentity{Email: filled(c.of.Email), Phone: filled(c.of.Phone), Preferences: preferences(c.of.Preferences), DeliveryAddressPreferences: []DeliveryAddress{}}
	if c.of.Country != "" && c.of.Country != locale.Unknown {
		b.CountryCode = &c.of.Country
	}
	for _, selected := range []bool{true, false} {
		for _, a := range c.of.Addresses {
			if a.Selected == selected {
				b.DeliveryAddressPreferences = append(b.DeliveryAddressPreferences, c.address(a))
			}
		}
	}
	return b
}

func (c *Cart) address(a cart.Address) *MailingAddress {
	return NewMailingAddress(gid.Format("MailingAddress", int64(a.ID))+"?of=cart", &a.Postal)
}

// destination gives where the cart goes: the selected address, else no more than
// the country.
func (c *Cart) destination() *MailingAddress {
	for _, a := range c.of.Addresses {
		if a.Selected {
			return c.address(a)
		}
	}
	return NewMailingAddress(gid.Format("MailingAddress", int64(c.of.ID))+"?of=country", &postal.Address{Country: c.of.Country})
}
