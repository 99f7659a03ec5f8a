package e2e_test

import (
	"regexp"
	"testing"
)

// leak finds what no answer may show: the words of our storage and our source.
var leak = regexp.MustCompile(`(?i)SQLSTATE|\bpq:|\bent:|pgx|\.go:\d|goroutine \d|runtime error|panic:|/internal/|stack trace|relation "|column "|syntax error at`)

func noLeak(t *testing.T, what string, a answer) {
	t.Helper()
	if found := leak.FindString(a.body); found != "" {
		t.Errorf("%s shows %q: %s", what, found, clip(a.body))
	}
	if a.status >= 500 {
		t.Errorf("%s: %d %s", what, a.status, clip(a.body))
	}
}
