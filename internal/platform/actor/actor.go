// Package actor says who acts. The edge puts an actor into the context once;
// rooms read it for permission checks and for the audit row.
package actor

import (
	"context"
	"slices"
)

// Kind is the sort of actor. The set is closed.
type Kind string

// The kinds.
const (
	Anonymous Kind = "anonymous" // a visitor nobody knows
	Customer  Kind = "customer"
	Staff     Kind = "staff"
	System    Kind = "system" // the shop itself: jobs, imports, commands
)

// Permission names something that staff may do, such as "products.write". The
// staff room owns the list.
type Permission string

// Actor is who acts.
type Actor struct {
	Kind        Kind
	ID          int64  // of the customer or staff member; 0 for the others
	Name        string // for the audit row; of System what part of it acts
	Permissions []Permission
}

// Can reports whether the actor holds p. The system may do everything.
func (a Actor) Can(p Permission) bool {
	return a.Kind == System || a.Kind == Staff && slices.Contains(a.Permissions, p)
}

// Known reports whether the actor is more than a visitor.
func (a Actor) Known() bool { return a.Kind != Anonymous && a.Kind != "" }

type key struct{}

// With gives a context in which a acts.
func With(ctx context.Context, a Actor) context.Context { return context.WithValue(ctx, key{}, a) }

// WithSystem gives a context in which the part of the shop called name acts.
func WithSystem(ctx context.Context, name string) context.Context {
	return With(ctx, Actor{Kind: System, Name: name})
}

// From gives who acts; nobody said means anonymous, never more.
func From(ctx context.Context) Actor {
	if a, ok := ctx.Value(key{}).(Actor); ok {
		return a
	}
	return Actor{Kind: Anonymous}
}
