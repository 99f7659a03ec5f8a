package cart_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/souk-commerce/souk/internal/cart"
	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/kernel/postal"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/market"
)

func TestSetCodes_variantsOfACodeAreOne(t *testing.T) {
	t.Parallel()
	s := open(t)
	c := s.create()
	changed := must[cart.Change](t)(s.SetCodes(s.ctx, ref(c), []string{"Save10", "save10", " SAVE10 ", "SAVE 10", "ＳＡＶＥ１０", "", "straße", "STRASSE"}))
	s.warned("new codes", changed, cart.DiscountNotFound, cart.DiscountNotFound)
	if !slices.Equal(s.read(c).Codes, []string{"Save10", "straße"}) {
		t.Errorf("%q", s.read(c).Codes)
	}
	s.warned("an old and a new one", must[cart.Change](t)(s.SetCodes(s.ctx, ref(c), []string{"SAVE10", "other"})), cart.DiscountNotFound)
	_, err := s.SetCodes(s.ctx, ref(c), []string{"a", "\x00"})
	s.wants("a NUL", err, "invalid_text discountCodes.1")
	_, err = s.SetCodes(s.ctx, ref(c), strings.Split(strings.Repeat("abcdefghijklmnopqrstu", 1), ""))
	s.wants("too many", err, "too_many_codes discountCodes")
	s.warned("none", must[cart.Change](t)(s.SetCodes(s.ctx, ref(c), nil)))
	s.warned("gift cards", must[cart.Change](t)(s.SetGiftCards(s.ctx, ref(c), []string{"GIFT-1"})), cart.GiftCardsUnavailable)
	if len(s.read(c).Codes) != 0 {
		t.Errorf("%q", s.read(c).Codes)
	}
}

func TestSetBuyer_countryBringsItsMarket(t *testing.T) {
	t.Parallel()
	s := open(t)
	c := s.create(line(cap4, 1), line(1012, 1)) // the lamp has no price in euros
	de, unknown := locale.Country("DE"), locale.Unknown
	changed := must[cart.Change](t)(s.SetBuyer(s.ctx, ref(c), cart.BuyerChange{Country: &de}))
	s.warned("to Germany", changed, cart.Unavailable)
	got := s.read(c)
	if got.Currency != "EUR" || got.Market != 2 || got.Country != "DE" || got.Priced.Quote.Total != 2299 || got.Priced.Quote.Tax != 367 || !got.Estimated {
		t.Errorf("%+v", got)
	}
	same := must[cart.Change](t)(s.SetBuyer(s.ctx, ref(c), cart.BuyerChange{Country: &unknown}))
	if same.Cart.Country != "DE" {
		t.Errorf("the unknown country became %s", same.Cart.Country)
	}
}

func TestSetBuyer_refusals(t *testing.T) {
	t.Parallel()
	s := open(t)
	c := s.create()
	text := func(v string) *string { return &v }
	nowhere := locale.Country("XX")
	for name, test := range map[string]struct {
		change cart.BuyerChange
		want   string
	}{
		"no address":      {cart.BuyerChange{Email: text("nobody")}, "invalid_email buyerIdentity.email"},
		"a header":        {cart.BuyerChange{Email: text("a@b.example\r\nBcc: c@d.example")}, "invalid_email buyerIdentity.email"},
		"a name besides":  {cart.BuyerChange{Email: text("Ada <a@b.example>")}, "invalid_email buyerIdentity.email"},
		"no number":       {cart.BuyerChange{Phone: text("call me")}, "invalid_phone buyerIdentity.phone"},
		"a long number":   {cart.BuyerChange{Phone: text("+1234567890123456")}, "invalid_phone buyerIdentity.phone"},
		"no country":      {cart.BuyerChange{Country: &nowhere}, "invalid_country buyerIdentity.countryCode"},
		"an access token": {cart.BuyerChange{CustomerToken: text("t")}, "customer_access_token_invalid buyerIdentity.customerAccessToken"},
		"coordinates": {cart.BuyerChange{Preferences: &cart.Preferences{Coordinates: &cart.Coordinates{Country: "DE", Latitude: "x", Longitude: "1"}}},
			"invalid_preferences buyerIdentity.preferences"},
		"an address": {cart.BuyerChange{Addresses: &[]cart.NewAddress{{}}},
			"address_field_required buyerIdentity.deliveryAddressPreferences.0.address.countryCode"},
	} {
		_, err := s.SetBuyer(s.ctx, ref(c), test.change)
		s.wants(name, err, test.want)
	}
	ok := must[cart.Change](t)(s.SetBuyer(s.ctx, ref(c), cart.BuyerChange{Email: text(""), Phone: text(" +49 (30) 123-456 ")})).Cart
	if ok.Phone != "+49 (30) 123-456" || ok.Email != "" {
		t.Errorf("%q %q", ok.Phone, ok.Email)
	}
}

func TestNoteAndAttributes_limits(t *testing.T) {
	t.Parallel()
	s := open(t)
	c := s.create()
	_, err := s.SetNote(s.ctx, ref(c), strings.Repeat("ö", cart.MaxNote+1))
	s.wants("long note", err, "note_too_long note")
	_, err = s.SetNote(s.ctx, ref(c), "\xc3")
	s.wants("broken note", err, "invalid_text note")
	_, err = s.SetAttributes(s.ctx, ref(c), []cart.Attribute{{Key: strings.Repeat("k", 256)}})
	s.wants("long key", err, "invalid_attribute_key attributes.0.key")
	note := strings.Repeat("ö", cart.MaxNote)
	if got := must[cart.Change](t)(s.SetNote(s.ctx, ref(c), note)).Cart.Note; got != note {
		t.Error("a note of full length was not kept")
	}
}

func TestAttributes_allTogetherAreBounded(t *testing.T) {
	t.Parallel()
	s := open(t)
	c := s.create()
	long := strings.Repeat("x", 5000)
	for i := range 12 {
		in := make([]cart.NewLine, 10)
		for j := range in {
			in[j] = cart.NewLine{Variant: plain + listing.VariantID(10*i+j), Quantity: 1, Attributes: []cart.Attribute{{Key: "k", Value: long}}}
		}
		_, err := s.AddLines(s.ctx, ref(c), in)
		if fits := i < 10; (err == nil) != fits {
			t.Fatalf("%d kB: %v", 50*(i+1), err)
		}
	}
}

// A market without countries is known by its host name only; a cart that was
// made there stays there.
func TestCreate_staysInTheMarketOfItsHost(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.sql(`INSERT INTO market (id, created_at, updated_at, handle, name, currency, prices_include_tax, is_default, position)
		VALUES (3, '2026-01-01Z', '2026-01-01Z', 'outlet', 'Outlet', 'USD', false, false, 3)`)
	s.sql(`INSERT INTO market_domain (market_id, host) VALUES (3, 'outlet.example')`)
	s.sql(`INSERT INTO market_language (market_id, language, position) VALUES (3, 'en', 0)`)
	s.sql(`INSERT INTO price_list (id, created_at, updated_at, name, currency, base, market_id) VALUES (3, '2026-01-01Z', '2026-01-01Z', 'Outlet', 'USD', false, 3)`)
	s.sql(`INSERT INTO price (price_list_id, variant_id, amount, updated_at) VALUES (3, 2001, 500, '2026-01-02Z')`)
	if err := errors.Join(s.rooms.Markets.Refresh(s.ctx), s.buyers.Refresh(s.ctx)); err != nil {
		t.Fatal(err)
	}
	at := must[listing.Context](t)(s.buyers.Context(market.Wish{Host: "outlet.example"}, s.db.Now(s.ctx)))
	c := must[cart.Change](t)(s.Create(s.ctx, at, cart.New{Lines: []cart.NewLine{line(plain, 1)}})).Cart
	c = must[cart.Change](t)(s.AddLines(s.ctx, ref(c), []cart.NewLine{line(plain, 1)})).Cart
	if c.Market != 3 || c.Country != "US" || c.Priced.Quote.Total != 1000 {
		t.Errorf("market %d, %s, %d", c.Market, c.Country, c.Priced.Quote.Total)
	}
	us := locale.Country("US")
	if c = must[cart.Change](t)(s.SetBuyer(s.ctx, ref(c), cart.BuyerChange{Country: &us})).Cart; c.Market != 1 || c.Priced.Quote.Total != 2000 {
		t.Errorf("a country that was said: market %d, %d", c.Market, c.Priced.Quote.Total)
	}
}

func TestMetafields(t *testing.T) {
	t.Parallel()
	s := open(t)
	c := s.create()
	one := cart.Metafield{Namespace: "app", Key: "n", Type: "number_integer", Value: "1"}
	must[cart.Cart](t)(s.SetMetafields(s.ctx, ref(c), []cart.Metafield{one}))
	one.Value = "2"
	got := must[cart.Cart](t)(s.SetMetafields(s.ctx, ref(c), []cart.Metafield{one}))
	if !slices.Equal(got.Metafields, []cart.Metafield{one}) {
		t.Errorf("%+v", got.Metafields)
	}
	one.Value = "two"
	_, err := s.SetMetafields(s.ctx, ref(c), []cart.Metafield{one})
	s.wants("no number", err, "invalid_value metafields.0.value")
	if got = must[cart.Cart](t)(s.DeleteMetafield(s.ctx, ref(c), "app", "n")); len(got.Metafields) != 0 {
		t.Errorf("%+v", got.Metafields)
	}
	_, err = s.DeleteMetafield(s.ctx, ref(c), "app", "n")
	s.wants("deleted twice", err, "metafield_not_found")
}

func TestAddresses_oneIsSelectedAndDecides(t *testing.T) {
	t.Parallel()
	s := open(t)
	c := s.create(line(plain, 1))
	us := postal.Address{Address1: "1 Main St", City: "Cupertino", ZoneCode: "CA", Zip: "95014", Country: "US"}
	changed := must[cart.Change](t)(s.AddAddresses(s.ctx, ref(c), []cart.NewAddress{{Postal: us, Selected: true, Strategy: cart.Strict}, {Postal: berlin()}}))
	home, away := changed.Cart.Addresses[0], changed.Cart.Addresses[1]
	if home.Postal != us || !home.Selected || away.Selected || changed.Cart.Estimated {
		t.Fatalf("%+v", changed.Cart.Addresses)
	}
	yes := true
	moved := must[cart.Change](t)(s.UpdateAddresses(s.ctx, ref(c), []cart.AddressChange{{ID: away.ID, Selected: &yes}})).Cart
	if moved.Addresses[0].Selected || !moved.Addresses[1].Selected || moved.Priced.Quote.Tax != 190 || moved.Currency != "USD" {
		t.Errorf("%+v, %+v", moved.Addresses, moved.Priced.Quote)
	}
	twin := us
	twin.City = " CUPERTINO "
	again := must[cart.Change](t)(s.AddAddresses(s.ctx, ref(c), []cart.NewAddress{{Postal: twin, Selected: true}}))
	s.warned("twice", again, cart.DuplicateAddress)
	if len(again.Cart.Addresses) != 2 || !again.Cart.Addresses[0].Selected || again.Cart.Addresses[1].Selected {
		t.Errorf("%+v", again.Cart.Addresses)
	}
	replaced := must[cart.Change](t)(s.ReplaceAddresses(s.ctx, ref(c), []cart.NewAddress{{Postal: berlin(), Selected: true}})).Cart
	if len(replaced.Addresses) != 1 || replaced.Addresses[0].ID == away.ID {
		t.Errorf("%+v", replaced.Addresses)
	}
	none := must[cart.Change](t)(s.RemoveAddresses(s.ctx, ref(c), []cart.AddressID{replaced.Addresses[0].ID})).Cart
	if got := s.read(c); len(none.Addresses) != 0 || len(got.Addresses) != 0 || !got.Estimated || got.Priced.Quote.Tax != 0 {
		t.Errorf("%+v", got)
	}
}

func TestAddresses_refusals(t *testing.T) {
	t.Parallel()
	s := open(t)
	c := s.create()
	wrong := berlin()
	wrong.Zip, wrong.City = "1", ""
	long := berlin()
	long.Address1 = strings.Repeat("x", 256)
	for name, test := range map[string]struct {
		in   []cart.NewAddress
		want string
	}{
		"strict": {[]cart.NewAddress{{Postal: wrong, Strategy: cart.Strict}},
			"address_field_required addresses.0.address.city, postal_code_invalid addresses.0.address.zip"},
		"two selected": {[]cart.NewAddress{{Postal: berlin(), Selected: true}, {Postal: wrong, Selected: true}}, "only_one_delivery_address_can_be_selected addresses"},
		"no country":   {[]cart.NewAddress{{Postal: postal.Address{Country: "ZZ"}}}, "address_field_required addresses.0.address.countryCode"},
		"too long":     {[]cart.NewAddress{{Postal: long}}, "address_field_too_long addresses.0.address.address1"},
		"too many":     {make([]cart.NewAddress, cart.MaxAddresses+1), "too_many_delivery_addresses addresses"},
	} {
		_, err := s.AddAddresses(s.ctx, ref(c), test.in)
		s.wants(name, err, test.want)
	}
	if _, err := s.AddAddresses(s.ctx, ref(c), []cart.NewAddress{{Postal: wrong, Strategy: cart.CountryOnly}}); err != nil {
		t.Errorf("country only: %v", err)
	}
	other := must[cart.Change](t)(s.AddAddresses(s.ctx, ref(s.create()), []cart.NewAddress{{Postal: berlin()}})).Cart
	_, err := s.UpdateAddresses(s.ctx, ref(c), []cart.AddressChange{{ID: other.Addresses[0].ID}})
	s.wants("another cart's", err, "invalid_delivery_address_id addresses.0.id")
	_, err = s.RemoveAddresses(s.ctx, ref(c), []cart.AddressID{other.Addresses[0].ID})
	s.wants("another cart's", err, "invalid_delivery_address_id addressIds.0")
}

func TestChooseDelivery_onlyWhatIsOnOfferAndOnlyThenItCosts(t *testing.T) {
	t.Parallel()
	s := open(t)
	c := s.create(line(plain, 1), line(chart, 1))
	if q := c.Priced.Quote; q.Total != 2000 || len(c.Priced.Shipments) != 2 || c.Priced.Shipments[0].Options[0].Handle != "truck" {
		t.Fatalf("%+v", c.Priced)
	}
	_, err := s.ChooseDelivery(s.ctx, ref(c), []cart.Choice{{Shipment: "pigeon", Method: "truck"}})
	s.wants("no such group", err, "invalid_delivery_group selectedDeliveryOptions.0.deliveryGroupId")
	_, err = s.ChooseDelivery(s.ctx, ref(c), []cart.Choice{{Shipment: "shipping", Method: "post"}})
	s.wants("not on offer here", err, "invalid_delivery_option selectedDeliveryOptions.0.deliveryOptionHandle")
	chosen := must[cart.Change](t)(s.ChooseDelivery(s.ctx, ref(c), []cart.Choice{{Shipment: "shipping", Method: "truck"}})).Cart
	if chosen.Priced.Quote.Total != 2700 || chosen.Choices["shipping"] != "truck" {
		t.Errorf("%+v", chosen.Priced.Quote)
	}
	de := locale.Country("DE")
	moved := must[cart.Change](t)(s.SetBuyer(s.ctx, ref(c), cart.BuyerChange{Country: &de})).Cart
	if moved.Priced.Quote.Delivery != 0 || moved.Priced.Shipments[0].Selected != nil {
		t.Errorf("a choice outlived its zone: %+v", moved.Priced)
	}
}
