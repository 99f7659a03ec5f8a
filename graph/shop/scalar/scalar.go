// Package scalar writes and reads the values that only the shop schema has:
// codes of countries, languages and currencies, units, and the ids of gallery
// entries that are no pictures.
package scalar

import (
	"strings"

	"github.com/99designs/gqlgen/graphql"

	"github.com/souk-commerce/souk/graph/gql"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/kernel/money"
	"github.com/souk-commerce/souk/internal/listing"
)

func malformed(what string) error {
	return fault.Newf(fault.Invalid, "invalid_value", "This is no %s.", what)
}

// MarshalCountryCode writes a country.
func MarshalCountryCode(c locale.Country) graphql.Marshaler { return graphql.MarshalString(string(c)) }

// UnmarshalCountryCode reads a country; validation has seen that it is one.
func UnmarshalCountryCode(v any) (locale.Country, error) {
	code, err := graphql.UnmarshalString(v)
	if err != nil {
		return "", malformed("country code")
	}
	return locale.Country(code), nil
}

// MarshalLanguageCode writes a language as the schema spells it: PT_BR.
func MarshalLanguageCode(l locale.Language) graphql.Marshaler { return graphql.MarshalString(l.Enum()) }

// UnmarshalLanguageCode reads a language.
func UnmarshalLanguageCode(v any) (locale.Language, error) {
	code, err := graphql.UnmarshalString(v)
	if err != nil {
		return "", malformed("language code")
	}
	l, _ := locale.ParseLanguage(code)
	return l, nil
}

// MarshalCurrencyCode writes a currency.
func MarshalCurrencyCode(c money.Currency) graphql.Marshaler { return graphql.MarshalString(string(c)) }

// UnmarshalCurrencyCode reads a currency.
func UnmarshalCurrencyCode(v any) (money.Currency, error) {
	code, err := graphql.UnmarshalString(v)
	if err != nil {
		return "", malformed("currency code")
	}
	return money.Currency(code), nil
}

// MarshalMeasuredUnit writes a unit; one that the schema cannot name is UNKNOWN.
func MarshalMeasuredUnit(u listing.Unit) graphql.Marshaler {
	if !u.Known() {
		return graphql.MarshalString("UNKNOWN")
	}
	return graphql.MarshalString(strings.ToUpper(string(u)))
}

// UnmarshalMeasuredUnit reads a unit.
func UnmarshalMeasuredUnit(v any) (listing.Unit, error) {
	text, err := graphql.UnmarshalString(v)
	if err != nil {
		return "", malformed("unit")
	}
	return listing.Unit(strings.ToLower(text)), nil
}

// MarshalVideoID writes the public id of a video.
func MarshalVideoID(id listing.VideoID) graphql.Marshaler { return gql.MarshalGID("Video", int64(id)) }

// UnmarshalVideoID reads the public id of a video.
func UnmarshalVideoID(v any) (listing.VideoID, error) {
	n, err := gql.UnmarshalGID(v, "Video")
	return listing.VideoID(n), err
}

// MarshalExternalVideoID writes the public id of a video on another site.
func MarshalExternalVideoID(id listing.ExternalVideoID) graphql.Marshaler {
	return gql.MarshalGID("ExternalVideo", int64(id))
}

// UnmarshalExternalVideoID reads the public id of a video on another site.
func UnmarshalExternalVideoID(v any) (listing.ExternalVideoID, error) {
	n, err := gql.UnmarshalGID(v, "ExternalVideo")
	return listing.ExternalVideoID(n), err
}

// MarshalModelID writes the public id of a model.
func MarshalModelID(id listing.ModelID) graphql.Marshaler {
	return gql.MarshalGID("Model3d", int64(id))
}

// UnmarshalModelID reads the public id of a model.
func UnmarshalModelID(v any) (listing.ModelID, error) {
	n, err := gql.UnmarshalGID(v, "Model3d")
	return listing.ModelID(n), err
}
