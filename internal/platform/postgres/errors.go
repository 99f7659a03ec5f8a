package postgres

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/puddle/v2"

	"github.com/souk-commerce/souk/internal/kernel/fault"
)

// Fault says in a fault what a storage error means, keeping it as the cause. A
// fault, a cancelled request and what it does not know go through unchanged.
func Fault(err error) error {
	if err == nil {
		return nil
	}
	if _, ok := fault.As(err); ok || errors.Is(err, context.Canceled) {
		return err
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		if f := byCode(pg.Code); f != nil {
			return f.Wrap(err)
		}
		return err
	}
	if f := byTransport(err); f != nil {
		return f.Wrap(err)
	}
	return err
}

// Conflict gives the room's own fault for the constraint that err broke (unique,
// foreign key, check or exclusion), by the constraint's name; any other error
// goes through Fault.
func Conflict(err error, byConstraint map[string]*fault.Error) error {
	var pg *pgconn.PgError
	if errors.As(err, &pg) && class(pg.Code) == "23" {
		if f, ok := byConstraint[pg.ConstraintName]; ok {
			return f.Wrap(err)
		}
	}
	return Fault(err)
}

// Constraint gives the name of the constraint that err broke, else "".
func Constraint(err error) string {
	var pg *pgconn.PgError
	if errors.As(err, &pg) && class(pg.Code) == "23" {
		return pg.ConstraintName
	}
	return ""
}

// byCode knows the codes of PostgreSQL that mean something to a caller.
func byCode(code string) *fault.Error {
	switch code {
	case "23505", "23P01":
		return fault.New(fault.Conflict, "already_exists", "something with the same identity exists already")
	case "23503", "23001":
		return fault.New(fault.Conflict, "reference_broken", "it refers to something that is not there, or is still referred to")
	case "23514", "23502":
		return fault.New(fault.Invalid, "value_refused", "a value is outside of what is allowed")
	case "22021", "22P05": // U+0000, above all
		return fault.New(fault.Invalid, "text_refused", "a text holds a character that cannot be kept")
	case "40001", "40P01":
		return unavailable("contended", "too many changes at once to the same thing")
	case "57014", "25P03", "25P04":
		return unavailable("statement_timeout", "the database took too long to answer")
	case "55P03":
		return unavailable("lock_timeout", "something else holds what is needed")
	case "25006":
		return unavailable("database_read_only", "the database takes no changes at the moment")
	}
	switch class(code) {
	case "53": // out of disk, memory or connections
		return unavailable("database_exhausted", "the database has no resources left")
	case "08", "57", "58": // connection, operator, system
		return unavailable("database_down", "the database cannot be reached")
	}
	return nil
}

// class is what the first two characters of a code tell.
func class(code string) string { return code[:min(2, len(code))] }

func byTransport(err error) *fault.Error {
	var connect *pgconn.ConnectError
	var network net.Error
	switch {
	case errors.As(err, &connect), errors.Is(err, pgconn.ErrConnClosed), errors.Is(err, driver.ErrBadConn),
		errors.Is(err, sql.ErrConnDone), errors.Is(err, puddle.ErrClosedPool),
		errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return unavailable("database_down", "the database cannot be reached")
	case pgconn.Timeout(err):
		return unavailable("statement_timeout", "the database took too long to answer")
	case errors.Is(err, context.DeadlineExceeded): // not from a connection, so from waiting for one
		return unavailable("overloaded", "too many requests are waiting for the database")
	case errors.As(err, &network):
		return unavailable("database_down", "the database cannot be reached")
	}
	return nil
}

func unavailable(reason, message string) *fault.Error {
	return fault.New(fault.Unavailable, reason, message)
}
