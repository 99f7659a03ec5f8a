// Package restock keeps who wants to hear when something is in stock again, and
// tells them once: the fact restock.available, of which notify makes a mail.
package restock

import (
	"time"

	"github.com/souk-commerce/souk/internal/kernel/contact"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/market"
)

// ID is a request's identity.
type ID int64

// State is where a request stands.
type State string

// The states.
const (
	Waiting   State = "waiting"
	Notified  State = "notified"  // the fact is recorded; a mail follows
	Cancelled State = "cancelled" // by who made it
)

// Request is somebody's wish to hear when a variant is in stock again in their
// market.
type Request struct {
	ID        ID
	Variant   listing.VariantID
	Market    market.ID
	Country   locale.Country
	Language  locale.Language
	Email     string // as it was typed
	State     State
	CreatedAt time.Time
	EndedAt   *time.Time
}

// Wish is a request to make.
type Wish struct {
	Variant listing.VariantID
	Email   string
	Client  string // a hash of who asks, for the limit on attempts
}

// Validate reports every fault of the wish at once.
func (w Wish) Validate() error {
	var faults fault.List
	if w.Variant <= 0 {
		faults.Add(ErrVariant.At("variantId"))
	}
	if !contact.IsEmail(w.Email) {
		faults.Add(ErrEmail.At("email"))
	}
	return faults.Err()
}
