package admin_test

import (
	"testing"

	"github.com/souk-commerce/souk/internal/staff"
)

const createRate = `mutation($i: TaxRateInput!) { taxRateCreate(input: $i) {
	taxRate { id version country subdivision taxCode name rate delivery active } userErrors { code field message } } }`

// vat is the input of a tax rate.
func vat(rate string) map[string]any {
	return map[string]any{"country": "DE", "name": "VAT", "rate": rate}
}

func TestTaxRates_areExactPercentOfAPlace(t *testing.T) {
	t.Parallel()
	h := open(t)
	c := h.as(staff.Admin)
	a := c.change(createRate, "i", vat("19"))
	a.is("taxRateCreate.taxRate.rate", "19.0")
	a.is("taxRateCreate.taxRate.delivery", true)
	a.is("taxRateCreate.taxRate.subdivision", "")
	for rate, code := range map[string]string{"19.00001": "INVALID_RATE", "100.1": "INVALID_RATE", "-1": "INVALID_RATE", "7": "ALREADY_EXISTS"} {
		a := c.do(createRate, "i", vat(rate))
		a.is("taxRateCreate.taxRate", nil)
		a.is("taxRateCreate.userErrors.0.code", code)
	}
	c.do(createRate, "i", vat("-1")).is("taxRateCreate.userErrors.0.field.0", "rate")
	c.change(createRate, "i", map[string]any{"country": "US", "subdivision": "NY", "name": "Sales tax", "rate": "8.875", "taxCode": "clothes"}).
		is("taxRateCreate.taxRate.rate", "8.875")
	bad := c.do(createRate, "i", map[string]any{"country": "US", "subdivision": "QQ", "name": "x", "rate": "1"})
	bad.is("taxRateCreate.userErrors.0.code", "ZONE_UNKNOWN")
	bad.is("taxRateCreate.userErrors.0.field.0", "subdivision")

	id := a.text("taxRateCreate.taxRate.id")
	const update = `mutation($id: ID!, $v: Int!, $i: TaxRateInput!) { taxRateUpdate(id: $id, version: $v, input: $i) { taxRate { version rate } userErrors { code field } } }`
	c.change(update, "id", id, "v", 1, "i", vat("16")).is("taxRateUpdate.taxRate.rate", "16.0")
	c.do(update, "id", id, "v", 1, "i", vat("20")).is("taxRateUpdate.userErrors.0.code", "STALE_VERSION")
	list := h.as(staff.Viewer).do(`{ taxRates { totalCount nodes { country rate } } de: taxRates(filter: {country: DE}) { totalCount } cloth: taxRates(filter: {text: "CLOTH"}) { totalCount nodes { taxCode } } }`)
	list.is("taxRates.totalCount", 2)
	list.is("de.totalCount", 1)
	list.is("cloth.nodes.0.taxCode", "clothes")
	const remove = `mutation($id: ID!, $v: Int!) { taxRateDelete(id: $id, version: $v) { deletedId userErrors { code } } }`
	c.do(remove, "id", id, "v", 1).is("taxRateDelete.userErrors.0.code", "STALE_VERSION")
	c.change(remove, "id", id, "v", 2).is("taxRateDelete.deletedId", id)
	c.do(`query($id: ID!) { taxRate(id: $id) { id } }`, "id", id).is("taxRate", nil)
	c.do(remove, "id", id, "v", 2).is("taxRateDelete.userErrors.0.code", "TAX_RATE_NOT_FOUND")
}

const createZone = `mutation($i: DeliveryZoneInput!) { deliveryZoneCreate(input: $i) { deliveryZone {
	id version name areas { country subdivision } methods { handle title minDays maxDays position active
		rates { currency fromGrams belowGrams amount { amount currency } freeFrom { amount } } }
} userErrors { code field message } } }`

// zone is the input of a delivery zone with one method of the given rates.
func zone(name string, area map[string]any, rates ...map[string]any) map[string]any {
	return map[string]any{"name": name, "areas": []any{area}, "methods": []any{
		map[string]any{"handle": "standard", "title": "Standard", "minDays": 1, "maxDays": 3, "rates": append([]map[string]any{}, rates...)},
	}}
}

func TestDeliveryZones_areReplacedAsAWhole(t *testing.T) {
	t.Parallel()
	h := open(t)
	c := h.as(staff.Admin)
	de := map[string]any{"country": "DE"}
	a := c.change(createZone, "i", zone("Germany", de,
		map[string]any{"currency": "EUR", "belowGrams": 2000, "amount": "4.90", "freeFrom": "50"},
		map[string]any{"currency": "EUR", "fromGrams": 2000, "amount": "7.9"},
		map[string]any{"currency": "JPY", "amount": "800"}))
	a.is("deliveryZoneCreate.deliveryZone.areas.0.country", "DE")
	a.is("deliveryZoneCreate.deliveryZone.methods.0.rates.0.amount.amount", "4.9")
	a.is("deliveryZoneCreate.deliveryZone.methods.0.rates.0.freeFrom.amount", "50.0")
	a.is("deliveryZoneCreate.deliveryZone.methods.0.rates.1.belowGrams", nil)
	a.is("deliveryZoneCreate.deliveryZone.methods.0.rates.2.amount.currency", "JPY")
	c.change(createZone, "i", zone("World", map[string]any{}, map[string]any{"currency": "EUR", "amount": "20"})).
		is("deliveryZoneCreate.deliveryZone.areas.0.country", nil)

	refused := c.do(createZone, "i", zone("Yen", map[string]any{"country": "JP"}, map[string]any{"currency": "JPY", "amount": "8.5"}))
	refused.is("deliveryZoneCreate.deliveryZone", nil)
	refused.is("deliveryZoneCreate.userErrors.0.code", "INVALID_AMOUNT")
	for i, step := range []string{"methods", "0", "rates", "0", "amount"} {
		if got := refused.at("deliveryZoneCreate.userErrors.0.field").([]any)[i]; got != step {
			t.Errorf("step %d of the field is %v, not %s", i, got, step)
		}
	}
	c.do(createZone, "i", zone("Again", de)).is("deliveryZoneCreate.userErrors.0.code", "AREA_TAKEN")
	c.do(createZone, "i", zone("Twice", map[string]any{"country": "FR"}, map[string]any{"currency": "EUR", "amount": "1"}, map[string]any{"currency": "EUR", "fromGrams": 5, "amount": "2"})).
		is("deliveryZoneCreate.userErrors.0.code", "RATES_OVERLAP")

	id := a.text("deliveryZoneCreate.deliveryZone.id")
	const update = `mutation($id: ID!, $v: Int!, $i: DeliveryZoneInput!) { deliveryZoneUpdate(id: $id, version: $v, input: $i) {
		deliveryZone { version areas { country subdivision } methods { title rates { amount { amount } } } } userErrors { code field } } }`
	next := zone("California", map[string]any{"country": "US", "subdivision": "CA"}, map[string]any{"currency": "EUR", "amount": "0"})
	u := c.change(update, "id", id, "v", 1, "i", next)
	u.is("deliveryZoneUpdate.deliveryZone.areas.0.subdivision", "CA")
	u.is("deliveryZoneUpdate.deliveryZone.methods.0.rates.0.amount.amount", "0.0")
	if rates := u.at("deliveryZoneUpdate.deliveryZone.methods.0.rates").([]any); len(rates) != 1 {
		t.Errorf("rates were added to those before: %v", rates)
	}
	c.do(update, "id", id, "v", 1, "i", next).is("deliveryZoneUpdate.userErrors.0.code", "STALE_VERSION")
	c.change(`mutation($id: ID!) { deliveryZoneDelete(id: $id, version: 2) { deletedId userErrors { code } } }`, "id", id)
	h.as(staff.Viewer).do(`{ deliveryZones { totalCount nodes { name } } }`).is("deliveryZones.nodes.0.name", "World")
}
