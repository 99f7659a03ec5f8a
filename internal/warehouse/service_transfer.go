package warehouse

import (
	"context"

	"github.com/souk-commerce/souk/internal/audit"
	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/inventory"
	"github.com/souk-commerce/souk/internal/platform/idempotency"
	"github.com/souk-commerce/souk/internal/warehouse/lifecycle"
)

// CreateTransfer drafts a transfer. No stock knows of it yet.
func (s *Service) CreateTransfer(ctx context.Context, in NewTransfer) (Transfer, error) {
	if err := in.Validate(); err != nil {
		return Transfer{}, err
	}
	var p sheet
	err := s.db.InTx(ctx, func(ctx context.Context) (err error) {
		if err := s.places(ctx, in.From, in.To); err != nil {
			return err
		}
		if err := s.hold(ctx, variantsOf(in.Lines), inLines); err != nil {
			return err
		}
		if p, err = s.insertTransfer(ctx, in); err != nil {
			return err
		}
		return s.noteTransfer(ctx, "transfer.create", nil, p)
	})
	return p.Transfer, err
}

// UpdateTransfer changes a transfer that is not over; its lines only while it is
// a draft.
func (s *Service) UpdateTransfer(ctx context.Context, id TransferID, version int64, c TransferChange) (Transfer, error) {
	if err := c.Validate(); err != nil {
		return Transfer{}, err
	}
	return s.stepTransfer(ctx, step{id, version, lifecycle.UpdateTransfer, func(ctx context.Context, p *sheet) error {
		if c.Note != nil {
			p.Note = *c.Note
		}
		if c.ExpectedAt != nil {
			p.ExpectedAt = c.ExpectedAt
			if c.ExpectedAt.IsZero() {
				p.ExpectedAt = nil
			}
		}
		if c.Lines == nil {
			return nil
		}
		if p.State != lifecycle.Draft {
			return ErrNotDraft
		}
		if err := s.hold(ctx, variantsOf(c.Lines), inLines); err != nil {
			return err
		}
		return s.rewriteLines(ctx, p, c.Lines)
	}})
}

// ReserveTransfer keeps the pieces of a draft back at its source, all of them or
// none: from then on nobody else can be promised them.
func (s *Service) ReserveTransfer(ctx context.Context, id TransferID, version int64) (Transfer, error) {
	return s.stepTransfer(ctx, step{id, version, lifecycle.ReserveTransfer, func(ctx context.Context, p *sheet) error {
		if err := s.places(ctx, p.From, p.To); err != nil {
			return err
		}
		p.reserve()
		return nil
	}})
}

// ShipTransfer sends what is kept back on its way, or as much of it as is named;
// the rest is given back.
func (s *Service) ShipTransfer(ctx context.Context, id TransferID, version int64, pieces []Pieces) (Transfer, error) {
	if len(pieces) > 0 {
		if err := checkPieces(pieces, 0).Err(); err != nil {
			return Transfer{}, err
		}
	}
	return s.stepTransfer(ctx, step{id, version, lifecycle.ShipTransfer, func(ctx context.Context, p *sheet) error {
		if err := s.active(ctx, p.To, "to"); err != nil {
			return err
		}
		return p.ship(pieces)
	}})
}

// ReceiveTransfer takes in what has come, or all that is on the way where
// nothing is named, and writes off what is lost. The same arrival under the same
// key is taken in once.
func (s *Service) ReceiveTransfer(ctx context.Context, id TransferID, version int64, key string, arrivals []Arrival) (Transfer, error) {
	if len(arrivals) > 0 {
		if err := checkArrivals(arrivals).Err(); err != nil {
			return Transfer{}, err
		}
	}
	asked, err := request(ctx, "transfer.receive", key, id, arrivals)
	if err != nil {
		return Transfer{}, err
	}
	_, _, err = idempotency.Do(ctx, s.keys, asked, func(ctx context.Context) (TransferID, error) {
		_, err := s.stepTransfer(ctx, step{id, version, lifecycle.ReceiveTransfer, func(ctx context.Context, p *sheet) error {
			if err := p.receive(arrivals); err != nil {
				return err
			}
			for _, m := range p.moves {
				if m.Delta.OnHand > 0 {
					return s.active(ctx, p.To, "to")
				}
			}
			return nil
		}})
		return id, err
	})
	if err != nil {
		return Transfer{}, err
	}
	return s.TransferByID(ctx, id)
}

// CancelTransfer calls off a transfer that has not left, and gives back what it
// keeps back.
func (s *Service) CancelTransfer(ctx context.Context, id TransferID, version int64) (Transfer, error) {
	return s.stepTransfer(ctx, step{id, version, lifecycle.CancelTransfer, func(_ context.Context, p *sheet) error {
		if p.State == lifecycle.Reserved {
			p.release()
		}
		return nil
	}})
}

// step is a change of one transfer. do changes the sheet, whose state is still
// the one before.
type step struct {
	id      TransferID
	version int64
	event   lifecycle.TransferEvent
	do      func(ctx context.Context, p *sheet) error
}

// stepTransfer is the only writer of transfers that exist: lock the paper, ask
// whether the event may happen, let it happen, write the paper and its books,
// and move the stock. Levels are locked last, so that buyers wait the least.
func (s *Service) stepTransfer(ctx context.Context, c step) (Transfer, error) {
	var after sheet
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		before, err := s.lockTransfer(ctx, c.id, c.version)
		if err != nil {
			return err
		}
		if _, err := lifecycle.TransferTransitions().Next(before.State, c.event, before.facts()); err != nil {
			return err
		}
		p := before.clone()
		if err := c.do(ctx, &p); err != nil {
			return err
		}
		if p.State, err = lifecycle.TransferTransitions().Next(before.State, c.event, p.facts()); err != nil {
			return err
		}
		if err := s.saveTransfer(ctx, before, &p); err != nil {
			return err
		}
		if err := s.noteTransfer(ctx, "transfer."+string(c.event), before, p); err != nil {
			return err
		}
		after = p
		why := inventory.Cause{ReferenceKind: OfTransfer, ReferenceID: int64(c.id)}
		return renumber(s.rooms.Stock.Post(ctx, why, p.moves), p.origin)
	})
	if err != nil {
		return Transfer{}, err
	}
	return after.Transfer, nil
}

func (s *Service) noteTransfer(ctx context.Context, action string, before any, after sheet) error {
	err := s.audit.Record(ctx, audit.Entry{Action: action, SubjectKind: "transfer", SubjectID: int64(after.ID), Before: before, After: after})
	if err != nil {
		return err
	}
	return s.events.Record(ctx, TransferChanged{Transfer: after.ID, Version: after.Version})
}

// places refuses a transfer between locations that are not there or do not take
// part.
func (s *Service) places(ctx context.Context, from, to inventory.LocationID) error {
	if err := s.active(ctx, from, "from"); err != nil {
		return err
	}
	return s.active(ctx, to, "to")
}

func variantsOf(lines []Pieces) []catalog.VariantID {
	out := make([]catalog.VariantID, len(lines))
	for i, l := range lines {
		out[i] = l.Variant
	}
	return out
}
