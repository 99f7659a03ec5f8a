package order

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/souk-commerce/souk/internal/kernel/contact"
	"github.com/souk-commerce/souk/internal/platform/postgres"
	"github.com/souk-commerce/souk/internal/platform/redis"
	"github.com/souk-commerce/souk/internal/platform/secret"
)

// purpose is what access tokens are signed for.
const purpose = "order access"

// Token gives the secret that opens an order without signing in:
// "<id>-<signature>". It is the same each time, until the order's epoch ends.
func (s *Service) Token(o Order) string {
	id := strconv.FormatInt(int64(o.ID), 10)
	return id + "-" + s.key.Sign(purpose, id, strconv.Itoa(o.epoch))
}

// ByToken gives the order that a token opens. Whatever is wrong with a token, the
// answer is ErrNotFound.
func (s *Service) ByToken(ctx context.Context, token string) (Order, error) {
	text, signature, _ := strings.Cut(token, "-") // signed is the text, so there is one spelling
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return Order{}, ErrNotFound
	}
	epoch, err := s.epoch(ctx, ID(id))
	if err != nil {
		return Order{}, err
	}
	// An order that does not exist has no epoch and takes as long.
	if !s.key.Verify(purpose, signature, text, strconv.Itoa(epoch)) || epoch == 0 {
		return Order{}, ErrNotFound
	}
	return s.ByID(ctx, ID(id))
}

// epoch gives 0 for an order that does not exist.
func (s *Service) epoch(ctx context.Context, id ID) (int, error) {
	var epoch int
	err := s.db.Conn(ctx).QueryRow(ctx, `SELECT epoch FROM sales_order WHERE id = $1`, int64(id)).Scan(&epoch)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return 0, fmt.Errorf("look for an order: %w", postgres.Fault(err))
	}
	return epoch, nil
}

// Track gives a guest's order by its number and the e-mail address that it was
// placed with. client is a hash of who asks. Each try counts, right or wrong, for
// the number and for the client, before anything is looked up; where tries cannot
// be counted nobody may try. A wrong number and a wrong address answer alike.
func (s *Service) Track(ctx context.Context, number int64, email, client string) (Order, error) {
	if err := s.count(ctx, number, client); err != nil {
		return Order{}, err
	}
	id, known, err := s.whose(ctx, number)
	if err != nil {
		return Order{}, err
	}
	email = contact.Email(email)
	if !secret.Equal(email, known) || known == "" {
		return Order{}, ErrNotFound
	}
	return s.ByID(ctx, id)
}

func (s *Service) count(ctx context.Context, number int64, client string) error {
	err := errors.Join(s.clientTries.Take(ctx, client), s.numberTries.Take(ctx, strconv.FormatInt(number, 10)))
	if errors.Is(err, redis.ErrAttempts) {
		return ErrAttempts
	}
	if err != nil {
		return fmt.Errorf("count attempts at an order: %w", err)
	}
	return nil
}

// ByNumber gives the order that people call by a number; for staff.
func (s *Service) ByNumber(ctx context.Context, number int64) (Order, error) {
	id, _, err := s.whose(ctx, number)
	if err != nil {
		return Order{}, err
	}
	return s.ByID(ctx, id)
}

// whose gives the id and address of an order; nothing for an unknown number.
func (s *Service) whose(ctx context.Context, number int64) (id ID, email string, err error) {
	err = s.db.Conn(ctx).QueryRow(ctx, `SELECT id, email FROM sales_order WHERE number = $1`, number).Scan(&id, &email)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return 0, "", fmt.Errorf("look for an order: %w", postgres.Fault(err))
	}
	return id, email, nil
}
