package answer

import (
	"strconv"

	"github.com/souk-commerce/souk/internal/cart"
	"github.com/souk-commerce/souk/internal/kernel/locale"
)

// Preferences are what a buyer prefers.
type Preferences struct {
	Delivery *DeliveryPreference
	Wallet   []string
}

// DeliveryPreference is how a buyer likes goods to be brought.
type DeliveryPreference struct {
	Coordinates    *Coordinates
	DeliveryMethod []string
	PickupHandle   []string
}

// Coordinates are a place on the map.
type Coordinates struct {
	CountryCode locale.Country
	Latitude    float64
	Longitude   float64
}

// preferences shows what a buyer prefers; nil when nothing is known.
func preferences(of cart.Preferences) *Preferences {
	p := &Preferences{Wallet: of.Wallets}
	if of.DeliveryMethods != nil || of.PickupHandles != nil || of.Coordinates != nil {
		p.Delivery = &DeliveryPreference{
			Coordinates:    coordinates(of.Coordinates),
			DeliveryMethod: append([]string{}, of.DeliveryMethods...), PickupHandle: append([]string{}, of.PickupHandles...),
		}
	}
	if p.Delivery == nil && p.Wallet == nil {
		return nil
	}
	return p
}

// coordinates shows a place; nil when it cannot be read.
func coordinates(of *cart.Coordinates) *Coordinates {
	if of == nil {
		return nil
	}
	north, err := strconv.ParseFloat(of.Latitude, 64)
	if err != nil {
		return nil
	}
	east, err := strconv.ParseFloat(of.Longitude, 64)
	if err != nil {
		return nil
	}
	return &Coordinates{CountryCode: of.Country, Latitude: north, Longitude: east}
}
