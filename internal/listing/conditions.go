package listing

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
)

// Split takes the words that must all be found out of a query, as they were
// typed, and tells whether anything else is asked: conditions on fields, words
// that must not be there, alternatives.
func (s *Service) Split(query string) (words string, conditions bool, err error) {
	e, err := parseQuery(query)
	if err != nil {
		return "", false, err
	}
	words, rest := e.typed()
	return words, !rest.empty(), nil
}

// IDsOf gives the products on sale in the buyer's market that fit everything in
// a query but the words that [Service.Split] takes out of it, by id.
func (s *Service) IDsOf(ctx context.Context, at Context, query string) ([]ProductID, error) {
	e, err := parseQuery(query)
	if err != nil {
		return nil, err
	}
	_, rest := e.typed()
	t, st := newTrip(at), &statement{}
	st.write("SELECT p.id FROM " + st.from(at) + "\n WHERE " + st.visible(at) + " AND " + st.where(at, rest) + " ORDER BY p.id")
	t.at.Spend = nil // ids are not what an answer is made of
	ids := []ProductID{}
	t.read(st, func(row pgx.Row) error {
		var id ProductID
		err := row.Scan(&id)
		ids = append(ids, id)
		return err
	})
	if err := t.run(ctx, s.db); err != nil {
		return nil, fmt.Errorf("read the products of a query: %w", err)
	}
	return ids, nil
}

// typed takes the words that must all be found out of an expression, as they
// were typed.
func (e expr) typed() (string, expr) {
	parts := e.parts
	if e.kind != isAnd {
		parts = []expr{e}
	}
	var words []string
	rest := expr{kind: isAnd}
	for _, part := range parts {
		if part.kind == isTerm && part.term.field == "" {
			words = append(words, part.term.value)
		} else {
			rest = join(isAnd, rest, part)
		}
	}
	return strings.Join(words, " "), rest
}
