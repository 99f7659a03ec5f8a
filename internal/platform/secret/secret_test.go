package secret_test

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/platform/secret"
)

var (
	first  = strings.Repeat("a", secret.MinLength)
	second = strings.Repeat("b", secret.MinLength)
)

func key(t *testing.T, current string, previous ...string) secret.Key {
	t.Helper()
	k, err := secret.NewKey(current, previous...)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestVerify_holdsForItsPurposeAndPartsOnly(t *testing.T) {
	t.Parallel()
	k := key(t, first)
	signed := k.Sign("cart", "12", "3")
	for _, c := range []struct {
		rule    string
		purpose string
		parts   []string
		want    bool
	}{
		{"the same", "cart", []string{"12", "3"}, true},
		{"another purpose", "order", []string{"12", "3"}, false},
		{"other parts", "cart", []string{"12", "4"}, false},
		{"parts that join alike", "cart", []string{"1", "23"}, false},
		{"fewer parts", "cart", []string{"123"}, false},
	} {
		if got := k.Verify(c.purpose, signed, c.parts...); got != c.want {
			t.Errorf("%s: %v", c.rule, got)
		}
	}
}

func TestVerify_oldKeyHoldsWhileConfigured(t *testing.T) {
	t.Parallel()
	old := key(t, first).Sign("cart", "1")
	if !key(t, second, first).Verify("cart", old, "1") {
		t.Error("refused in the window of a rotation")
	}
	if key(t, second).Verify("cart", old, "1") {
		t.Error("accepted after the rotation")
	}
}

func TestNewKey_refusesShort(t *testing.T) {
	t.Parallel()
	if _, err := secret.NewKey("short"); !fault.Is(err, "secret_key_short") {
		t.Errorf("err = %v", err)
	}
}

func TestKeyFile_allProcessesGetTheSame(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "data", "secret.key")
	signed := make([]string, 8)
	var wg sync.WaitGroup
	for i := range signed {
		wg.Go(func() {
			k, err := secret.KeyFile(path)
			if err != nil {
				t.Error(err)
				return
			}
			signed[i] = k.Sign("x")
		})
	}
	wg.Wait()
	for _, s := range signed {
		if s != signed[0] {
			t.Fatal("two processes have different keys")
		}
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v (%v)", info.Mode(), err)
	}
}
