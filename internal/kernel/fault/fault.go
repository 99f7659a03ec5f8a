// Package fault is the one vocabulary of refusals and failures. A fault has a
// closed kind that callers may branch on, a stable reason that clients may
// branch on, a sentence for people, and the path of the field it is about.
package fault

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Kind says what sort of refusal a fault is. The set is closed.
type Kind string

// The kinds.
const (
	Invalid         Kind = "invalid"         // the input breaks a rule
	NotFound        Kind = "not_found"       // there is no such thing, or none the caller may know of
	Conflict        Kind = "conflict"        // the state does not allow it, or somebody was faster
	Forbidden       Kind = "forbidden"       // known, but not allowed
	Unauthenticated Kind = "unauthenticated" // not known
	Exhausted       Kind = "exhausted"       // a limit is used up
	Unavailable     Kind = "unavailable"     // try again later
	Internal        Kind = "internal"        // our own failure; its cause is logged, never shown
)

// Error is one refusal.
type Error struct {
	Kind    Kind
	Reason  string   // stable, snake_case: clients branch on it
	Message string   // one sentence for people
	Path    []string // the input field it is about, outermost first
	Err     error    // the cause; never shown to clients
}

// New makes a fault.
func New(kind Kind, reason, message string) *Error {
	return &Error{Kind: kind, Reason: reason, Message: message}
}

// Newf makes a fault with a formatted message.
func Newf(kind Kind, reason, format string, args ...any) *Error {
	return New(kind, reason, fmt.Sprintf(format, args...))
}

// Error gives the message, its path and its cause.
func (e *Error) Error() string {
	var b strings.Builder
	if len(e.Path) > 0 {
		b.WriteString(strings.Join(e.Path, "."))
		b.WriteString(": ")
	}
	b.WriteString(e.Message)
	if e.Err != nil {
		b.WriteString(": ")
		b.WriteString(e.Err.Error())
	}
	return b.String()
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is reports whether target is a fault of the same kind and reason, so that
// errors.Is works with faults kept as package variables.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Kind == e.Kind && t.Reason == e.Reason
}

// At gives a copy that is about the field at path.
func (e *Error) At(path ...string) *Error {
	c := *e
	c.Path = slices.Clone(path)
	return &c
}

// Wrap gives a copy with a cause.
func (e *Error) Wrap(err error) *Error {
	c := *e
	c.Err = err
	return &c
}

// List is several faults at once, so that a caller learns of all of them.
type List []*Error

// Add appends a fault; nil is ignored.
func (l *List) Add(e *Error) {
	if e != nil {
		*l = append(*l, e)
	}
}

// Err gives the list as an error, nil when it is empty.
func (l List) Err() error {
	if len(l) == 0 {
		return nil
	}
	return l
}

// Error joins the messages.
func (l List) Error() string {
	s := make([]string, len(l))
	for i, e := range l {
		s[i] = e.Error()
	}
	return strings.Join(s, "; ")
}

// Unwrap gives the faults to errors.Is and errors.As.
func (l List) Unwrap() []error {
	errs := make([]error, len(l))
	for i, e := range l {
		errs[i] = e
	}
	return errs
}

// As finds the first fault in err's tree.
func As(err error) (*Error, bool) {
	var e *Error
	ok := errors.As(err, &e)
	return e, ok
}

// All gives every fault of err: those of a List, else the single one.
func All(err error) []*Error {
	var l List
	if errors.As(err, &l) {
		return l
	}
	if e, ok := As(err); ok {
		return []*Error{e}
	}
	return nil
}

// KindOf gives the kind of err; an error that is no fault is Internal.
func KindOf(err error) Kind {
	if e, ok := As(err); ok {
		return e.Kind
	}
	return Internal
}

// Is reports whether err is, or wraps, a fault with that reason.
func Is(err error, reason string) bool {
	return slices.ContainsFunc(All(err), func(e *Error) bool { return e.Reason == reason })
}
