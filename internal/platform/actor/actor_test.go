package actor_test

import (
	"context"
	"testing"

	"github.com/souk-commerce/souk/internal/platform/actor"
)

func TestFrom_isAnonymousWhereNobodySaid(t *testing.T) {
	t.Parallel()
	a := actor.From(context.Background())
	if a.Kind != actor.Anonymous || a.Known() || a.Can("products.write") {
		t.Fatalf("nobody became %+v", a)
	}
}

func TestCan_asksStaffForThePermissionAndTrustsTheSystem(t *testing.T) {
	t.Parallel()
	const write actor.Permission = "products.write"
	for _, tt := range []struct {
		who  actor.Actor
		want bool
	}{
		{actor.Actor{Kind: actor.Staff, Permissions: []actor.Permission{write}}, true},
		{actor.Actor{Kind: actor.Staff, Permissions: []actor.Permission{"orders.read"}}, false},
		{actor.Actor{Kind: actor.Customer, Permissions: []actor.Permission{write}}, false},
		{actor.From(actor.WithSystem(context.Background(), "import")), true},
	} {
		if got := tt.who.Can(write); got != tt.want {
			t.Errorf("%+v can write: %v, want %v", tt.who, got, tt.want)
		}
	}
}
