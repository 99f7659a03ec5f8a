package shop

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"github.com/souk-commerce/souk/graph/shop/model"
	"github.com/souk-commerce/souk/internal/content"
	"github.com/souk-commerce/souk/internal/kernel/gid"
	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/kernel/money"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/market"
	"github.com/souk-commerce/souk/internal/media"
)

// storeURL gives the absolute address of a path on the storefront.
func (r *Resolver) storeURL(path string) string {
	return strings.TrimSuffix(r.Markets.Shop().PrimaryDomain, "/") + path
}

// shop gathers the facts about the shop. Policies and logo are read only when
// they are asked.
func (r *Resolver) shop(ctx context.Context) (*model.Shop, error) {
	at, asked, err := r.asked(ctx)
	if err != nil {
		return nil, err
	}
	facts := r.Markets.Shop()
	out := &model.Shop{ID: gid.Format("Shop", 1), Name: facts.Name, Description: &facts.Description,
		MoneyFormat: facts.Currency.Symbol() + "{{amount}}", PaymentSettings: r.paymentSettings(), PrimaryDomain: domainOf(facts.PrimaryDomain)}
	if asked.has("Shop", "brand") && facts.LogoMediaID != nil {
		if out.Brand, err = r.brand(ctx, media.ID(*facts.LogoMediaID)); err != nil {
			return nil, err
		}
	}
	if asked.has("Shop", "name", "description") {
		texts, err := r.texts(ctx, at, "shop", []int64{1})
		if err != nil {
			return nil, err
		}
		description := texts[1].Or("description", facts.Description)
		out.Name, out.Description = texts[1].Or("name", facts.Name), &description
	}
	if asked.has("Shop", "privacyPolicy", "refundPolicy", "shippingPolicy", "subscriptionPolicy", "termsOfService") {
		return out, r.policies(ctx, at, out)
	}
	return out, nil
}

func (r *Resolver) brand(ctx context.Context, logo media.ID) (*model.Brand, error) {
	found, err := r.Media.ByIDs(ctx, []media.ID{logo})
	if err != nil {
		return nil, err
	}
	asset, ok := found[logo]
	if !ok || asset.Kind != media.Image {
		return nil, nil
	}
	return &model.Brand{Logo: &listing.Picture{Media: r.Listing.MediaOf(asset)}}, nil
}

func (r *Resolver) policies(ctx context.Context, at listing.Context, into *model.Shop) error {
	all, err := r.translatedPolicies(ctx, at)
	if err != nil {
		return err
	}
	for i := range all {
		p := &all[i]
		switch p.Kind {
		case content.Privacy:
			into.PrivacyPolicy = p
		case content.Refund:
			into.RefundPolicy = p
		case content.Shipping:
			into.ShippingPolicy = p
		case content.Terms:
			into.TermsOfService = p
		case content.Subscription:
			id := gid.Format("ShopPolicy", int64(p.ID))
			into.SubscriptionPolicy = &model.ShopPolicyWithDefault{ID: &id, Title: p.Title, Body: p.BodyHTML,
				Handle: p.Kind.Handle(), URL: r.storeURL("/policies/" + p.Kind.Handle())}
		}
	}
	return nil
}

func (r *Resolver) translatedPolicies(ctx context.Context, at listing.Context) ([]content.Policy, error) {
	all, err := r.Content.Policies(ctx)
	if err != nil {
		return nil, err
	}
	return all, translate(ctx, r, at, "policy", all, func(p *content.Policy) int64 { return int64(p.ID) }, translatePolicy)
}

// domainOf takes the storefront's address apart.
func domainOf(address string) *model.Domain {
	u, err := url.Parse(address)
	if err != nil {
		return &model.Domain{URL: address}
	}
	return &model.Domain{Host: u.Host, SslEnabled: u.Scheme == "https", URL: address}
}

func (r *Resolver) paymentSettings() *model.PaymentSettings {
	return &model.PaymentSettings{CurrencyCode: r.Markets.Shop().Currency, EnabledPresentmentCurrencies: currencies(r.Markets.Active())}
}

// currencies gives the currencies of markets, each once.
func currencies(markets []market.Market) []money.Currency {
	all := []money.Currency{}
	for _, m := range markets {
		if !slices.Contains(all, m.Currency) {
			all = append(all, m.Currency)
		}
	}
	return all
}

func currencyOf(c money.Currency) *model.Currency {
	return &model.Currency{IsoCode: c, Name: c.Name(), Symbol: c.Symbol()}
}

func languageOf(l locale.Language) *model.Language {
	return &model.Language{IsoCode: l, Name: l.Name(), EndonymName: l.Endonym()}
}

func languagesOf(all []locale.Language) []*model.Language {
	out := make([]*model.Language, len(all))
	for i, l := range all {
		out[i] = languageOf(l)
	}
	return out
}

func countryOf(c locale.Country, m market.Market) *model.Country {
	return &model.Country{IsoCode: c, Name: c.Name(), UnitSystem: c.UnitSystem(), Currency: currencyOf(m.Currency), AvailableLanguages: languagesOf(m.Languages)}
}

func marketOf(m market.Market) *model.SellingMarket {
	out := &model.SellingMarket{ID: gid.Format("SellingMarket", int64(m.ID)), Handle: m.Handle, Name: m.Name, PricesIncludeTax: m.PricesIncludeTax,
		Currency: currencyOf(m.Currency), Languages: languagesOf(m.Languages), Countries: []*model.Country{}}
	for _, c := range m.Countries {
		out.Countries = append(out.Countries, countryOf(c, m))
	}
	return out
}

func marketsOf(all []market.Market) []*model.SellingMarket {
	out := make([]*model.SellingMarket, len(all))
	for i, m := range all {
		out[i] = marketOf(m)
	}
	return out
}

// localizationOf tells where one can shop, and where the buyer is.
func localizationOf(at listing.Context, markets []market.Market) *model.Localization {
	out := &model.Localization{Language: languageOf(at.Language), AvailableCountries: []*model.Country{},
		AvailableLanguages: []*model.Language{}, AvailableCurrencies: []*model.Currency{}}
	for _, c := range currencies(markets) {
		out.AvailableCurrencies = append(out.AvailableCurrencies, currencyOf(c))
	}
	for _, m := range markets {
		for _, c := range m.Countries {
			out.AvailableCountries = append(out.AvailableCountries, countryOf(c, m))
		}
		if int64(m.ID) == at.Market {
			out.Market, out.AvailableLanguages, out.Country = marketOf(m), languagesOf(m.Languages), countryOf(at.Country, m)
		}
	}
	slices.SortFunc(out.AvailableCountries, func(a, b *model.Country) int { return strings.Compare(a.Name, b.Name) })
	return out
}
