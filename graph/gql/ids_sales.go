package gql

import (
	"github.com/99designs/gqlgen/graphql"

	"github.com/souk-commerce/souk/internal/inventory"
	"github.com/souk-commerce/souk/internal/notify"
)

// MarshalReservationID writes the public id of a reservation of stock.
func MarshalReservationID(id inventory.ReservationID) graphql.Marshaler {
	return MarshalGID("StockReservation", int64(id))
}

// UnmarshalReservationID reads the public id of a reservation of stock.
func UnmarshalReservationID(v any) (inventory.ReservationID, error) {
	return read[inventory.ReservationID](v, "StockReservation")
}

// MarshalMailID writes the public id of a mail.
func MarshalMailID(id notify.ID) graphql.Marshaler { return MarshalGID("Mail", int64(id)) }

// UnmarshalMailID reads the public id of a mail.
func UnmarshalMailID(v any) (notify.ID, error) { return read[notify.ID](v, "Mail") }
