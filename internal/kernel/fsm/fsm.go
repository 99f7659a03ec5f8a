// Package fsm reads state machines that are written down as tables: from a
// state, an event, under a guard, to a state. What is not in the table is
// refused. A machine has no I/O: the room that owns it looks up the facts,
// asks for the next state, and writes it.
package fsm

import (
	"github.com/souk-commerce/souk/internal/kernel/fault"
)

// Guard is a condition on the facts, with the name that diagrams and refusals
// show.
type Guard[F any] struct {
	Name  string
	Holds func(facts F) bool
}

// Transition is a row of a table. A nil guard always holds.
type Transition[S, E ~string, F any] struct {
	From  S
	Event E
	To    S
	Guard *Guard[F]
}

// Table is a whole machine. Of rows with the same state and event the first
// whose guard holds is taken.
type Table[S, E ~string, F any] []Transition[S, E, F]

// Next gives the state after an event.
func (t Table[S, E, F]) Next(from S, event E, facts F) (S, error) {
	unmet := ""
	for _, row := range t {
		if row.From != from || row.Event != event {
			continue
		}
		if row.Guard == nil || row.Guard.Holds(facts) {
			return row.To, nil
		}
		unmet = row.Guard.Name
	}
	if unmet != "" {
		return from, fault.Newf(fault.Conflict, "invalid_transition", "%s from %s is only possible if %s.", event, from, unmet)
	}
	return from, fault.Newf(fault.Conflict, "invalid_transition", "%s is not possible from %s.", event, from)
}

// Allows reports whether a step could be taken under some facts.
func (t Table[S, E, F]) Allows(from S, event E, to S) bool {
	for _, row := range t {
		if row.From == from && row.Event == event && row.To == to {
			return true
		}
	}
	return false
}
