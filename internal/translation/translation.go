// Package translation keeps the customer-facing texts of every room in the
// languages other than the shop's own.
package translation

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/souk-commerce/souk/internal/audit"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/html"
	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/platform/event"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// Owner is the thing whose text is translated, such as {product 7}.
type Owner struct {
	Kind string
	ID   int64
}

// Text is one translated field.
type Text struct {
	Owner     Owner
	Language  locale.Language
	Field     string // the name of the translated column, such as "title"
	Value     string // empty takes the translation away
	UpdatedAt time.Time
}

// fields lists what may be translated, by the kind of owner.
var fields = map[string][]string{
	"product":              {"title", "description_html", "seo_title", "seo_description", "product_type"},
	"product_option":       {"name"},
	"product_option_value": {"name"},
	"category":             {"title", "description"},
	"collection":           {"title", "description_html", "seo_title", "seo_description"},
	"menu_item":            {"title"},
	"page":                 {"title", "body_html", "seo_title", "seo_description"},
	"blog":                 {"title", "seo_title", "seo_description"},
	"article":              {"title", "body_html", "excerpt", "seo_title", "seo_description"},
	"policy":               {"title", "body_html"},
	"shop":                 {"name", "description"},
	"attribute_definition": {"name"},
	"metafield":            {"value"},
}

// The bounds of one text, in bytes, and of one write.
const (
	maxValue = 200_000
	maxTexts = 250
)

// Changed says that an owner's texts are different now.
type Changed struct {
	Kind string `json:"kind"`
	ID   int64  `json:"id"`
}

// Topic names the fact.
func (Changed) Topic() string { return "translation.changed" }

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

// Set writes texts of one owner; an empty value takes one away. Active content
// is taken out of HTML. The caller makes sure that the owner exists.
func (s *Service) Set(ctx context.Context, owner Owner, texts []Text) error {
	texts = clean(texts)
	if err := validate(owner, texts); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(ctx context.Context) error {
		before, err := s.Of(ctx, owner)
		if err != nil {
			return err
		}
		if err := s.write(ctx, owner, texts); err != nil {
			return err
		}
		entry := audit.Entry{Action: "translation.set", SubjectKind: owner.Kind, SubjectID: owner.ID, Before: before, After: texts}
		if err := s.audit.Record(ctx, entry); err != nil {
			return err
		}
		return s.events.Record(ctx, Changed(owner))
	})
}

// clean writes languages in small letters and HTML without active content.
func clean(texts []Text) []Text {
	out := slices.Clone(texts)
	for i, t := range out {
		out[i].Language = locale.Language(strings.ToLower(string(t.Language)))
		if strings.HasSuffix(t.Field, "_html") {
			out[i].Value, _ = html.Sanitize(t.Value)
		}
	}
	return out
}

func validate(owner Owner, texts []Text) error {
	var faults fault.List
	if len(texts) > maxTexts {
		faults.Add(fault.Newf(fault.Invalid, "too_many", "At most %d texts are written at once.", maxTexts).At("translations"))
	}
	known := fields[owner.Kind]
	for i, t := range texts {
		at := fmt.Sprint(i)
		if !slices.Contains(known, t.Field) {
			faults.Add(fault.Newf(fault.Invalid, "not_translatable", "%q of a %s cannot be translated.", t.Field, owner.Kind).At("translations", at, "field"))
		}
		if !t.Language.Valid() {
			faults.Add(fault.Newf(fault.Invalid, "invalid_language", "%q is no language code.", string(t.Language)).At("translations", at, "language"))
		}
		if len(t.Value) > maxValue {
			faults.Add(fault.Newf(fault.Invalid, "too_long", "A text has at most %d bytes.", maxValue).At("translations", at, "value"))
		}
	}
	return faults.Err()
}
