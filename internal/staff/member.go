// Package staff knows who works in the back office: members, their roles and
// what a role may do, sign-in, and the tokens that prove it.
package staff

import (
	"net/mail"
	"strings"
	"time"

	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/platform/actor"
)

// ID is a member's identity.
type ID int64

// Role is what a member is hired for. The set is closed.
type Role string

// The roles.
const (
	Owner  Role = "owner"  // everything, other staff included
	Admin  Role = "admin"  // everything but staff
	Editor Role = "editor" // catalog, prices, stock, content, orders
	Viewer Role = "viewer" // reads, but nothing about buyers
)

// The permissions. Reading the back office takes none but being staff, save for
// the audit log and for what is about buyers.
const (
	CatalogWrite  actor.Permission = "catalog.write"
	PricesWrite   actor.Permission = "prices.write"
	StockWrite    actor.Permission = "stock.write"
	ContentWrite  actor.Permission = "content.write"
	MediaWrite    actor.Permission = "media.write"
	ImportsWrite  actor.Permission = "imports.write"
	OrdersRead    actor.Permission = "orders.read"
	OrdersWrite   actor.Permission = "orders.write"
	MarketsWrite  actor.Permission = "markets.write"
	SettingsWrite actor.Permission = "settings.write"
	AuditRead     actor.Permission = "audit.read"
	StaffWrite    actor.Permission = "staff.write"
)

// Permissions gives what a role may do.
func (r Role) Permissions() []actor.Permission {
	editor := []actor.Permission{CatalogWrite, PricesWrite, StockWrite, ContentWrite, MediaWrite, ImportsWrite, OrdersRead, OrdersWrite}
	switch r {
	case Owner:
		return append(editor, MarketsWrite, SettingsWrite, AuditRead, StaffWrite)
	case Admin:
		return append(editor, MarketsWrite, SettingsWrite, AuditRead)
	case Editor:
		return editor
	}
	return nil
}

// Valid reports whether the role is one of the set.
func (r Role) Valid() bool { return r == Owner || r == Admin || r == Editor || r == Viewer }

// Member is somebody who works in the back office.
type Member struct {
	ID          ID
	Email       string
	Name        string
	Role        Role
	DisabledAt  *time.Time
	LastLoginAt *time.Time
	Version     int64
	CreatedAt   time.Time
	UpdatedAt   time.Time
}

// Actor gives the member as the one who acts.
func (m Member) Actor() actor.Actor {
	return actor.Actor{Kind: actor.Staff, ID: int64(m.ID), Name: m.Name, Permissions: m.Role.Permissions()}
}

// Input is what a member is made of.
type Input struct {
	Email    string
	Name     string
	Role     Role
	Password string
}

// owns reports whether the member is an owner who can sign in.
func (m Member) owns() bool { return m.Role == Owner && m.DisabledAt == nil }

var errNoName = fault.New(fault.Invalid, "required", "A member needs a name.").At("name")

func invalidRole(r Role) *fault.Error {
	return fault.Newf(fault.Invalid, "invalid_role", "%q is no role.", string(r)).At("role")
}

// The bounds of a password, in bytes: short ones are guessed, very long ones cost
// the server.
const (
	minPassword = 12
	maxPassword = 256
)

// Validate reports every fault of the input at once.
func (in Input) Validate() error {
	var faults fault.List
	if a, err := mail.ParseAddress(in.Email); err != nil || a.Address != in.Email || len(in.Email) > 254 {
		faults.Add(fault.New(fault.Invalid, "invalid_email", "This is no e-mail address.").At("email"))
	}
	if strings.TrimSpace(in.Name) == "" {
		faults.Add(errNoName)
	}
	if !in.Role.Valid() {
		faults.Add(invalidRole(in.Role))
	}
	faults.Add(checkPassword(in.Password))
	return faults.Err()
}

func checkPassword(p string) *fault.Error {
	if len(p) < minPassword || len(p) > maxPassword {
		return fault.Newf(fault.Invalid, "weak_password", "A password has %d to %d characters.", minPassword, maxPassword).At("password")
	}
	return nil
}

// normalizeEmail gives the one form an address is kept and looked up in.
func normalizeEmail(s string) string { return strings.ToLower(strings.TrimSpace(s)) }
