package staff_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/souk-commerce/souk/internal/audit"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/page"
	"github.com/souk-commerce/souk/internal/platform/postgres"
	"github.com/souk-commerce/souk/internal/platform/redis"
	"github.com/souk-commerce/souk/internal/staff"
	"github.com/souk-commerce/souk/internal/testkit"
)

const password = "correct horse battery"

var accessKey = []byte(strings.Repeat("k", 32))

// tally counts attempts in memory, and fails when told to.
type tally struct {
	*redis.Memory
	broken bool
}

func (c *tally) Count(ctx context.Context, key string, window time.Duration) (int64, error) {
	if c.broken {
		return 0, errors.New("the counter is gone")
	}
	return c.Memory.Count(ctx, key, window)
}

type house struct {
	*staff.Service
	db    *postgres.DB
	tally *tally
	log   *audit.Log
}

func open(t *testing.T) house {
	t.Helper()
	db := testkit.DB(t)
	log, counter := audit.New(db), &tally{Memory: redis.NewMemory(db.Clock())}
	return house{staff.NewService(db, log, counter, staff.Keys{Access: [][]byte{accessKey}}, db.Clock()), db, counter, log}
}

func (h house) hire(t *testing.T, email string, role staff.Role) staff.Member {
	t.Helper()
	m, err := h.Create(context.Background(), staff.Input{Email: email, Name: "Ada", Role: role, Password: password})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func (h house) login(t *testing.T, email string) staff.Tokens {
	t.Helper()
	_, tokens, err := h.Login(context.Background(), email, password, "127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	return tokens
}

func TestLogin_givesTokensThatAuthenticate(t *testing.T) {
	t.Parallel()
	h := open(t)
	m := h.hire(t, " Ada@Example.com", staff.Editor)
	tokens := h.login(t, "ADA@example.com ")
	got, err := h.Authenticate(context.Background(), tokens.AccessToken)
	if err != nil || got.ID != m.ID || got.LastLoginAt == nil {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestLogin_answersAlikeForWhatIsWrong(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.hire(t, "owner@example.com", staff.Owner)
	m := h.hire(t, "ada@example.com", staff.Editor)
	if _, err := h.Disable(context.Background(), m.ID, m.Version); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string][2]string{
		"wrong password": {"owner@example.com", "wrong horse battery"},
		"no such member": {"nobody@example.com", password},
		"disabled":       {"ada@example.com", password},
		"no password":    {"owner@example.com", ""},
	} {
		if _, _, err := h.Login(context.Background(), c[0], c[1], "127.0.0.1"); !errors.Is(err, staff.ErrCredentials) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestLogin_isLimitedPerAddressRightOrWrong(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.hire(t, "ada@example.com", staff.Owner)
	for range 10 {
		_, _, _ = h.Login(context.Background(), "ada@example.com", "wrong horse battery", "127.0.0.1")
	}
	if _, _, err := h.Login(context.Background(), "Ada@example.com", password, "127.0.0.2"); !errors.Is(err, staff.ErrAttempts) {
		t.Errorf("the eleventh: %v", err)
	}
	h.tally.broken = true
	if _, _, err := h.Login(context.Background(), "other@example.com", password, "127.0.0.2"); err == nil || errors.Is(err, staff.ErrCredentials) {
		t.Errorf("without a counter: %v", err)
	}
}

func TestRefresh_tradesEachTokenOnce(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.hire(t, "ada@example.com", staff.Owner)
	first := h.login(t, "ada@example.com")
	_, second, err := h.Refresh(context.Background(), first.RefreshToken)
	if err != nil || second.RefreshToken == first.RefreshToken {
		t.Fatalf("%v", err)
	}
	if _, _, err := h.Refresh(context.Background(), first.RefreshToken); !errors.Is(err, staff.ErrToken) {
		t.Errorf("at once again: %v", err)
	}
	_, third, err := h.Refresh(context.Background(), second.RefreshToken)
	if err != nil {
		t.Fatalf("the family lives on after a lost answer: %v", err)
	}
	testkit.Clock(t, h.db).Advance(time.Minute)
	if _, _, err := h.Refresh(context.Background(), first.RefreshToken); !errors.Is(err, staff.ErrToken) {
		t.Errorf("a minute later: %v", err)
	}
	if _, _, err := h.Refresh(context.Background(), third.RefreshToken); !errors.Is(err, staff.ErrToken) {
		t.Errorf("the family outlived a stolen token: %v", err)
	}
}

func TestRefresh_endsWithLogoutDisablingAndTime(t *testing.T) {
	t.Parallel()
	h := open(t)
	ctx := context.Background()
	h.hire(t, "owner@example.com", staff.Owner)
	m := h.hire(t, "ada@example.com", staff.Editor)
	out, old := h.login(t, "ada@example.com"), h.login(t, "ada@example.com")
	if err := h.Logout(ctx, out.RefreshToken); err != nil {
		t.Fatal(err)
	}
	if _, _, err := h.Refresh(ctx, out.RefreshToken); !errors.Is(err, staff.ErrToken) {
		t.Errorf("after logout: %v", err)
	}
	if err := h.Logout(ctx, "nothing"); err != nil {
		t.Errorf("logout of nothing: %v", err)
	}
	disabled, err := h.Disable(ctx, m.ID, m.Version)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.Authenticate(ctx, old.AccessToken); !errors.Is(err, staff.ErrSignIn) {
		t.Errorf("access token of a disabled member: %v", err)
	}
	if _, err := h.Enable(ctx, m.ID, disabled.Version); err != nil {
		t.Fatal(err)
	}
	if _, _, err := h.Refresh(ctx, old.RefreshToken); !errors.Is(err, staff.ErrToken) {
		t.Errorf("a session from before: %v", err)
	}
	late := h.login(t, "ada@example.com")
	testkit.Clock(t, h.db).Advance(31 * 24 * time.Hour)
	if _, _, err := h.Refresh(ctx, late.RefreshToken); !errors.Is(err, staff.ErrToken) {
		t.Errorf("after its time: %v", err)
	}
}

func TestAuthenticate_refusesEveryOtherToken(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.hire(t, "ada@example.com", staff.Owner)
	good := h.login(t, "ada@example.com").AccessToken
	now := testkit.Started()
	sign := func(method jwt.SigningMethod, key any, c jwt.MapClaims) string {
		text, err := jwt.NewWithClaims(method, c).SignedString(key)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	claims := func(change jwt.MapClaims) jwt.MapClaims {
		c := jwt.MapClaims{"sub": "1", "aud": "souk:staff", "exp": now.Add(time.Minute).Unix()}
		for k, v := range change {
			c[k] = v
		}
		return c
	}
	hs := jwt.SigningMethodHS256
	if _, err := h.Authenticate(context.Background(), sign(hs, accessKey, claims(nil))); err != nil {
		t.Fatalf("the table's base does not pass: %v", err)
	}
	for name, token := range map[string]string{
		"none":           sign(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, claims(nil)),
		"HS512":          sign(jwt.SigningMethodHS512, accessKey, claims(nil)),
		"another key":    sign(hs, []byte(strings.Repeat("x", 32)), claims(nil)),
		"a customer's":   sign(hs, accessKey, claims(jwt.MapClaims{"aud": "souk:customer"})),
		"expired":        sign(hs, accessKey, claims(jwt.MapClaims{"exp": now.Unix() - 1})),
		"without end":    sign(hs, accessKey, jwt.MapClaims{"sub": "1", "aud": "souk:staff"}),
		"of nobody":      sign(hs, accessKey, claims(jwt.MapClaims{"sub": "99"})),
		"cut":            good[:len(good)-2],
		"longer":         good + strings.Repeat("a", 4000),
		"empty":          "",
		"not a token":    "Bearer",
		"another's body": good[:strings.LastIndex(good, ".")] + ".AAAA",
	} {
		if _, err := h.Authenticate(context.Background(), token); !errors.Is(err, staff.ErrSignIn) {
			t.Errorf("%s: %v", name, err)
		}
	}
	testkit.Clock(t, h.db).Advance(16 * time.Minute)
	if _, err := h.Authenticate(context.Background(), good); !errors.Is(err, staff.ErrSignIn) {
		t.Errorf("after its time: %v", err)
	}
}

func TestLastOwner_staysWhateverIsTried(t *testing.T) {
	t.Parallel()
	h := open(t)
	ctx := context.Background()
	m := h.hire(t, "owner@example.com", staff.Owner)
	viewer := staff.Viewer
	if _, err := h.Disable(ctx, m.ID, m.Version); !errors.Is(err, staff.ErrLastOwner) {
		t.Errorf("disable: %v", err)
	}
	if _, err := h.Update(ctx, m.ID, m.Version, staff.Change{Role: &viewer}); !errors.Is(err, staff.ErrLastOwner) {
		t.Errorf("demote: %v", err)
	}
	second := h.hire(t, "second@example.com", staff.Owner)
	var wg sync.WaitGroup
	for _, x := range []staff.Member{m, second} {
		wg.Go(func() { _, _ = h.Disable(ctx, x.ID, x.Version) })
	}
	wg.Wait()
	disabled := false
	if n, err := h.Count(ctx, staff.Filter{Role: staff.Owner, Disabled: &disabled}); err != nil || n != 1 {
		t.Errorf("%d owners are left, %v", n, err)
	}
}

func TestUpdate_refusesAStaleVersionAndWritesNothing(t *testing.T) {
	t.Parallel()
	h := open(t)
	ctx := context.Background()
	m := h.hire(t, "ada@example.com", staff.Editor)
	name, role := "Grace", staff.Admin
	after, err := h.Update(ctx, m.ID, m.Version, staff.Change{Name: &name, Role: &role})
	if err != nil || after.Name != "Grace" || after.Role != staff.Admin || after.Version != m.Version+1 {
		t.Fatalf("%+v, %v", after, err)
	}
	other := "Mallory"
	if _, err := h.Update(ctx, m.ID, m.Version, staff.Change{Name: &other}); !errors.Is(err, staff.ErrStale) {
		t.Errorf("%v", err)
	}
	rows, err := h.log.List(ctx, audit.Filter{Action: "staff.update"}, page.Args{})
	if err != nil || len(rows.Items) != 1 || strings.Contains(string(rows.Items[0].After), "argon2") {
		t.Errorf("%+v, %v", rows.Items, err)
	}
}

func TestCreate_reportsEveryFaultAtOnce(t *testing.T) {
	t.Parallel()
	h := open(t)
	_, err := h.Create(context.Background(), staff.Input{Email: "nobody", Role: "boss", Password: "short"})
	if got := len(fault.All(err)); got != 4 {
		t.Errorf("%d faults: %v", got, err)
	}
	h.hire(t, "ada@example.com", staff.Owner)
	_, err = h.Create(context.Background(), staff.Input{Email: "ADA@example.com", Name: "B", Role: staff.Viewer, Password: password})
	if !errors.Is(err, staff.ErrEmailTaken) {
		t.Errorf("the same address: %v", err)
	}
}

func TestSetPassword_endsOldSessions(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.hire(t, "ada@example.com", staff.Owner)
	old := h.login(t, "ada@example.com")
	if err := h.SetPassword(context.Background(), "ada@example.com", "another horse battery"); err != nil {
		t.Fatal(err)
	}
	if _, _, err := h.Refresh(context.Background(), old.RefreshToken); !errors.Is(err, staff.ErrToken) {
		t.Errorf("%v", err)
	}
	if _, _, err := h.Login(context.Background(), "ada@example.com", password, "c"); !errors.Is(err, staff.ErrCredentials) {
		t.Errorf("the old password: %v", err)
	}
}

func TestList_filtersSortsAndPages(t *testing.T) {
	t.Parallel()
	h := open(t)
	for _, email := range []string{"c@example.com", "a@example.com", "b@example.com"} {
		h.hire(t, email, staff.Viewer)
	}
	h.hire(t, "boss@example.com", staff.Owner)
	two := 2
	s, err := h.List(context.Background(), staff.Filter{Role: staff.Viewer}, staff.ByEmail, page.Args{Last: &two})
	if err != nil || len(s.Items) != 2 || s.Items[0].Email != "b@example.com" || !s.Info.HasPreviousPage {
		t.Errorf("%+v, %v", s, err)
	}
}
