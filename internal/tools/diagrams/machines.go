package main

import (
	product "github.com/souk-commerce/souk/internal/catalog/lifecycle"
	checkout "github.com/souk-commerce/souk/internal/checkout/lifecycle"
	"github.com/souk-commerce/souk/internal/kernel/fsm"
	order "github.com/souk-commerce/souk/internal/order/lifecycle"
	payment "github.com/souk-commerce/souk/internal/payment/lifecycle"
	purchasing "github.com/souk-commerce/souk/internal/purchasing/lifecycle"
	warehouse "github.com/souk-commerce/souk/internal/warehouse/lifecycle"
)

// machines lists every state machine of the house. A new one is a new entry.
func machines() []machine {
	return []machine{
		{
			name:   "product",
			source: "internal/catalog/lifecycle",
			starts: texts(product.Draft, product.Active),
			note:   "An import sets the state that its file names.",
			moves: movesOf(product.Transitions(), func(t product.Transition) move {
				return move{from: string(t.From), event: string(t.Event), to: string(t.To)}
			}),
		},
		{
			name:   "checkout",
			source: "internal/checkout/lifecycle",
			starts: texts(checkout.Open),
			note:   "An order is placed exactly where money is sure; a checkout that had expired may still get there by late money.",
			moves:  movesOf(checkout.Transitions(), rowOf),
		},
		{
			name:   "payment",
			source: "internal/payment/lifecycle",
			starts: texts(payment.Created),
			note: "All events but cancel, expire and void are a provider's word. A word that comes late or twice has no row and changes " +
				"nothing. Money of another amount than was asked for is taken for a decline and owed back.",
			moves: movesOf(payment.Transitions(), rowOf),
		},
		{
			name:   "order",
			source: "internal/order/lifecycle",
			starts: texts(order.Draft, order.Pending),
			moves:  movesOf(order.Transitions(), rowOf),
		},
		{
			name:   "transfer",
			source: "internal/warehouse/lifecycle",
			starts: texts(warehouse.Draft),
			moves:  movesOf(warehouse.TransferTransitions(), rowOf),
		},
		{
			name:   "stock-count",
			source: "internal/warehouse/lifecycle",
			starts: texts(warehouse.Open),
			moves:  movesOf(warehouse.CountTransitions(), rowOf),
		},
		{
			name:   "purchase-order",
			source: "internal/purchasing/lifecycle",
			starts: texts(purchasing.Draft),
			moves:  movesOf(purchasing.Transitions(), rowOf),
		},
	}
}

// rowOf reads a row of a table of kernel/fsm.
func rowOf[S, E ~string, F any](t fsm.Transition[S, E, F]) move {
	m := move{from: string(t.From), event: string(t.Event), to: string(t.To)}
	if t.Guard != nil {
		m.guard = t.Guard.Name
	}
	return m
}
