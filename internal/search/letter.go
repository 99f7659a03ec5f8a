package search

import (
	"context"
	"errors"
	"time"

	"github.com/souk-commerce/souk/internal/audit"
	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/kernel/page"
	"github.com/souk-commerce/souk/internal/platform/event"
	"github.com/souk-commerce/souk/internal/platform/keyset"
)

// DeadLetterID is a dead letter's identity.
type DeadLetterID int64

// DeadLetter is a document that the engine would not take. It goes when a later
// version of the product was taken, or the product is no more.
type DeadLetter struct {
	ID          DeadLetterID
	Instance    string
	Engine      string
	Language    locale.Language
	Product     catalog.ProductID
	Error       string
	PayloadHash []byte // SHA-256 of what was refused
	Attempts    int
	FirstAt     time.Time
	LastAt      time.Time
}

// ErrNoLetter says that there is no such letter, or no longer.
var ErrNoLetter = fault.New(fault.NotFound, "search_letter_missing", "There is no such rejected document.")

// retryLetter asks the process whose letter it is to try again.
type retryLetter struct {
	Letter DeadLetterID `json:"letter"`
}

// Topic names the fact.
func (retryLetter) Topic() string { return "search.letter_retried" }

// Aggregate says whose fact it is.
func (r retryLetter) Aggregate() (string, int64) { return "search_dead_letter", int64(r.Letter) }

const (
	letterPage  = 50
	mostLetters = 250
)

// DeadLetters lists what could not be indexed, the newest letter first.
func (s *Service) DeadLetters(ctx context.Context, args page.Args) (page.Slice[DeadLetter], error) {
	args.Reverse = !args.Reverse
	w, err := args.Window(letterPage, mostLetters)
	if err != nil {
		return page.Slice[DeadLetter]{}, err
	}
	q := keyset.From("search_dead_letter t")
	q.Where("t.engine = ?", s.store.engine)
	ids, err := q.Page(ctx, s.rooms.DB.Conn(ctx), w, keyset.Order{Expr: "t.id", Type: "bigint", ID: "t.id"})
	if err != nil {
		return page.Slice[DeadLetter]{}, err
	}
	found, err := s.store.letters(ctx, `id = ANY($1)`, keyset.IDs[DeadLetterID](ids))
	if err != nil {
		return page.Slice[DeadLetter]{}, err
	}
	byID := make(map[DeadLetterID]DeadLetter, len(found))
	for _, l := range found {
		byID[l.ID] = l
	}
	return keyset.Fill(ids, byID), nil
}

// RetryDeadLetter has the product's document written again. It gives the letter
// as it stands then, nil if the engine took the document. Where the letter is
// another process's it is asked to try, and the letter stands until it has.
func (s *Service) RetryDeadLetter(ctx context.Context, id DeadLetterID) (*DeadLetter, error) {
	l, err := s.letter(ctx, id)
	if err != nil {
		return nil, err
	}
	err = s.rooms.DB.InTx(ctx, func(ctx context.Context) error {
		entry := audit.Entry{Action: "search.retry", SubjectKind: "search_dead_letter", SubjectID: int64(id), Before: l}
		if err := s.rooms.Audit.Record(ctx, entry); err != nil || s.writes(l) {
			return err
		}
		return s.rooms.Events.Record(ctx, retryLetter{Letter: id})
	})
	if err != nil || !s.writes(l) {
		return &l, err
	}
	if err := s.retry(ctx, l); err != nil {
		return nil, err
	}
	if l, err = s.letter(ctx, id); errors.Is(err, ErrNoLetter) {
		return nil, nil
	}
	return &l, err
}

// writes reports whether this process can write what the letter is about.
func (s *Service) writes(l DeadLetter) bool {
	return l.Instance == s.instance() && (s.shared || s.live.Load() != nil)
}

func (s *Service) letter(ctx context.Context, id DeadLetterID) (DeadLetter, error) {
	found, err := s.store.letters(ctx, `id = $1 AND engine = $2`, id, s.store.engine)
	if err != nil {
		return DeadLetter{}, err
	}
	if len(found) == 0 {
		return DeadLetter{}, ErrNoLetter
	}
	return found[0], nil
}

func (s *Service) retry(ctx context.Context, l DeadLetter) error {
	w := writing{to: s.own, force: true}
	if s.shared {
		w.to = s.everyones
	}
	done, err := s.write(ctx, []ProductID{l.Product}, w)
	return errors.Join(err, done.cause)
}

// heedRetry tries again what another process was asked about.
func (s *Service) heedRetry(ctx context.Context, e event.Envelope) error {
	var asked retryLetter
	if err := e.Decode(&asked); err != nil {
		return err
	}
	l, err := s.letter(ctx, asked.Letter)
	if errors.Is(err, ErrNoLetter) || err == nil && !s.writes(l) {
		return nil
	}
	if err == nil {
		err = s.retry(ctx, l)
	}
	return err
}
