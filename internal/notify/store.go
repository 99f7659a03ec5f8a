package notify

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/souk-commerce/souk/ent"
	"github.com/souk-commerce/souk/ent/mailmessage"
	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/kernel/page"
	"github.com/souk-commerce/souk/internal/platform/keyset"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

const maxError = 500 // bytes of what a server said

func mailOf(r *ent.MailMessage) Mail {
	return Mail{
		ID: ID(r.ID), Kind: r.Kind, SubjectKind: r.SubjectKind, SubjectID: r.SubjectID, MessageID: r.MessageID,
		Recipient: r.Recipient, Language: locale.Language(r.Language), Subject: r.Subject, Text: r.Text, HTML: r.HTML,
		State: State(r.State), Tries: r.Tries, LastError: r.LastError,
		SentAt: r.SentAt, CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt,
	}
}

// ByID gives one mail.
func (s *Service) ByID(ctx context.Context, id ID) (Mail, error) {
	row, err := s.db.Ent(ctx).MailMessage.Get(ctx, int64(id))
	if ent.IsNotFound(err) {
		return Mail{}, ErrNotFound
	}
	if err != nil {
		return Mail{}, fmt.Errorf("read mail: %w", postgres.Fault(err))
	}
	return mailOf(row), nil
}

func (s *Service) byKey(ctx context.Context, key string) (Mail, bool, error) {
	row, err := s.db.Ent(ctx).MailMessage.Query().Where(mailmessage.Key(key)).Only(ctx)
	if ent.IsNotFound(err) {
		return Mail{}, false, nil
	}
	if err != nil {
		return Mail{}, false, fmt.Errorf("read mail: %w", postgres.Fault(err))
	}
	return mailOf(row), true, nil
}

// OfSubjects gives the mails about things of a kind, the oldest first.
func (s *Service) OfSubjects(ctx context.Context, kind string, ids []int64) (map[int64][]Mail, error) {
	rows, err := s.db.Ent(ctx).MailMessage.Query().
		Where(mailmessage.SubjectKind(kind), postgres.Any(mailmessage.FieldSubjectID, ids)).
		Order(mailmessage.ByID()).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read mails: %w", postgres.Fault(err))
	}
	all := make(map[int64][]Mail, len(ids))
	for _, r := range rows {
		all[r.SubjectID] = append(all[r.SubjectID], mailOf(r))
	}
	return all, nil
}

func (f Filter) query() *keyset.Query {
	q := keyset.From("mail_message m")
	if f.State != "" {
		q.Where("m.state = ?", string(f.State))
	}
	if f.Kind != "" {
		q.Where("m.kind = ?", f.Kind)
	}
	if f.Recipient != "" {
		q.Where("m.recipient = ?", f.Recipient)
	}
	return q
}

// Page gives one page of the mails, the newest first.
func (s *Service) Page(ctx context.Context, f Filter, args page.Args) (page.Slice[Mail], error) {
	args.Reverse = !args.Reverse // of two rows the newer has the greater id
	w, err := args.Window(50, 250)
	if err != nil {
		return page.Slice[Mail]{}, err
	}
	ids, err := f.query().Page(ctx, s.db.Conn(ctx), w, keyset.Order{Expr: "m.id", Type: "bigint", ID: "m.id"})
	if err != nil {
		return page.Slice[Mail]{}, err
	}
	rows, err := s.db.Ent(ctx).MailMessage.Query().
		Where(postgres.Any(mailmessage.FieldID, keyset.IDs[int64](ids))).All(ctx)
	if err != nil {
		return page.Slice[Mail]{}, fmt.Errorf("list mails: %w", postgres.Fault(err))
	}
	mails := make(map[ID]Mail, len(rows))
	for _, r := range rows {
		mails[ID(r.ID)] = mailOf(r)
	}
	return keyset.Fill(ids, mails), nil
}

// Count tells how many mails there are.
func (s *Service) Count(ctx context.Context, f Filter) (int64, error) {
	return f.query().Count(ctx, s.db.Conn(ctx))
}

// keep writes a mail down unless the key has one, and gives the one that it has.
func (s *Service) keep(ctx context.Context, key string, m Mail) (Mail, error) {
	_, err := s.db.Conn(ctx).Exec(ctx, `
		INSERT INTO mail_message (created_at, updated_at, key, kind, subject_kind, subject_id, message_id, recipient,
			language, subject, text, html)
		VALUES ($1, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
		ON CONFLICT (key) DO NOTHING`,
		s.db.Now(ctx), key, m.Kind, m.SubjectKind, m.SubjectID, m.MessageID, m.Recipient,
		string(m.Language), m.Subject, m.Text, m.HTML)
	if err != nil {
		return Mail{}, fmt.Errorf("keep mail: %w", postgres.Fault(err))
	}
	kept, known, err := s.byKey(ctx, key)
	if err == nil && !known {
		err = ErrNotFound
	}
	return kept, err
}

// claim begins a try, unless one may still be going on: a try ends with an
// error in the row, with the state sent, or by its lease.
func (s *Service) claim(ctx context.Context, id ID) (tries int, err error) {
	now := s.db.Now(ctx)
	err = s.db.Conn(ctx).QueryRow(ctx, `
		UPDATE mail_message SET tries = tries + 1, last_error = '', updated_at = $2
		WHERE id = $1 AND state = 'queued' AND (tries = 0 OR last_error <> '' OR updated_at <= $3)
		RETURNING tries`, int64(id), now, now.Add(-lease)).Scan(&tries)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, errInFlight
	}
	if err != nil {
		return 0, fmt.Errorf("begin to send mail %d: %w", id, postgres.Fault(err))
	}
	return tries, nil
}

func (s *Service) markSent(ctx context.Context, id ID) error {
	_, err := s.db.Conn(ctx).Exec(ctx, `
		UPDATE mail_message SET state = 'sent', sent_at = $2, updated_at = $2, last_error = '' WHERE id = $1 AND state <> 'sent'`,
		int64(id), s.db.Now(ctx))
	if err != nil {
		return fmt.Errorf("note that mail %d was sent: %w", id, postgres.Fault(err))
	}
	return nil
}

func (s *Service) markTried(ctx context.Context, id ID, to State, cause error) error {
	said := strings.ToValidUTF8(strings.ReplaceAll(cause.Error(), "\x00", ""), "")
	if len(said) > maxError {
		said = strings.ToValidUTF8(said[:maxError], "")
	}
	_, err := s.db.Conn(ctx).Exec(ctx, `
		UPDATE mail_message SET state = $2, last_error = $3, updated_at = $4 WHERE id = $1 AND state = 'queued'`,
		int64(id), string(to), said, s.db.Now(ctx))
	if err != nil {
		return fmt.Errorf("note that mail %d was not sent: %w", id, postgres.Fault(err))
	}
	return nil
}
