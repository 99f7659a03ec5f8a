package redis_test

import (
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"

	"github.com/souk-commerce/souk/internal/kernel/clock"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/platform/redis"
)

// stores are both kinds, each with what turns its time.
func stores(t *testing.T) map[string]struct {
	redis.Store
	pass func(time.Duration)
} {
	t.Helper()
	server := miniredis.RunT(t)
	remote, err := redis.Open(redis.Config{URL: "redis://" + server.Addr()}, clock.System())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = remote.Close() })
	now := clock.NewManual(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC))
	memory, err := redis.Open(redis.Config{}, now)
	if err != nil {
		t.Fatal(err)
	}
	return map[string]struct {
		redis.Store
		pass func(time.Duration)
	}{"redis": {remote, server.FastForward}, "memory": {memory, now.Advance}}
}

func TestStore_keepsForItsTime(t *testing.T) {
	t.Parallel()
	for name, s := range stores(t) {
		if err := s.Set(t.Context(), "k", []byte("v"), time.Minute); err != nil {
			t.Fatal(name, err)
		}
		got := func() string {
			v, err := s.Get(t.Context(), "k")
			if err != nil {
				t.Error(name, err)
			}
			return string(v)
		}
		if got() != "v" {
			t.Errorf("%s: it is not there", name)
		}
		if s.pass(time.Minute); got() != "" {
			t.Errorf("%s: it is there after its time", name)
		}
		_ = s.Set(t.Context(), "k", []byte("v"), time.Minute)
		if err := s.Delete(t.Context(), "k", "other"); err != nil || got() != "" {
			t.Errorf("%s: it is there after Delete (%v)", name, err)
		}
	}
}

func TestAttempts_limitHoldsForTheWindow(t *testing.T) {
	t.Parallel()
	for name, s := range stores(t) {
		a := redis.NewAttempts(s.Store, "login", 2, time.Minute)
		take := func() bool { return a.Take(t.Context(), "ada@shop.example") == nil }
		if first, second := take(), take(); !first || !second {
			t.Errorf("%s: refused below the limit", name)
		}
		s.pass(59 * time.Second) // the window runs from the first attempt, not from the last
		if take() {
			t.Errorf("%s: allowed above the limit", name)
		}
		if a.Take(t.Context(), "bob@shop.example") != nil {
			t.Errorf("%s: refused somebody else", name)
		}
		s.pass(time.Second)
		if !take() {
			t.Errorf("%s: refused after the window", name)
		}
		if _, _ = take(), take(); a.Forget(t.Context(), "ada@shop.example") != nil || !take() {
			t.Errorf("%s: refused after Forget", name)
		}
	}
}

func TestAttempts_failClosedAndFastWhenRedisIsDown(t *testing.T) {
	t.Parallel()
	server := miniredis.RunT(t)
	now := clock.NewManual(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC))
	store, err := redis.Open(redis.Config{URL: "redis://" + server.Addr()}, now)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = store.Close() }()
	a := redis.NewAttempts(store, "login", 100, time.Minute)
	server.SetError("LOADING")
	for range 6 {
		if err := a.Take(t.Context(), "ada"); fault.KindOf(err) != fault.Unavailable {
			t.Fatalf("err = %v", err)
		}
	}
	asked := server.CommandCount()
	server.SetError("")
	if err := a.Take(t.Context(), "ada"); fault.KindOf(err) != fault.Unavailable || server.CommandCount() != asked {
		t.Errorf("asked again at once (%v)", err)
	}
	now.Advance(3 * time.Second)
	if err := a.Take(t.Context(), "ada"); err != nil {
		t.Errorf("still refused after the pause: %v", err)
	}
}
