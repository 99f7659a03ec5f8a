// Package metafield keeps the typed values that merchants hang on products,
// variants, collections and other things, under a namespace and a key.
package metafield

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"time"

	"github.com/souk-commerce/souk/internal/audit"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/platform/event"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// ID is a metafield's identity.
type ID int64

// Owner is the thing a metafield hangs on, such as {variant 7}.
type Owner struct {
	Kind string
	ID   int64
}

// Visibility says who may read a metafield.
type Visibility string

// The visibilities.
const (
	Public Visibility = "public" // storefronts too
	Staff  Visibility = "staff"
)

// Metafield is one value.
type Metafield struct {
	ID          ID
	Owner       Owner
	Namespace   string
	Key         string
	Type        string // "single_line_text_field", "number_integer", "list.single_line_text_field" …
	Value       string // in the text form of its type
	Description string
	Visibility  Visibility
	CreatedAt   time.Time
	UpdatedAt   time.Time
}

// Input is one value to write. An empty value takes the metafield away.
type Input struct {
	Namespace   string
	Key         string
	Type        string
	Value       string
	Description string
	Visibility  Visibility
}

// The bounds of one value, in bytes, and of one write.
const (
	maxValue  = 65_535
	maxInputs = 250
)

var (
	name    = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)
	decimal = regexp.MustCompile(`^-?\d{1,20}(\.\d{1,9})?$`)
)

// Validate reports every fault of the input at once.
func (in Input) Validate() error {
	var faults fault.List
	if !name.MatchString(in.Namespace) {
		faults.Add(fault.New(fault.Invalid, "invalid_namespace", "A namespace has 1 to 64 letters, digits, hyphens or underscores.").At("namespace"))
	}
	if !name.MatchString(in.Key) {
		faults.Add(fault.New(fault.Invalid, "invalid_key", "A key has 1 to 64 letters, digits, hyphens or underscores.").At("key"))
	}
	if in.Visibility != Public && in.Visibility != Staff {
		faults.Add(fault.New(fault.Invalid, "invalid_visibility", "A metafield is public or for staff.").At("visibility"))
	}
	if len(in.Value) > maxValue {
		faults.Add(fault.Newf(fault.Invalid, "too_long", "A value has at most %d bytes.", maxValue).At("value"))
	} else if in.Value != "" {
		faults.Add(checkValue(in.Type, in.Value))
	}
	return faults.Err()
}

// checkValue holds a value against its type's text form.
func checkValue(typ, value string) *fault.Error {
	var err error
	switch typ {
	case "single_line_text_field", "multi_line_text_field", "rich_text_field", "url", "color", "id":
	case "number_integer":
		_, err = strconv.ParseInt(value, 10, 64)
	case "number_decimal":
		if !decimal.MatchString(value) {
			err = strconv.ErrSyntax
		}
	case "boolean":
		if value != "true" && value != "false" {
			err = strconv.ErrSyntax
		}
	case "date":
		_, err = time.Parse(time.DateOnly, value)
	case "date_time":
		_, err = time.Parse(time.RFC3339, value)
	case "json", "dimension", "weight", "volume", "rating", "money":
		if !json.Valid([]byte(value)) {
			err = strconv.ErrSyntax
		}
	case "list.single_line_text_field", "list.number_integer", "list.url", "list.color":
		err = json.Unmarshal([]byte(value), new([]any))
	default:
		return fault.Newf(fault.Invalid, "invalid_type", "%q is no metafield type.", typ).At("type")
	}
	if err != nil {
		return fault.Newf(fault.Invalid, "invalid_value", "The value is not of the type %s.", typ).At("value")
	}
	return nil
}

// Changed says that an owner's metafields are different now.
type Changed struct {
	Kind string `json:"kind"`
	ID   int64  `json:"id"`
}

// Topic names the fact.
func (Changed) Topic() string { return "metafield.changed" }

// Aggregate says whose fact it is.
func (c Changed) Aggregate() (string, int64) { return c.Kind, c.ID }

// Service holds the use cases.
type Service struct {
	db     *postgres.DB
	events *event.Outbox
	audit  *audit.Log
}

// NewService wires the room.
func NewService(db *postgres.DB, events *event.Outbox, log *audit.Log) *Service {
	return &Service{db: db, events: events, audit: log}
}

// Set writes metafields of one owner. The caller makes sure that it exists.
func (s *Service) Set(ctx context.Context, owner Owner, inputs []Input) error {
	var faults fault.List
	if len(inputs) > maxInputs {
		faults.Add(fault.Newf(fault.Invalid, "too_many", "At most %d metafields are written at once.", maxInputs).At("metafields"))
	}
	for i, in := range inputs {
		for _, f := range fault.All(in.Validate()) {
			faults.Add(f.At(append([]string{"metafields", fmt.Sprint(i)}, f.Path...)...))
		}
	}
	if err := faults.Err(); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(ctx context.Context) error {
		before, err := s.Of(ctx, owner)
		if err != nil {
			return err
		}
		if err := s.write(ctx, owner, inputs); err != nil {
			return err
		}
		entry := audit.Entry{Action: "metafield.set", SubjectKind: owner.Kind, SubjectID: owner.ID, Before: before, After: inputs}
		if err := s.audit.Record(ctx, entry); err != nil {
			return err
		}
		return s.events.Record(ctx, Changed(owner))
	})
}
