package shop

import (
	"context"

	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/gid"
	"github.com/souk-commerce/souk/internal/listing"
)

// refOf reads «by id or by handle». An id of another type, or text that is no
// id, names nothing; to name nothing at all is refused.
func refOf(typ string, id, handle *string) (ref listing.Ref, named bool, err error) {
	switch {
	case id != nil:
		ref.ID, named = numberOf(typ, id)
		return ref, named, nil
	case handle != nil:
		return listing.Ref{Handle: *handle}, *handle != "", nil
	}
	return ref, false, fault.New(fault.Invalid, "required", "Give an id or a handle.").At("handle")
}

// numberOf reads an id of a type that may be left out; false when it names
// nothing.
func numberOf(typ string, id *string) (int64, bool) {
	if id == nil {
		return 0, true
	}
	parsed, err := gid.Parse(*id)
	if err != nil || parsed.Type != typ {
		return 0, false
	}
	return parsed.Number, true
}

// either gives what a pointer leads to, else another value.
func either[T any](value *T, otherwise T) T {
	if value == nil {
		return otherwise
	}
	return *value
}

// asked gives for whom to answer and what of the result is asked.
func (r *Resolver) asked(ctx context.Context) (listing.Context, selection, error) {
	at, err := r.at(ctx)
	return at, selected(ctx), err
}
