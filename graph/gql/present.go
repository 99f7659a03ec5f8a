package gql

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/99designs/gqlgen/graphql"

	"github.com/souk-commerce/souk/internal/kernel/fault"
)

// maxErrors is how many errors one answer lists.
const maxErrors = 10

// presenter turns errors into what clients see: the sentence and the code of a
// fault, or nothing but an id when the failure is ours.
type presenter struct {
	log *slog.Logger
}

// accident is a failure of ours that is already in the log.
type accident struct{ id string }

// Error gives the id under which the log has the cause.
func (a accident) Error() string { return "accident " + a.id }

// present is gqlgen's error presenter. Of several faults all but the last are
// added here, since gqlgen takes one error at a time.
func (p *presenter) present(ctx context.Context, err error) *gqlerror.Error {
	shown := &gqlerror.Error{Path: graphql.GetPath(ctx)}
	var known *gqlerror.Error
	if errors.As(err, &known) {
		shown.Path, shown.Locations = known.Path, known.Locations
		if known.Err == nil { // made by validation, or by hand for the client
			shown.Message, shown.Extensions = known.Message, withoutFile(known.Extensions)
			return shown
		}
	}
	faults := p.faults(ctx, err)
	for _, f := range faults[:len(faults)-1] {
		graphql.AddError(ctx, &gqlerror.Error{Err: f, Message: f.Message, Path: shown.Path, Locations: shown.Locations})
	}
	last := faults[len(faults)-1]
	shown.Message, shown.Extensions = last.Message, p.extensions(ctx, last)
	if last.Kind == fault.Internal {
		shown.Message = somethingWrong
	}
	return shown
}

// faults gives what there is to show of an error, at least one.
func (p *presenter) faults(ctx context.Context, err error) fault.List {
	list := fault.List(fault.All(err))
	var overflow *graphql.NumberOverflowError
	var number *strconv.NumError
	switch {
	case len(list) > 0:
		return list
	case errors.Is(err, context.DeadlineExceeded):
		return fault.List{errTimeout}
	case errors.Is(err, context.Canceled):
		return fault.List{errCanceled}
	case errors.As(err, &overflow), errors.As(err, &number):
		return fault.List{errNumber}
	}
	return fault.List{fault.New(fault.Internal, "", "").Wrap(err)}
}

// The faults that stand for errors of the machinery.
var (
	errTimeout  = fault.New(fault.Unavailable, "timeout", "The answer took too long.")
	errCanceled = fault.New(fault.Unavailable, "canceled", "The request was given up.")
	errNumber   = fault.New(fault.Invalid, "invalid_value", "The number is out of range.")
)

// extensions gives code, kind and field of a fault. Of our own failures it shows
// an id only, and logs the cause under it unless it is there already.
func (p *presenter) extensions(ctx context.Context, f *fault.Error) map[string]any {
	if f.Kind == fault.Internal {
		return map[string]any{"code": "INTERNAL", "kind": "INTERNAL", "id": p.record(ctx, f)}
	}
	ext := map[string]any{"code": code(f), "kind": kindCode(f.Kind)}
	if len(f.Path) > 0 {
		ext["field"] = f.Path
	}
	return ext
}

// record logs a failure once and gives its id.
func (p *presenter) record(ctx context.Context, f *fault.Error) string {
	var known accident
	if errors.As(f, &known) {
		return known.id
	}
	id := newID()
	p.log.ErrorContext(ctx, "graphql: "+f.Error(), slog.String("error_id", id), slog.String("request_id", RequestID(ctx)))
	return id
}

// recovered is gqlgen's recover function.
func (p *presenter) recovered(ctx context.Context, cause any) error {
	id := newID()
	p.log.ErrorContext(ctx, fmt.Sprintf("graphql: panic: %v", cause), slog.String("error_id", id),
		slog.String("request_id", RequestID(ctx)), slog.String("stack", string(debug.Stack())))
	return fault.New(fault.Internal, "panic", somethingWrong).Wrap(accident{id})
}

const somethingWrong = "Something went wrong."

// code gives the code that clients branch on: the reason, else the kind.
func code(f *fault.Error) string {
	if f.Reason != "" {
		return strings.ToUpper(f.Reason)
	}
	return kindCode(f.Kind)
}

func kindCode(k fault.Kind) string {
	switch k {
	case fault.Exhausted:
		return "LIMIT_EXCEEDED"
	case fault.Unavailable:
		return "SERVICE_UNAVAILABLE"
	default:
		return strings.ToUpper(string(k))
	}
}

func withoutFile(ext map[string]any) map[string]any {
	delete(ext, "file")
	return ext
}

func newID() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}
