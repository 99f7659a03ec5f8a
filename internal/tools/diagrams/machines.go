package main

import product "github.com/souk-commerce/souk/internal/catalog/lifecycle"

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
	}
}
