package order

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/souk-commerce/souk/ent/ordernote"
	"github.com/souk-commerce/souk/ent/ordertransition"
	"github.com/souk-commerce/souk/internal/order/lifecycle"
	"github.com/souk-commerce/souk/internal/payment"
	paymentstate "github.com/souk-commerce/souk/internal/payment/lifecycle"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// Timeline tells what happened to orders, the oldest first: steps of the order,
// what became of its payments, notes. Entries that are not Public, and the
// Detail and Actor of all, are for staff.
func (s *Service) Timeline(ctx context.Context, ids []ID) (map[ID][]Entry, error) {
	all := make(map[ID][]Entry, len(ids))
	if len(ids) == 0 {
		return all, nil
	}
	steps, err := s.db.Ent(ctx).OrderTransition.Query().Where(postgres.Any(ordertransition.FieldOrderID, raw(ids))).
		Order(ordertransition.ByOrderID(), ordertransition.BySequence()).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read history of orders: %w", postgres.Fault(err))
	}
	for _, r := range steps {
		e := entryOf(lifecycle.Event(r.Event))
		e.At, e.Detail, e.Actor = r.At, r.Reason, cmp.Or(r.ActorName, r.ActorKind)
		all[ID(r.OrderID)] = append(all[ID(r.OrderID)], e)
	}
	payments, err := s.payments.HistoryOfOrders(ctx, raw(ids))
	if err != nil {
		return nil, fmt.Errorf("read history of payments: %w", err)
	}
	for id, of := range payments {
		for _, h := range of {
			all[ID(id)] = append(all[ID(id)], paymentEntry(h))
		}
	}
	notes, err := s.Notes(ctx, ids)
	if err != nil {
		return nil, err
	}
	for id, of := range notes {
		for _, n := range of {
			all[id] = append(all[id], Entry{At: n.CreatedAt, Kind: "note", Message: n.Body, Actor: n.AuthorName})
		}
	}
	for _, entries := range all {
		slices.SortStableFunc(entries, func(a, b Entry) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.rank(), b.rank())) })
	}
	return all, nil
}

// rank orders what one transaction did: an order is placed, its money comes, and
// that confirms it.
func (e Entry) rank() int {
	switch {
	case e.Kind == "order.placed":
		return 0
	case strings.HasPrefix(e.Kind, "payment."):
		return 1
	}
	return 2
}

func entryOf(e lifecycle.Event) Entry {
	switch e {
	case lifecycle.Place:
		return Entry{Kind: "order.placed", Message: "The order was placed.", Public: true}
	case lifecycle.Confirm:
		return Entry{Kind: "order.confirmed", Message: "The order was confirmed.", Public: true}
	case lifecycle.Hold:
		return Entry{Kind: "order.held", Message: "The order was put on hold."}
	case lifecycle.Resume:
		return Entry{Kind: "order.resumed", Message: "The order goes on."}
	case lifecycle.Complete:
		return Entry{Kind: "order.completed", Message: "The order was completed.", Public: true}
	case lifecycle.Cancel:
		return Entry{Kind: "order.cancelled", Message: "The order was cancelled.", Public: true}
	case lifecycle.Expire:
		return Entry{Kind: "order.expired", Message: "The order expired.", Public: true}
	}
	return Entry{Kind: "order." + string(e), Message: "The order was changed."}
}

// paymentEntry tells of a step of a payment. What a buyer did to pay is not
// news to them; what became of it is.
func paymentEntry(h payment.Happened) Entry {
	e := Entry{At: h.At, Kind: "payment." + string(h.After), Detail: strings.TrimSpace(h.Method + " " + h.Reason),
		Actor: string(h.Actor), Public: h.After.Good() || h.After == paymentstate.Voided}
	switch h.After {
	case paymentstate.Authorized:
		e.Message = "The payment was authorized."
	case paymentstate.Captured:
		e.Message = "The payment was received."
	case paymentstate.PartiallyCaptured:
		e.Message = "A part of the payment was received."
	case paymentstate.Failed:
		e.Message = "The payment was declined."
	case paymentstate.Voided:
		e.Message = "The payment was called off or paid back."
	default:
		e.Message = "The payment is on its way."
	}
	return e
}

// Notes gives what staff wrote to orders, the oldest first.
func (s *Service) Notes(ctx context.Context, ids []ID) (map[ID][]Note, error) {
	rows, err := s.db.Ent(ctx).OrderNote.Query().Where(postgres.Any(ordernote.FieldOrderID, raw(ids))).
		Order(ordernote.ByID()).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read notes of orders: %w", postgres.Fault(err))
	}
	all := make(map[ID][]Note, len(ids))
	for _, r := range rows {
		all[ID(r.OrderID)] = append(all[ID(r.OrderID)], noteOf(r))
	}
	return all, nil
}
