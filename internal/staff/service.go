package staff

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/souk-commerce/souk/internal/audit"
	"github.com/souk-commerce/souk/internal/kernel/clock"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/platform/actor"
	"github.com/souk-commerce/souk/internal/platform/postgres"
	"github.com/souk-commerce/souk/internal/platform/redis"
)

// Limits of sign-in, per address and per client.
const (
	triesPerEmail  = 10
	triesPerClient = 50
	triesWithin    = 15 * time.Minute
	hashesAtOnce   = 4
)

// Service holds the use cases.
type Service struct {
	db                          *postgres.DB
	audit                       *audit.Log
	byEmailTries, byClientTries *redis.Attempts
	signer                      signer
	hasher                      *hasher
}

// Keys is what the room signs with.
type Keys struct {
	Access [][]byte // at least 32 bytes each; the first signs, all are believed
}

// NewService wires the room.
func NewService(db *postgres.DB, log *audit.Log, store redis.Store, keys Keys, c clock.Clock) *Service {
	return &Service{
		db: db, audit: log, signer: signer{keys: keys.Access, clock: c}, hasher: newHasher(hashesAtOnce),
		byEmailTries:  redis.NewAttempts(store, "staff login, by e-mail", triesPerEmail, triesWithin),
		byClientTries: redis.NewAttempts(store, "staff login, by client", triesPerClient, triesWithin),
	}
}

// Create hires a member.
func (s *Service) Create(ctx context.Context, in Input) (Member, error) {
	in.Email = normalizeEmail(in.Email)
	if err := in.Validate(); err != nil {
		return Member{}, err
	}
	hash, err := s.hasher.hash(ctx, in.Password)
	if err != nil {
		return Member{}, err
	}
	var m Member
	err = s.db.InTx(ctx, func(ctx context.Context) error {
		m, err = s.insert(ctx, in, hash)
		if err != nil {
			return err
		}
		return s.record(ctx, "staff.create", nil, m)
	})
	return m, err
}

// SetPassword gives a member a new password and ends every session of theirs.
func (s *Service) SetPassword(ctx context.Context, email, password string) error {
	if f := checkPassword(password); f != nil {
		return f
	}
	hash, err := s.hasher.hash(ctx, password)
	if err != nil {
		return err
	}
	return s.db.InTx(ctx, func(ctx context.Context) error {
		m, _, err := s.byEmail(ctx, normalizeEmail(email))
		if err != nil {
			return err
		}
		if err := s.setHash(ctx, m.ID, hash); err != nil {
			return err
		}
		if err := s.revokeAll(ctx, m.ID); err != nil {
			return err
		}
		return s.record(ctx, "staff.password", nil, m)
	})
}

// Change says what of a member becomes different; nil leaves it.
type Change struct {
	Name *string
	Role *Role
}

// Validate reports every fault of the change at once.
func (c Change) Validate() error {
	var faults fault.List
	if c.Name != nil && strings.TrimSpace(*c.Name) == "" {
		faults.Add(errNoName)
	}
	if c.Role != nil && !c.Role.Valid() {
		faults.Add(invalidRole(*c.Role))
	}
	return faults.Err()
}

// Update changes a member's name or role. The last owner who can sign in stays
// one.
func (s *Service) Update(ctx context.Context, id ID, version int64, c Change) (Member, error) {
	if err := c.Validate(); err != nil {
		return Member{}, err
	}
	return s.edit(ctx, "staff.update", id, version, func(_ context.Context, m *Member) error {
		if c.Name != nil {
			m.Name = strings.TrimSpace(*c.Name)
		}
		if c.Role != nil {
			m.Role = *c.Role
		}
		return nil
	})
}

// Disable keeps a member out and ends their sessions; the last owner who can
// sign in stays.
func (s *Service) Disable(ctx context.Context, id ID, version int64) (Member, error) {
	return s.edit(ctx, "staff.disable", id, version, func(ctx context.Context, m *Member) error {
		now := s.db.Now(ctx)
		m.DisabledAt = &now
		return s.revokeAll(ctx, m.ID)
	})
}

// Enable lets a disabled member in again, with the password they had.
func (s *Service) Enable(ctx context.Context, id ID, version int64) (Member, error) {
	return s.edit(ctx, "staff.enable", id, version, func(_ context.Context, m *Member) error {
		m.DisabledAt = nil
		return nil
	})
}

// edit changes a member under the lock of all owners.
func (s *Service) edit(ctx context.Context, action string, id ID, version int64, change func(context.Context, *Member) error) (Member, error) {
	var after Member
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		owners, err := s.lockOwners(ctx)
		if err != nil {
			return err
		}
		before, err := s.ByID(ctx, id)
		if err != nil {
			return err
		}
		next := before
		if err := change(ctx, &next); err != nil {
			return err
		}
		if owners == 1 && before.owns() && !next.owns() {
			return ErrLastOwner
		}
		if err := s.change(ctx, next, version); err != nil {
			return err
		}
		if after, err = s.ByID(ctx, id); err != nil {
			return err
		}
		return s.record(ctx, action, before, after)
	})
	return after, err
}

func (s *Service) record(ctx context.Context, action string, before any, m Member) error {
	return s.audit.Record(ctx, audit.Entry{
		Action: action, SubjectKind: "staff", SubjectID: int64(m.ID), Before: before, After: m,
	})
}

// Login checks a password and begins a session. client is the caller's address,
// for counting attempts.
func (s *Service) Login(ctx context.Context, email, password, client string) (Member, Tokens, error) {
	email = normalizeEmail(email)
	if err := s.count(ctx, email, client); err != nil {
		return Member{}, Tokens{}, err
	}
	m, hash, err := s.byEmail(ctx, email)
	if err != nil && !isNotFound(err) {
		return Member{}, Tokens{}, err
	}
	ok, err := s.hasher.matches(ctx, password, hash)
	if err != nil {
		return Member{}, Tokens{}, err
	}
	if !ok || m.DisabledAt != nil {
		return Member{}, Tokens{}, ErrCredentials
	}
	var t Tokens
	err = s.db.InTx(actor.With(ctx, m.Actor()), func(ctx context.Context) error {
		family, _, err := newSecret()
		if err != nil {
			return err
		}
		if t, err = s.issue(ctx, m.ID, family); err != nil {
			return err
		}
		if err := s.touch(ctx, m.ID); err != nil {
			return err
		}
		return s.record(ctx, "staff.login", nil, m)
	})
	return m, t, err
}

// count uses up a try of the address and of the client, right or wrong. Where
// tries cannot be counted nobody signs in.
func (s *Service) count(ctx context.Context, email, client string) error {
	err := errors.Join(s.byClientTries.Take(ctx, client), s.byEmailTries.Take(ctx, email))
	if errors.Is(err, redis.ErrAttempts) {
		return ErrAttempts
	}
	if err != nil {
		return fmt.Errorf("count sign-in attempts: %w", err)
	}
	return nil
}

// issue makes a pair of tokens in a family.
func (s *Service) issue(ctx context.Context, id ID, family string) (Tokens, error) {
	now := s.db.Now(ctx)
	access, expires, err := s.signer.sign(id, now)
	if err != nil {
		return Tokens{}, err
	}
	refresh, hash, err := newSecret()
	if err != nil {
		return Tokens{}, err
	}
	t := Tokens{
		AccessToken:           access,
		AccessTokenExpiresAt:  expires,
		RefreshToken:          refresh,
		RefreshTokenExpiresAt: now.Add(refreshLife),
	}
	return t, s.insertSession(ctx, id, family, hash, t.RefreshTokenExpiresAt)
}

// Refresh trades a refresh token for a new pair. A token that was used before
// is refused, and beyond the grace its whole family is revoked, since somebody
// else may hold it.
func (s *Service) Refresh(ctx context.Context, refreshToken string) (Member, Tokens, error) {
	var m Member
	var t Tokens
	refused := false
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		refused = false
		session, err := s.lockSession(ctx, hashSecret(refreshToken))
		if err != nil {
			return err
		}
		now := s.db.Now(ctx)
		if session.UsedAt != nil && now.Sub(*session.UsedAt) > reuseGrace {
			refused = true // the revocation is to be kept, so this is no error of the transaction
			return s.revokeFamily(ctx, session.Family)
		}
		if session.UsedAt != nil || session.RevokedAt != nil || !session.ExpiresAt.After(now) {
			return ErrToken
		}
		if m, err = s.ByID(ctx, session.Member); err != nil {
			return err
		}
		if m.DisabledAt != nil {
			return ErrToken
		}
		if err := s.useSession(ctx, session.ID); err != nil {
			return err
		}
		t, err = s.issue(ctx, m.ID, session.Family)
		return err
	})
	if err == nil && refused {
		err = ErrToken
	}
	return m, t, err
}

// Logout ends the session of a refresh token. An unknown one is no fault.
func (s *Service) Logout(ctx context.Context, refreshToken string) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		session, err := s.lockSession(ctx, hashSecret(refreshToken))
		if isToken(err) {
			return nil
		}
		if err != nil {
			return err
		}
		return s.revokeFamily(ctx, session.Family)
	})
}

// Authenticate gives the member an access token was made for. A disabled member
// is refused at once, not at the token's end.
func (s *Service) Authenticate(ctx context.Context, accessToken string) (Member, error) {
	id, err := s.signer.check(accessToken)
	if err != nil {
		return Member{}, err
	}
	m, err := s.ByID(ctx, id)
	if isNotFound(err) {
		return Member{}, ErrSignIn
	}
	if err == nil && m.DisabledAt != nil {
		return Member{}, ErrSignIn
	}
	return m, err
}
