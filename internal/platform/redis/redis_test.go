package redis_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"

	"github.com/souk-commerce/souk/internal/kernel/clock"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/platform/redis"
)

// stores are both kinds, each with what turns its time.
func stores(t *testing.T) map[string]store {
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
	return map[string]store{"redis": {remote, server.FastForward}, "memory": {memory, now.Advance}}
}

type store struct {
	redis.Store
	pass func(time.Duration)
}

// real is a Redis of this machine, which compares as the imitation may not.
func real(t *testing.T) redis.Store {
	t.Helper()
	program, err := exec.LookPath("redis-server")
	if err != nil {
		t.Skip("redis-server is not on this machine")
	}
	dir, err := os.MkdirTemp("", "souk-redis") // the path of a socket is short
	if err != nil {
		t.Fatal(err)
	}
	socket := filepath.Join(dir, "s")
	server := exec.Command(program, "--port", "0", "--unixsocket", socket, "--save", "", "--dir", dir)
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_, _ = server.Process.Kill(), server.Wait()
		_ = os.RemoveAll(dir)
	})
	s, err := redis.Open(redis.Config{URL: "unix://" + socket}, clock.System())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	for range 500 {
		if s.Ping(t.Context()) == nil {
			return s
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("redis-server does not answer")
	return nil
}

func TestSetNewer_youngestStays(t *testing.T) {
	t.Parallel()
	all := stores(t)
	all["a real redis"] = store{Store: real(t)}
	for name, s := range all {
		put := func(version, value, want string) {
			t.Helper()
			if err := s.SetNewer(t.Context(), "k", version, []byte(value), time.Minute); err != nil {
				t.Fatal(name, err)
			}
			if got, err := s.Get(t.Context(), "k"); err != nil || string(got) != want {
				t.Errorf("%s: after %s there is %q (%v), want %q", name, version, got, err, want)
			}
		}
		put("02", "two", "02two")
		put("01", "one", "02two")
		put("02", "two again", "02two")
		put("10", "ten", "10ten")
		put("0a", "no", "10ten")
		put("11", "", "11")
		put("10", "ten", "11")
		put("1A", "capital", "1Acapital")
		put("1a", "small", "1asmall")
		put("1B", "not by the rules of a language", "1asmall")
		put("1\xff", "\x00", "1\xff\x00")
		if err := s.Delete(t.Context(), "k"); err != nil {
			t.Fatal(err)
		}
		put("01", "one", "01one")
		if s.pass != nil {
			s.pass(time.Minute)
			put("00", "after its time", "00after its time")
		}
	}
}

func TestSetNewer_manyAtOnceLeaveTheYoungest(t *testing.T) {
	t.Parallel()
	all := stores(t)
	all["a real redis"] = store{Store: real(t)}
	for name, s := range all {
		var wg sync.WaitGroup
		for i := range 40 {
			wg.Go(func() {
				version := fmt.Sprintf("%02d", (i*17)%40)
				if err := s.SetNewer(t.Context(), "k", version, nil, time.Minute); err != nil {
					t.Error(name, err)
				}
			})
		}
		wg.Wait()
		if got, _ := s.Get(t.Context(), "k"); string(got) != "39" {
			t.Errorf("%s: %q is left", name, got)
		}
	}
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
