package answer

import (
	"strconv"
	"time"

	"github.com/souk-commerce/souk/internal/cart"
	"github.com/souk-commerce/souk/internal/checkout"
	"github.com/souk-commerce/souk/internal/checkout/lifecycle"
	"github.com/souk-commerce/souk/internal/kernel/gid"
	"github.com/souk-commerce/souk/internal/kernel/money"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/quote"
	"github.com/souk-commerce/souk/internal/shipping"
)

// Checkout is a checkout as the schema shows it.
type Checkout struct {
	ID                      string // with the secret in it
	Token                   string
	State                   lifecycle.State
	Version                 int
	AvailablePaymentMethods []PaymentMethod
	BillingAddress          *MailingAddress
	Cart                    *Cart // nil as long as nobody asks for it, too
	CompletedSteps          []lifecycle.Step
	CreatedAt               time.Time
	CurrencyCode            money.Currency
	// Customer is nil as long as nobody is signed in.
	Customer           *Customer
	DiscountCodes      []DiscountCode
	Email              *string
	ExpiresAt          time.Time
	GiftCards          []AppliedGiftCard
	NextStep           *lifecycle.Step
	Order              *Order // nil as long as nobody asks for it, too
	Payments           []Payment
	Phone              *string
	Problems           []CheckoutProblem
	QuoteHash          string
	Shipments          []CheckoutShipment
	ShippingAddress    *MailingAddress
	StockReservedUntil *time.Time
	TaxLines           []TaxLine
	Totals             Totals
	UpdatedAt          time.Time

	lines []*CheckoutLine
}

// CheckoutPayload is what came of a change of a checkout.
type CheckoutPayload struct {
	Checkout   *Checkout
	UserErrors []*ShopUserError
}

// CheckoutCompletePayload is what came of a submission.
type CheckoutCompletePayload struct {
	Checkout         *Checkout
	Order            *Order
	OrderAccessToken *string
	UserErrors       []*ShopUserError
}

// ShopUserError says why something was refused.
type ShopUserError struct {
	Code    Word
	Field   []string
	Message string
}

// CheckoutProblem is something between a checkout and its order.
type CheckoutProblem struct {
	Code    Word
	Field   *string
	LineID  *checkout.LineID
	Message string
	Step    lifecycle.Step
}

// NewCheckout shows a checkout. goods are the variants of its lines as far as
// they are asked for and still sold.
func NewCheckout(of checkout.Checkout, goods map[listing.VariantID]*listing.Variant) *Checkout {
	q := of.Priced.Quote
	in := func(minor int64) money.Money { return money.New(minor, of.Currency) }
	c := &Checkout{
		ID: CheckoutID(of), Token: of.Token, State: of.State, Version: int(of.Version), AvailablePaymentMethods: paymentMethods(of.Methods),
		BillingAddress:  NewMailingAddress(addressID(int64(of.ID), "checkout-billing"), of.BillingAddress),
		CompletedSteps:  append([]lifecycle.Step{}, of.Completed...),
		CreatedAt:       of.CreatedAt,
		CurrencyCode:    of.Currency,
		DiscountCodes:   discountCodes(of.Codes),
		Email:           filled(of.Email),
		ExpiresAt:       of.ExpiresAt,
		GiftCards:       []AppliedGiftCard{},
		NextStep:        of.Next,
		Payments:        Payments(of.Payments, of.Methods),
		Phone:           filled(of.Phone),
		Problems:        problems(of.Problems),
		QuoteHash:       of.QuoteHash,
		ShippingAddress: NewMailingAddress(addressID(int64(of.ID), "checkout-shipping"), of.ShippingAddress), StockReservedUntil: of.HeldUntil,
		TaxLines: taxLines(q.Taxes, of.Currency), UpdatedAt: of.UpdatedAt,
		Totals: Totals{Discount: in(q.Discount), Due: in(q.Due), GiftCard: in(q.Credit), Shipping: in(q.Delivery), Subtotal: in(q.Subtotal),
			Tax: in(q.Tax), TaxIncluded: q.TaxIncluded, Total: in(q.Total)},
		lines: checkoutLines(of, goods),
	}
	c.Shipments = c.shipments(of)
	return c
}

// CheckoutID gives the id under which a checkout is shown.
func CheckoutID(of checkout.Checkout) string {
	return gid.FormatKey("Checkout", int64(of.ID), of.Token)
}

// addressID gives the id of an address that belongs to something else.
func addressID(owner int64, of string) string {
	return gid.Format("MailingAddress", owner) + "?of=" + of
}

// problemCodes are the codes of problems.
var problemCodes = map[checkout.ProblemCode]Word{
	checkout.Required: "REQUIRED", checkout.Invalid: "INVALID", checkout.NotFound: "NOT_FOUND",
	checkout.OutOfStock: "OUT_OF_STOCK", checkout.PriceChanged: "PRICE_CHANGED",
}

func problems(of []checkout.Problem) []CheckoutProblem {
	out := make([]CheckoutProblem, len(of))
	for i, p := range of {
		out[i] = CheckoutProblem{Code: problemCodes[p.Code], Field: filled(p.Field), Message: p.Message, Step: p.Step}
		if p.Line != 0 {
			out[i].LineID = &p.Line
		}
	}
	return out
}

// CheckoutLine is a line of a checkout.
type CheckoutLine struct {
	ID            checkout.LineID
	Attributes    []cart.Attribute
	Components    []LineComponent
	DiscountTotal money.Money
	Quantity      int
	Subtotal      money.Money
	TaxTotal      money.Money
	Title         string
	Total         money.Money
	UnitPrice     money.Money
	Variant       *listing.Variant
}

// CheckoutLineEdge is one entry of a list.
type CheckoutLineEdge struct {
	Cursor string
	Node   *CheckoutLine
}

// CheckoutLines is one page of lines.
type CheckoutLines struct {
	Connection[*CheckoutLine, CheckoutLineEdge]
}

func checkoutLines(of checkout.Checkout, goods map[listing.VariantID]*listing.Variant) []*CheckoutLine {
	in := func(minor int64) money.Money { return money.New(minor, of.Currency) }
	out := make([]*CheckoutLine, len(of.Lines))
	for i, l := range of.Lines {
		out[i] = &CheckoutLine{
			ID: l.ID, Attributes: attributes(l.Attributes), Quantity: l.Quantity, Title: l.Title, Variant: goods[l.Variant], Components: picked(l.Components, goods),
			DiscountTotal: in(l.Quote.Discount), Subtotal: in(l.Quote.Subtotal), TaxTotal: in(l.Quote.Tax), Total: in(l.Quote.Total), UnitPrice: in(l.Quote.UnitPrice),
		}
	}
	return out
}

func picked(of []quote.Component, goods map[listing.VariantID]*listing.Variant) []LineComponent {
	out := make([]LineComponent, len(of))
	for i, c := range of {
		out[i] = LineComponent{Quantity: c.Quantity, SKU: filled(c.Goods.SKU), Title: titled(c.Goods.Title, c.Goods.VariantTitle), Variant: goods[c.Variant]}
	}
	return out
}

// Lines gives a page of the lines.
func (c *Checkout) Lines(after *string, first *int) (*CheckoutLines, error) {
	name := func(l *CheckoutLine) string { return strconv.FormatInt(int64(l.ID), 10) }
	cut, err := connect[CheckoutLineEdge](c.lines, name, paging(after, nil, first, nil, nil))
	return &CheckoutLines{cut}, err
}

// CheckoutShipment is the part of a purchase that is brought together.
type CheckoutShipment struct {
	ID             string
	Lines          []*CheckoutLine
	Methods        []ShippingQuote
	SelectedMethod *ShippingQuote
}

// ShippingQuote is a way of bringing a shipment.
type ShippingQuote struct {
	Description *string
	Handle      string
	MaxDays     *int
	MinDays     *int
	Price       money.Money
	Title       string
}

// ShipmentType is the type of the ids of shipments. Its number is the checkout's
// and its key says which part of the checkout.
const ShipmentType = "CheckoutShipment"

func (c *Checkout) shipments(of checkout.Checkout) []CheckoutShipment {
	byID := make(map[int64]*CheckoutLine, len(c.lines))
	for _, l := range c.lines {
		byID[int64(l.ID)] = l
	}
	out := make([]CheckoutShipment, len(of.Priced.Shipments))
	for i, s := range of.Priced.Shipments {
		out[i] = CheckoutShipment{ID: gid.FormatKey(ShipmentType, int64(of.ID), s.ID), Lines: []*CheckoutLine{}, Methods: make([]ShippingQuote, len(s.Options))}
		for _, id := range s.Items {
			if l := byID[id]; l != nil {
				out[i].Lines = append(out[i].Lines, l)
			}
		}
		for j, o := range s.Options {
			out[i].Methods[j] = shippingQuote(o)
		}
		if s.Selected != nil {
			selected := shippingQuote(*s.Selected)
			out[i].SelectedMethod = &selected
		}
	}
	return out
}

func shippingQuote(o shipping.Option) ShippingQuote {
	return ShippingQuote{Description: filled(o.Description), Handle: o.Handle, MaxDays: o.MaxDays, MinDays: o.MinDays, Price: o.Price, Title: o.Title}
}
