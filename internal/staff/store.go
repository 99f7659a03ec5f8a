package staff

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/souk-commerce/souk/ent"
	"github.com/souk-commerce/souk/ent/staffmember"
	"github.com/souk-commerce/souk/ent/staffsession"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/page"
	"github.com/souk-commerce/souk/internal/platform/keyset"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

func isNotFound(err error) bool { return errors.Is(err, ErrNotFound) }

func isToken(err error) bool { return errors.Is(err, ErrToken) }

// ByID gives one member.
func (s *Service) ByID(ctx context.Context, id ID) (Member, error) {
	row, err := s.db.Ent(ctx).StaffMember.Get(ctx, int64(id))
	return read(row, err)
}

// Filter narrows a list; zero fields do not.
type Filter struct {
	Role     Role
	Disabled *bool
	Text     string // part of the name or the address, whatever the case
}

func (f Filter) query() *keyset.Query {
	q := keyset.From("staff_member m")
	if f.Role != "" {
		q.Where("m.role = ?", string(f.Role))
	}
	if f.Disabled != nil {
		q.Where("(m.disabled_at IS NOT NULL) = ?", *f.Disabled)
	}
	if f.Text != "" {
		text := strings.ToLower(f.Text)
		q.Where("(strpos(lower(m.name), ?) > 0 OR strpos(m.email, ?) > 0)", text, text)
	}
	return q
}

// Sort is the order of a list; ties go by id.
type Sort string

// The orders. The zero value is by name.
const (
	ByName     Sort = "name"
	ByEmail    Sort = "email"
	ByCreation Sort = "created_at"
)

func (by Sort) order() keyset.Order {
	switch by {
	case ByEmail:
		return keyset.Order{Expr: "m.email", Type: "text", ID: "m.id"}
	case ByCreation:
		return keyset.Order{Expr: "m.created_at", Type: "timestamptz", ID: "m.id"}
	}
	return keyset.Order{Expr: "m.name", Type: "text", ID: "m.id"}
}

// List gives one page of the members.
func (s *Service) List(ctx context.Context, f Filter, by Sort, args page.Args) (page.Slice[Member], error) {
	w, err := args.Window(50, 250)
	if err != nil {
		return page.Slice[Member]{}, err
	}
	ids, err := f.query().Page(ctx, s.db.Conn(ctx), w, by.order())
	if err != nil {
		return page.Slice[Member]{}, err
	}
	rows, err := s.db.Ent(ctx).StaffMember.Query().
		Where(postgres.Any(staffmember.FieldID, keyset.IDs[int64](ids))).All(ctx)
	if err != nil {
		return page.Slice[Member]{}, fmt.Errorf("list staff: %w", postgres.Fault(err))
	}
	members := make(map[ID]Member, len(rows))
	for _, r := range rows {
		members[ID(r.ID)] = memberOf(r)
	}
	return keyset.Fill(ids, members), nil
}

// Count tells how many members there are.
func (s *Service) Count(ctx context.Context, f Filter) (int64, error) {
	return f.query().Count(ctx, s.db.Conn(ctx))
}

// Exists reports whether the shop has any staff.
func (s *Service) Exists(ctx context.Context) (bool, error) {
	ok, err := s.db.Ent(ctx).StaffMember.Query().Exist(ctx)
	if err != nil {
		return false, fmt.Errorf("look for staff: %w", postgres.Fault(err))
	}
	return ok, nil
}

func (s *Service) byEmail(ctx context.Context, email string) (Member, string, error) {
	row, err := s.db.Ent(ctx).StaffMember.Query().Where(staffmember.Email(email)).Only(ctx)
	m, err := read(row, err)
	if err != nil {
		return m, "", err
	}
	return m, row.PasswordHash, nil
}

func read(row *ent.StaffMember, err error) (Member, error) {
	if ent.IsNotFound(err) {
		return Member{}, ErrNotFound
	}
	if err != nil {
		return Member{}, fmt.Errorf("read staff member: %w", postgres.Fault(err))
	}
	return memberOf(row), nil
}

func memberOf(r *ent.StaffMember) Member {
	return Member{
		ID:          ID(r.ID),
		Email:       r.Email,
		Name:        r.Name,
		Role:        Role(r.Role),
		DisabledAt:  r.DisabledAt,
		LastLoginAt: r.LastLoginAt,
		Version:     r.Version,
		CreatedAt:   r.CreatedAt,
		UpdatedAt:   r.UpdatedAt,
	}
}

func (s *Service) insert(ctx context.Context, in Input, hash string) (Member, error) {
	now := s.db.Now(ctx)
	row, err := s.db.Ent(ctx).StaffMember.Create().SetEmail(in.Email).SetName(in.Name).SetRole(string(in.Role)).
		SetPasswordHash(hash).SetCreatedAt(now).SetUpdatedAt(now).Save(ctx)
	if err != nil {
		taken := map[string]*fault.Error{"staffmember_email": ErrEmailTaken}
		return Member{}, fmt.Errorf("create staff member: %w", postgres.Conflict(err, taken))
	}
	return memberOf(row), nil
}

func (s *Service) setHash(ctx context.Context, id ID, hash string) error {
	err := s.db.Ent(ctx).StaffMember.UpdateOneID(int64(id)).SetPasswordHash(hash).
		SetUpdatedAt(s.db.Now(ctx)).AddVersion(1).Exec(ctx)
	if err != nil {
		return fmt.Errorf("set password: %w", postgres.Fault(err))
	}
	return nil
}

func (s *Service) touch(ctx context.Context, id ID) error {
	err := s.db.Ent(ctx).StaffMember.UpdateOneID(int64(id)).SetLastLoginAt(s.db.Now(ctx)).Exec(ctx)
	if err != nil {
		return fmt.Errorf("note sign-in: %w", postgres.Fault(err))
	}
	return nil
}

// change writes what may be changed of a member, if version is the current one.
func (s *Service) change(ctx context.Context, m Member, version int64) error {
	update := s.db.Ent(ctx).StaffMember.Update().
		Where(staffmember.ID(int64(m.ID)), staffmember.Version(version)).
		SetName(m.Name).SetRole(string(m.Role)).SetUpdatedAt(s.db.Now(ctx)).AddVersion(1)
	if m.DisabledAt == nil {
		update.ClearDisabledAt()
	} else {
		update.SetDisabledAt(*m.DisabledAt)
	}
	n, err := update.Save(ctx)
	if err != nil {
		return fmt.Errorf("change staff member: %w", postgres.Fault(err))
	}
	if n == 0 {
		return ErrStale
	}
	return nil
}

// lockOwners locks the owners who can sign in, in id order, and counts them, so
// that two at once cannot disable each other.
func (s *Service) lockOwners(ctx context.Context) (int, error) {
	rows, err := s.db.Ent(ctx).StaffMember.Query().
		Where(staffmember.Role(string(Owner)), staffmember.DisabledAtIsNil()).
		Order(staffmember.ByID()).ForUpdate().All(ctx)
	if err != nil {
		return 0, fmt.Errorf("lock owners: %w", postgres.Fault(err))
	}
	return len(rows), nil
}

// session is one refresh token as it is kept.
type session struct {
	ID        int64
	Member    ID
	Family    string
	ExpiresAt time.Time
	UsedAt    *time.Time
	RevokedAt *time.Time
}

func (s *Service) insertSession(ctx context.Context, id ID, family string, hash []byte, expires time.Time) error {
	err := s.db.Ent(ctx).StaffSession.Create().SetStaffMemberID(int64(id)).SetFamily(family).SetTokenHash(hash).
		SetCreatedAt(s.db.Now(ctx)).SetExpiresAt(expires).Exec(ctx)
	if err != nil {
		return fmt.Errorf("begin session: %w", postgres.Fault(err))
	}
	return nil
}

func (s *Service) lockSession(ctx context.Context, hash []byte) (session, error) {
	r, err := s.db.Ent(ctx).StaffSession.Query().Where(staffsession.TokenHash(hash)).ForUpdate().Only(ctx)
	if ent.IsNotFound(err) || errors.Is(err, pgx.ErrNoRows) {
		return session{}, ErrToken
	}
	if err != nil {
		return session{}, fmt.Errorf("read session: %w", postgres.Fault(err))
	}
	return session{ID: r.ID, Member: ID(r.StaffMemberID), Family: r.Family, ExpiresAt: r.ExpiresAt,
		UsedAt: r.UsedAt, RevokedAt: r.RevokedAt}, nil
}

func (s *Service) useSession(ctx context.Context, id int64) error {
	err := s.db.Ent(ctx).StaffSession.UpdateOneID(id).SetUsedAt(s.db.Now(ctx)).Exec(ctx)
	if err != nil {
		return fmt.Errorf("use session: %w", postgres.Fault(err))
	}
	return nil
}

func (s *Service) revokeFamily(ctx context.Context, family string) error {
	err := s.db.Ent(ctx).StaffSession.Update().Where(staffsession.Family(family), staffsession.RevokedAtIsNil()).
		SetRevokedAt(s.db.Now(ctx)).Exec(ctx)
	if err != nil {
		return fmt.Errorf("revoke session: %w", postgres.Fault(err))
	}
	return nil
}

func (s *Service) revokeAll(ctx context.Context, id ID) error {
	err := s.db.Ent(ctx).StaffSession.Update().
		Where(staffsession.StaffMemberID(int64(id)), staffsession.RevokedAtIsNil()).
		SetRevokedAt(s.db.Now(ctx)).Exec(ctx)
	if err != nil {
		return fmt.Errorf("revoke sessions: %w", postgres.Fault(err))
	}
	return nil
}
