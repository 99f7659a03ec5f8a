package answer

import (
	"strconv"
	"time"

	"github.com/souk-commerce/souk/internal/kernel/gid"
	"github.com/souk-commerce/souk/internal/kernel/money"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/order"
	"github.com/souk-commerce/souk/internal/order/lifecycle"
)

// Order is an order as its buyer sees it.
type Order struct {
	ID                string // with the secret in it
	AccessToken       string
	BillingAddress    *MailingAddress
	CancelReason      *lifecycle.CancelReason
	CanceledAt        *time.Time
	CurrencyCode      money.Currency
	CurrentTotalPrice money.Money
	CustomerURL       *string // there are no accounts
	Email             *string
	FinancialStatus   Word
	FulfillmentStatus Word
	Name              string
	OrderNumber       int
	Payments          []Payment // none as long as nobody asks for them
	Phone             *string
	ProcessedAt       time.Time
	ShippingAddress   *MailingAddress
	Status            lifecycle.Status
	StatusURL         string
	SubtotalPriceV2   money.Money
	TaxLines          []TaxLine
	Timeline          []order.Entry // none as long as nobody asks for it
	TotalPrice        money.Money
	TotalPriceV2      money.Money
	TotalTaxV2        money.Money
	Totals            Totals

	lines []*OrderLine
}

// NewOrder shows an order that a token opens. goods are the variants of its lines
// as far as they are asked for and still sold; site is the public address of the
// shop.
func NewOrder(of order.Order, token string, goods map[listing.VariantID]*listing.Variant, site string) *Order {
	in := func(minor int64) money.Money { return money.New(minor, of.Currency) }
	o := &Order{
		ID: gid.FormatKey("Order", int64(of.ID), token), AccessToken: token, CanceledAt: of.CancelledAt, CurrencyCode: of.Currency,
		BillingAddress:    NewMailingAddress(addressID(int64(of.ID), "order-billing"), of.BillingAddress),
		CurrentTotalPrice: in(of.Total - of.Refunded),
		Email:             filled(of.Email),
		FinancialStatus:   financialStatus(of),
		FulfillmentStatus: fulfillmentStatus(of),
		Name:              "#" + strconv.FormatInt(of.Number, 10), OrderNumber: int(of.Number), Phone: filled(of.Phone), ProcessedAt: of.PlacedAt,
		ShippingAddress: NewMailingAddress(addressID(int64(of.ID), "order-shipping"), of.ShippingAddress),
		Status:          of.Status, StatusURL: site + "/orders/" + token, TaxLines: taxLines(of.Taxes, of.Currency),
		SubtotalPriceV2: in(lineTotal(of)), TotalPrice: in(of.Total), TotalPriceV2: in(of.Total), TotalTaxV2: in(of.Tax),
		Totals: Totals{Discount: in(of.Discount), Due: in(max(of.Total-of.Credit-of.Captured, 0)), GiftCard: in(of.Credit), Shipping: in(of.Delivery),
			Subtotal: in(of.Subtotal), Tax: in(of.Tax), TaxIncluded: of.TaxIncluded, Total: in(of.Total)},
		lines: orderLines(of, goods),
	}
	if of.CancelReason != "" {
		o.CancelReason = &of.CancelReason
	}
	return o
}

func lineTotal(of order.Order) int64 {
	var sum int64
	for i := range of.Lines {
		sum += of.Lines[i].Total
	}
	return sum
}

// financialStatus says how far an order is paid.
func financialStatus(of order.Order) Word {
	due := of.Total - of.Credit
	switch {
	case of.Captured > 0 && of.Refunded >= of.Captured:
		return "REFUNDED"
	case of.Refunded > 0:
		return "PARTIALLY_REFUNDED"
	case of.Captured >= due:
		return "PAID"
	case of.Captured > 0:
		return "PARTIALLY_PAID"
	case of.State == lifecycle.Cancelled || of.State == lifecycle.Expired:
		return "VOIDED"
	case of.PayLater || of.State == lifecycle.Pending || of.State == lifecycle.Draft:
		return "PENDING"
	}
	return "AUTHORIZED"
}

// fulfillmentStatus says how far an order was sent.
func fulfillmentStatus(of order.Order) Word {
	wanted, sent := 0, 0
	for i := range of.Lines {
		wanted += of.Lines[i].Quantity - of.Lines[i].Cancelled
		sent += of.Lines[i].Fulfilled
	}
	switch {
	case sent > 0 && sent >= wanted:
		return "FULFILLED"
	case sent > 0:
		return "PARTIALLY_FULFILLED"
	case of.State == lifecycle.OnHold:
		return "ON_HOLD"
	}
	return "UNFULFILLED"
}

// OrderLine is a line of an order.
type OrderLine struct {
	Components           []LineComponent
	CurrentQuantity      int
	DiscountAllocations  []DiscountAllocation
	DiscountedTotalPrice money.Money
	OriginalTotalPrice   money.Money
	Quantity             int
	Title                string
	Variant              *listing.Variant

	id order.LineID
}

// DiscountAllocation is what a discount takes off a line.
type DiscountAllocation struct {
	AllocatedAmount     money.Money
	DiscountApplication Application
}

// OrderLineEdge is one entry of a list.
type OrderLineEdge struct {
	Cursor string
	Node   *OrderLine
}

// OrderLines is one page of lines.
type OrderLines struct {
	Connection[*OrderLine, OrderLineEdge]
}

func orderLines(of order.Order, goods map[listing.VariantID]*listing.Variant) []*OrderLine {
	out := make([]*OrderLine, len(of.Lines))
	for i := range of.Lines {
		l := &of.Lines[i]
		out[i] = &OrderLine{id: l.ID, CurrentQuantity: l.Quantity - l.Cancelled - l.Returned, DiscountAllocations: []DiscountAllocation{},
			DiscountedTotalPrice: money.New(l.Total, of.Currency), OriginalTotalPrice: money.New(l.Subtotal, of.Currency),
			Quantity: l.Quantity, Title: l.Title, Variant: goods[l.Variant], Components: bought(l.Components, goods)}
	}
	return out
}

func bought(of []order.Component, goods map[listing.VariantID]*listing.Variant) []LineComponent {
	out := make([]LineComponent, len(of))
	for i, c := range of {
		out[i] = LineComponent{Quantity: c.Quantity, SKU: filled(c.SKU), Title: titled(c.Title, c.VariantTitle), Variant: goods[c.Variant]}
	}
	return out
}

// titled is what a variant is called among those of other products.
func titled(title, variant string) string {
	if variant == "" {
		return title
	}
	return title + " - " + variant
}

// LineItems gives a page of the lines.
func (o *Order) LineItems(after, before *string, first, last *int, reverse *bool) (*OrderLines, error) {
	name := func(l *OrderLine) string { return strconv.FormatInt(int64(l.id), 10) }
	cut, err := connect[OrderLineEdge](o.lines, name, paging(after, before, first, last, reverse))
	return &OrderLines{cut}, err
}

// ApplicationEdge is one entry of a list.
type ApplicationEdge struct {
	Cursor string
	Node   Application
}

// Applications is one page of discounts.
type Applications struct {
	Connection[Application, ApplicationEdge]
}

// DiscountApplications gives a page of the discounts: none are granted.
func (o *Order) DiscountApplications(after, before *string, first, last *int, reverse *bool) (*Applications, error) {
	cut, err := connect[ApplicationEdge](nil, func(Application) string { return "" }, paging(after, before, first, last, reverse))
	return &Applications{cut}, err
}

// Fulfillment is a part of an order that was sent.
type Fulfillment struct{ TrackingCompany *string }

// TrackingInfo gives how to follow it.
func (Fulfillment) TrackingInfo(first *int) []Tracking { return []Tracking{} }

// Tracking is how to follow a parcel.
type Tracking struct {
	Number *string
	URL    *string
}

// SuccessfulFulfillments gives what was sent: nothing is sent yet.
func (o *Order) SuccessfulFulfillments(first *int) []Fulfillment { return []Fulfillment{} }
