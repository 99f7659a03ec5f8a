package fault_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/souk-commerce/souk/internal/kernel/fault"
)

var errGone = fault.New(fault.NotFound, "gone", "It is gone.")

func TestFaults_areFoundThroughWrapping(t *testing.T) {
	t.Parallel()
	err := fmt.Errorf("outer: %w", errGone.At("a", "b").Wrap(errors.New("cause")))
	if !errors.Is(err, errGone) || !fault.Is(err, "gone") || fault.KindOf(err) != fault.NotFound {
		t.Errorf("%v lost what it is", err)
	}
	if e, ok := fault.As(err); !ok || len(e.Path) != 2 || errGone.Path != nil {
		t.Errorf("At changed the original or lost the path: %v", e)
	}
}

func TestKindOf_isInternalForWhatIsNoFault(t *testing.T) {
	t.Parallel()
	if k := fault.KindOf(errors.New("boom")); k != fault.Internal {
		t.Errorf("got %s", k)
	}
}

func TestList_keepsEveryFault(t *testing.T) {
	t.Parallel()
	var l fault.List
	if l.Err() != nil {
		t.Error("an empty list is an error")
	}
	l.Add(nil)
	l.Add(errGone.At("x"))
	l.Add(fault.New(fault.Invalid, "bad", "Bad."))
	err := fmt.Errorf("validate: %w", l.Err())
	if all := fault.All(err); len(all) != 2 || !fault.Is(err, "bad") || !errors.Is(err, errGone) {
		t.Errorf("got %v", all)
	}
}
