package gql

import (
	"fmt"
	"strings"
	"testing"
)

func TestStore_staysWithinItsBoundsOver100000Texts(t *testing.T) {
	t.Parallel()
	s := newStore[string](1_000, 50_000)
	text := strings.Repeat("x", 100)
	for i := range 100_000 {
		s.add(fmt.Sprint(i), text, len(text))
	}
	if entries, bytes := s.size(); entries != 500 || bytes != 50_000 {
		t.Errorf("%d entries, %d bytes", entries, bytes)
	}
	if _, ok := s.get("99999"); !ok {
		t.Error("the newest is gone")
	}
	if _, ok := s.get("1"); ok {
		t.Error("the oldest is there")
	}
}

func TestStore_countsAReplacedTextOnce(t *testing.T) {
	t.Parallel()
	s := newStore[string](10, 1_000)
	for range 50 {
		s.add("a", "x", 100)
	}
	s.add("huge", "x", 1_001)
	if entries, bytes := s.size(); entries != 1 || bytes != 100 {
		t.Errorf("%d entries, %d bytes", entries, bytes)
	}
}
