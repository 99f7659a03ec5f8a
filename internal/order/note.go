package order

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/souk-commerce/souk/internal/audit"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/platform/actor"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// AddNote writes a note of staff to an order. It changes nothing of the order.
func (s *Service) AddNote(ctx context.Context, id ID, body string) (Note, error) {
	body = strings.TrimSpace(body)
	if n := utf8.RuneCountInString(body); n == 0 || n > maxNote {
		return Note{}, ErrNote
	}
	var note Note
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		who := actor.From(ctx)
		row, err := s.db.Ent(ctx).OrderNote.Create().SetOrderID(int64(id)).SetBody(body).
			SetAuthorID(who.ID).SetAuthorName(who.Name).SetCreatedAt(s.db.Now(ctx)).Save(ctx)
		if err != nil {
			return fmt.Errorf("add note: %w", postgres.Conflict(err, map[string]*fault.Error{"order_note_sales_order_order": ErrNotFound}))
		}
		note = noteOf(row)
		return s.audit.Record(ctx, audit.Entry{Action: "order.note", SubjectKind: "order", SubjectID: int64(id),
			After: map[string]int64{"note": row.ID}})
	})
	return note, err
}

// SetTags replaces the words that staff sort an order by.
func (s *Service) SetTags(ctx context.Context, id ID, version int64, tags []string) (Order, error) {
	tags, err := tidy(tags)
	if err != nil {
		return Order{}, err
	}
	return s.apply(ctx, change{id: id, version: version, action: "order.tags", event: tagged,
		do: func(ctx context.Context, o Order) error { return s.replaceTags(ctx, o.ID, tags) }})
}

func tidy(tags []string) ([]string, error) {
	all := make([]string, 0, len(tags))
	for _, t := range tags {
		t = strings.TrimSpace(t)
		if n := utf8.RuneCountInString(t); n == 0 || n > maxTag {
			return nil, ErrTags
		}
		all = append(all, t)
	}
	slices.Sort(all)
	all = slices.Compact(all)
	if len(all) > maxTags {
		return nil, ErrTags
	}
	return all, nil
}

func (s *Service) replaceTags(ctx context.Context, id ID, tags []string) error {
	conn := s.db.Conn(ctx)
	if _, err := conn.Exec(ctx, `DELETE FROM order_tag WHERE order_id = $1`, int64(id)); err != nil {
		return fmt.Errorf("set tags: %w", postgres.Fault(err))
	}
	_, err := conn.Exec(ctx, `INSERT INTO order_tag (order_id, tag) SELECT $1, unnest($2::text[])`, int64(id), tags)
	if err != nil {
		return fmt.Errorf("set tags: %w", postgres.Fault(err))
	}
	return nil
}
