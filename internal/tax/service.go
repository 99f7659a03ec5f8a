package tax

import (
	"context"

	"github.com/souk-commerce/souk/internal/audit"
	"github.com/souk-commerce/souk/internal/platform/event"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// Service holds the use cases of tax rates.
type Service struct {
	db     *postgres.DB
	events *event.Outbox
	audit  *audit.Log
}

// NewService wires the room.
func NewService(db *postgres.DB, events *event.Outbox, log *audit.Log) *Service {
	return &Service{db: db, events: events, audit: log}
}

// Create makes a rate.
func (s *Service) Create(ctx context.Context, in Input) (Rate, error) {
	return s.save(ctx, "tax_rate.create", in, func(ctx context.Context, in Input) (Rate, any, error) {
		after, err := s.insert(ctx, in)
		return after, nil, err
	})
}

// Update replaces a rate if version is the current one.
func (s *Service) Update(ctx context.Context, id RateID, version int64, in Input) (Rate, error) {
	return s.save(ctx, "tax_rate.update", in, func(ctx context.Context, in Input) (Rate, any, error) {
		before, err := s.lock(ctx, id, version)
		if err != nil {
			return Rate{}, nil, err
		}
		after, err := s.update(ctx, id, in)
		return after, before, err
	})
}

// save runs one write with its audit row and its fact.
func (s *Service) save(ctx context.Context, action string, in Input, write func(context.Context, Input) (Rate, any, error)) (Rate, error) {
	in.normalize()
	if err := in.Validate(); err != nil {
		return Rate{}, err
	}
	var after Rate
	err := s.db.InTx(ctx, func(ctx context.Context) (err error) {
		var before any
		if after, before, err = write(ctx, in); err != nil {
			return err
		}
		return s.note(ctx, TaxRateChanged{after.ID, after.Version}, audit.Entry{Action: action, Before: before, After: after})
	})
	return after, err
}

// Delete takes a rate away if version is the current one. What was sold keeps
// its taxes.
func (s *Service) Delete(ctx context.Context, id RateID, version int64) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		before, err := s.lock(ctx, id, version)
		if err != nil {
			return err
		}
		if err := s.delete(ctx, id); err != nil {
			return err
		}
		return s.note(ctx, TaxRateChanged{id, version + 1}, audit.Entry{Action: "tax_rate.delete", Before: before})
	})
}

// note writes the books of a change.
func (s *Service) note(ctx context.Context, fact TaxRateChanged, entry audit.Entry) error {
	entry.SubjectKind, entry.SubjectID = "tax_rate", int64(fact.Rate)
	if err := s.audit.Record(ctx, entry); err != nil {
		return err
	}
	return s.events.Record(ctx, fact)
}
