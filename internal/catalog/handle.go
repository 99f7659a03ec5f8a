package catalog

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// slugKind says what a handle leads to.
type slugKind string

// The kinds, which are also the names of the things in events and audit rows.
const (
	productSlug    slugKind = "product"
	categorySlug   slugKind = "category"
	collectionSlug slugKind = "collection"
)

// latin spells letters that do not come apart into a letter and its accent.
var latin = strings.NewReplacer("ß", "ss", "æ", "ae", "œ", "oe", "ø", "o", "đ", "d", "ł", "l", "þ", "th")

var handlePattern = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

func checkHandle(handle string, path ...string) *fault.Error {
	if !handlePattern.MatchString(handle) || len(handle) > MaxHandle {
		return fault.New(fault.Invalid, "invalid_handle",
			"A handle is made of small letters and digits, with single hyphens between them.").At(path...)
	}
	return nil
}

// MakeHandle makes a handle of a title: accents are dropped, small letters and
// digits kept, everything else becomes a hyphen. A title without any of them
// gives fallback.
func MakeHandle(title, fallback string) string {
	var b strings.Builder
	gap := false
	for _, r := range norm.NFKD.String(latin.Replace(strings.ToLower(title))) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			if gap && b.Len() > 0 {
				b.WriteByte('-')
			}
			gap = false
			b.WriteRune(r)
		case r == '\'' || r == '’' || unicode.Is(unicode.Mn, r):
		default:
			gap = true
		}
		if b.Len() >= 200 {
			break
		}
	}
	if b.Len() == 0 {
		return fallback
	}
	return b.String()
}

// freeHandle gives the first of base, base-2, base-3 … that nothing of the kind
// has or had. A racing writer may still take it; the claim then refuses.
func (s *Service) freeHandle(ctx context.Context, kind slugKind, base string) (string, error) {
	rows, err := s.db.Conn(ctx).Query(ctx,
		`SELECT handle, true FROM slug WHERE kind = $1 AND (handle = $2 OR handle LIKE $2 || '-%')`, string(kind), base)
	if err != nil {
		return "", fmt.Errorf("look for a free handle: %w", postgres.Fault(err))
	}
	taken, err := collectMap[string, bool](rows)
	if err != nil {
		return "", fmt.Errorf("look for a free handle: %w", err)
	}
	handle := base
	for n := 2; taken[handle]; n++ {
		handle = base + "-" + strconv.Itoa(n)
	}
	return handle, nil
}

// claimHandle makes the handle the current one of target. Its former one stays
// in the history; a handle that leads, or once led, to something else of the
// kind is refused.
func (s *Service) claimHandle(ctx context.Context, kind slugKind, target int64, handle string) error {
	conn := s.db.Conn(ctx)
	_, err := conn.Exec(ctx,
		`UPDATE slug SET current = false WHERE kind = $1 AND target_id = $2 AND current`, string(kind), target)
	if err != nil {
		return fmt.Errorf("retire handle: %w", postgres.Fault(err))
	}
	done, err := conn.Exec(ctx, `
		INSERT INTO slug (kind, handle, target_id, current, created_at) VALUES ($1, $2, $3, true, $4)
		ON CONFLICT (kind, handle) DO UPDATE SET current = true WHERE slug.target_id = excluded.target_id`,
		string(kind), handle, target, s.db.Now(ctx))
	if err != nil {
		return fmt.Errorf("claim handle: %w", postgres.Conflict(err, byConstraint))
	}
	if done.RowsAffected() == 0 {
		return ErrHandleTaken
	}
	return nil
}

// resolve follows a handle, also a former one, to what it leads to.
func (s *Service) resolve(ctx context.Context, kind slugKind, handle string) (int64, bool, error) {
	var id int64
	err := s.db.Conn(ctx).QueryRow(ctx,
		`SELECT COALESCE(max(target_id), 0) FROM slug WHERE kind = $1 AND handle = $2`, string(kind), handle).Scan(&id)
	if err != nil {
		return 0, false, fmt.Errorf("follow handle: %w", postgres.Fault(err))
	}
	return id, id != 0, nil
}
