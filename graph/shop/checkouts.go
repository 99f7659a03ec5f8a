package shop

import (
	"context"
	"slices"

	"github.com/souk-commerce/souk/graph/shop/answer"
	"github.com/souk-commerce/souk/graph/shop/model"
	"github.com/souk-commerce/souk/internal/cart"
	"github.com/souk-commerce/souk/internal/checkout"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/gid"
	"github.com/souk-commerce/souk/internal/kernel/postal"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/platform/httpd"
)

// errNoAddress refuses to set an address that is not there.
var errNoAddress = fault.New(fault.Invalid, "required", "Give an address.").At("address")

// checkoutRef reads which checkout is meant. Its secret stands in the id or
// beside it.
func checkoutRef(id, token *string, expected *int) checkout.Ref {
	ref := checkout.Ref{Token: either(token, "")}
	if id != nil {
		if parsed, err := gid.Parse(*id); err == nil && parsed.Type == "Checkout" {
			ref.ID = checkout.ID(parsed.Number)
			if ref.Token == "" {
				ref.Token = parsed.Key
			}
		}
	}
	if expected != nil {
		version := int64(*expected)
		ref.Expected = &version
	}
	return ref
}

func refOfCheckout(in model.CheckoutRef) checkout.Ref {
	return checkoutRef(&in.ID, in.Token, in.ExpectedVersion)
}

// checkout reads a checkout; nil when there is none that id and token open.
func (r *Resolver) checkout(ctx context.Context, id, token *string) (*answer.Checkout, error) {
	var found checkout.Checkout
	var err error
	if id == nil {
		found, err = r.Checkouts.ByToken(ctx, either(token, ""))
	} else {
		found, err = r.Checkouts.ByRef(ctx, checkoutRef(id, token, nil))
	}
	if missing(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return r.showCheckout(ctx, found, selected(ctx))
}

// amended makes the payload of a change of a checkout. A refusal shows the
// checkout as it is.
func (r *Resolver) amended(ctx context.Context, ref checkout.Ref, c checkout.Checkout, err error) (*answer.CheckoutPayload, error) {
	refused, err := shopRefusals(err)
	if err != nil {
		return nil, err
	}
	shown, err := r.asItIs(ctx, ref, c, len(refused) > 0)
	return &answer.CheckoutPayload{Checkout: shown, UserErrors: refused}, err
}

// submitted makes the payload of a submission.
func (r *Resolver) submitted(ctx context.Context, ref checkout.Ref, o checkout.Outcome, err error) (*answer.CheckoutCompletePayload, error) {
	refused, err := shopRefusals(err)
	if err != nil {
		return nil, err
	}
	payload := &answer.CheckoutCompletePayload{UserErrors: refused}
	if o.Declined {
		payload.UserErrors = append(refused, &answer.ShopUserError{Code: "PAYMENT_DECLINED", Field: []string{"payment"}, Message: o.Why})
	}
	if payload.Checkout, err = r.asItIs(ctx, ref, o.Checkout, len(refused) > 0); err != nil || o.Order == nil {
		return payload, err
	}
	token := r.Orders.Token(*o.Order)
	payload.OrderAccessToken = &token
	payload.Order, err = r.showOrder(ctx, *o.Order, selected(ctx).inside("order")...)
	return payload, err
}

// asItIs shows a checkout in a payload, read anew when a change was refused; nil
// when there is none.
func (r *Resolver) asItIs(ctx context.Context, ref checkout.Ref, c checkout.Checkout, anew bool) (*answer.Checkout, error) {
	asked := selected(ctx).inside("checkout")
	if len(asked) == 0 {
		return nil, nil
	}
	if anew {
		var err error
		ref.Expected = nil
		if c, err = r.Checkouts.ByRef(ctx, ref); missing(err) {
			return nil, nil
		} else if err != nil {
			return nil, err
		}
	}
	return r.showCheckout(ctx, c, asked...)
}

// showCheckout loads what the selections ask of a checkout and shows it.
func (r *Resolver) showCheckout(ctx context.Context, c checkout.Checkout, asked ...selection) (*answer.Checkout, error) {
	var goods map[listing.VariantID]*listing.Variant
	if need, wanted := checkoutNeed(asked); wanted {
		var ids []listing.VariantID
		for i := range c.Lines {
			ids = append(ids, c.Lines[i].Variant)
			for _, part := range c.Lines[i].Components {
				ids = append(ids, part.Variant)
			}
		}
		var err error
		if goods, err = r.goods(ctx, c.Country, c.Language, ids, need); err != nil {
			return nil, err
		}
	}
	shown := answer.NewCheckout(c, goods)
	for _, s := range asked {
		if err := r.around(ctx, c, s, shown); err != nil {
			return nil, err
		}
	}
	return shown, nil
}

// around loads what is not the checkout's own: its cart and its order.
func (r *Resolver) around(ctx context.Context, c checkout.Checkout, asked selection, shown *answer.Checkout) error {
	if carts := asked.inside("cart"); len(carts) > 0 && shown.Cart == nil {
		found, err := r.Carts.ByID(ctx, c.Cart)
		if err == nil {
			shown.Cart, _, err = r.showCart(ctx, found, carts...)
		}
		if err != nil && !missing(err) {
			return err
		}
	}
	if orders := asked.inside("order"); len(orders) > 0 && shown.Order == nil && c.Order != 0 {
		found, err := r.Orders.ByID(ctx, c.Order)
		if err != nil {
			return err
		}
		shown.Order, err = r.showOrder(ctx, found, orders...)
		return err
	}
	return nil
}

// checkoutNeed tells what of the variants in a checkout is needed; false when
// nothing.
func checkoutNeed(asked []selection) (need listing.Need, wanted bool) {
	for _, s := range asked {
		var lines []selection
		for _, list := range s.inside("lines") {
			lines = append(lines, list.nodes("CheckoutLineConnection", "CheckoutLineEdge")...)
		}
		for _, shipment := range s.inside("shipments") {
			lines = append(lines, shipment.inside("lines")...)
		}
		for _, l := range lines {
			need, wanted = lineNeed(need, wanted, l)
		}
	}
	return need, wanted
}

// lineNeed adds what a line and the parts of a bundle in it need of variants.
func lineNeed(need listing.Need, wanted bool, line selection) (listing.Need, bool) {
	for _, of := range append(line.inside("components"), line) {
		for _, v := range of.inside("variant") {
			need, wanted = need.Merge(variantNeed(v)), true
		}
	}
	return need, wanted
}

func checkoutAddress(in *model.CheckoutAddressInput) *postal.Address {
	if in == nil {
		return nil
	}
	return &postal.Address{
		FirstName: either(in.FirstName, ""), LastName: either(in.LastName, ""), Company: either(in.Company, ""),
		Address1: either(in.Address1, ""), Address2: either(in.Address2, ""), DependentLocality: either(in.DependentLocality, ""),
		City: either(in.City, ""), SortingCode: either(in.SortingCode, ""), ZoneCode: either(in.ZoneCode, ""), Zip: either(in.Zip, ""),
		Phone: either(in.Phone, ""), Country: in.CountryCode,
	}
}

// shippingChoices reads choices. A shipment that is none of this checkout's is
// one that it does not have.
func shippingChoices(ref checkout.Ref, in []*model.CheckoutShippingChoice) map[string]string {
	out := make(map[string]string, len(in))
	for _, c := range in {
		shipment := ""
		if id, err := gid.Parse(c.ShipmentID); err == nil && id.Type == answer.ShipmentType && id.Number == int64(ref.ID) {
			shipment = id.Key
		}
		out[shipment] = c.MethodHandle
	}
	return out
}

func submission(ref checkout.Ref, pay *model.CheckoutPaymentInput, quoteHash, key string) checkout.Submission {
	s := checkout.Submission{Ref: ref, QuoteHash: quoteHash, Key: key}
	if pay != nil {
		s.Method, s.Token, s.ReturnURL = pay.MethodHandle, either(pay.Token, ""), either(pay.ReturnURL, "")
	}
	return s
}

// client names whoever asks, without telling who it is.
func (r *Resolver) client(ctx context.Context) string {
	from := httpd.Client(ctx)
	if !from.IsValid() {
		return ""
	}
	return r.Secret.Sign("client", from.String())
}

// startFault puts the fields of faults about a start into its input.
func startFault(err error) error {
	all := fault.List(slices.Clone(fault.All(err)))
	for i, f := range all {
		switch {
		case f.Reason == cart.ErrNotFound.Reason:
			all[i] = f.At("input", "cartId")
		case len(f.Path) > 0 && f.Path[0] != "input":
			all[i] = f.At(append([]string{"input"}, f.Path...)...)
		}
	}
	if len(all) == 0 {
		return err
	}
	return all
}
