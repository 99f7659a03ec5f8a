package catalog

import (
	"context"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/gid"
	"github.com/souk-commerce/souk/internal/platform/event"
)

var attributeCode = regexp.MustCompile(`^[a-z][a-z0-9_]{0,63}$`)

// MaxChoices bounds the choices of an attribute, and its values on a product.
const MaxChoices = 500

// CreateAttribute makes a definition.
func (s *Service) CreateAttribute(ctx context.Context, in NewAttribute) (AttributeDefinition, error) {
	in.Choices = cleanTags(in.Choices)
	if err := in.Validate(); err != nil {
		return AttributeDefinition{}, err
	}
	var after AttributeDefinition
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		id, err := s.insertAttribute(ctx, in)
		if err != nil {
			return err
		}
		if after, err = s.AttributeByID(ctx, id); err != nil {
			return err
		}
		return s.noteAttribute(ctx, "attribute.create", id, nil, after)
	})
	return after, err
}

// UpdateAttribute changes the definition if version is the current one.
func (s *Service) UpdateAttribute(ctx context.Context, id AttributeID, version int64, c AttributeChange) (AttributeDefinition, error) {
	c.Choices = cleanTags(c.Choices)
	if c.Name != nil {
		if f := checkText(*c.Name, 1, MaxTitle, "name"); f != nil {
			return AttributeDefinition{}, f
		}
	}
	var after AttributeDefinition
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		before, err := s.lockedAttribute(ctx, id, version)
		if err != nil {
			return err
		}
		if err := c.fits(before); err != nil {
			return err
		}
		if err := s.refuseLostChoices(ctx, before, c.Choices); err != nil {
			return err
		}
		if err := s.updateAttribute(ctx, id, c); err != nil {
			return err
		}
		if after, err = s.AttributeByID(ctx, id); err != nil {
			return err
		}
		return s.noteAttribute(ctx, "attribute.update", id, before, after)
	})
	return after, err
}

// DeleteAttribute takes the definition away, and its values with it.
func (s *Service) DeleteAttribute(ctx context.Context, id AttributeID, version int64) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		before, err := s.lockedAttribute(ctx, id, version)
		if err != nil {
			return err
		}
		err = s.exec(ctx, "delete attribute", `DELETE FROM attribute_definition WHERE id = $1`, int64(id))
		if err != nil {
			return err
		}
		return s.noteAttribute(ctx, "attribute.delete", id, before, AttributeDefinition{Version: version + 1})
	})
}

func (s *Service) lockedAttribute(ctx context.Context, id AttributeID, version int64) (AttributeDefinition, error) {
	if err := s.lock(ctx, lockAttribute, int64(id), version); err != nil {
		return AttributeDefinition{}, err
	}
	return s.AttributeByID(ctx, id)
}

func (s *Service) noteAttribute(ctx context.Context, action string, id AttributeID, before any, after AttributeDefinition) error {
	n := note{
		action: action, kind: "attribute_definition", id: int64(id), before: before,
		facts: []event.Fact{AttributeChanged{Attribute: id, Version: after.Version}},
	}
	if after.ID != 0 {
		n.after = after
	}
	return s.record(ctx, n)
}

// Validate reports every fault of the input at once.
func (in NewAttribute) Validate() error {
	var faults fault.List
	if !attributeCode.MatchString(in.Code) {
		faults.Add(fault.New(fault.Invalid, "invalid_code",
			"A code begins with a small letter and goes on with small letters, digits and underscores.").At("code"))
	}
	faults.Add(checkText(in.Name, 1, MaxTitle, "name"))
	if !in.Type.Valid() {
		faults.Add(invalid(string(in.Type), "type"))
	}
	faults = append(faults, checkShape(in.Type, in.Unit, in.Choices)...)
	return faults.Err()
}

func checkShape(t AttributeType, unit string, choices []string) fault.List {
	var faults fault.List
	if t == MeasurementAttribute && strings.TrimSpace(unit) == "" {
		faults.Add(required("unit"))
	}
	if t == ChoiceAttribute && len(choices) == 0 {
		faults.Add(required("choices"))
	}
	if t != ChoiceAttribute && len(choices) > 0 {
		faults.Add(fault.New(fault.Invalid, "unexpected_choices", "Only an attribute of type choice has choices.").At("choices"))
	}
	if len(choices) > MaxChoices {
		faults.Add(tooMany(MaxChoices, "choices"))
	}
	return faults
}

// fits holds the change against the definition's settled type.
func (c AttributeChange) fits(d AttributeDefinition) error {
	unit, choices := d.Unit, d.Choices
	if c.Unit != nil {
		unit = *c.Unit
	}
	if c.Choices != nil {
		choices = c.Choices
	}
	return checkShape(d.Type, unit, choices).Err()
}

// parse reads the text form of a value.
func (d AttributeDefinition) parse(text string) (attributeValue, *fault.Error) {
	text = strings.TrimSpace(text)
	var v attributeValue
	ok := text != ""
	switch d.Type {
	case TextAttribute:
		ok = ok && len(text) <= 2000
		v.text = &text
	case ChoiceAttribute:
		ok = slices.Contains(d.Choices, text)
		v.text = &text
	case NumberAttribute, MeasurementAttribute:
		v.milli, ok = parseMilli(text)
	case BooleanAttribute:
		truth := text == "true"
		ok = truth || text == "false"
		v.boolean = &truth
	case DateAttribute:
		day, err := time.Parse(time.DateOnly, text)
		ok = err == nil
		v.date = &day
	case ReferenceAttribute:
		v.reference, ok = parseReference(text)
	}
	if !ok {
		return v, fault.Newf(fault.Invalid, "invalid_value", "%q is no value of the attribute %s (%s).", text, d.Code, d.Type)
	}
	return v, nil
}

var milliPattern = regexp.MustCompile(`^-?\d{1,12}(\.\d{1,3}0*)?$`)

// parseMilli reads a decimal with up to three decimals, in thousandths.
func parseMilli(text string) (*int64, bool) {
	if !milliPattern.MatchString(text) {
		return nil, false
	}
	whole, frac, _ := strings.Cut(text, ".")
	frac = (strings.TrimRight(frac, "0") + "000")[:3]
	n, err := strconv.ParseInt(whole+frac, 10, 64)
	return &n, err == nil
}

// formatMilli writes thousandths as a decimal without trailing zeros.
func formatMilli(n int64) string {
	sign := ""
	if n < 0 {
		sign, n = "-", -n
	}
	text := strconv.FormatInt(n/1000, 10)
	if frac := strings.TrimRight(strconv.FormatInt(1000+n%1000, 10)[1:], "0"); frac != "" {
		text += "." + frac
	}
	return sign + text
}

func parseReference(text string) (*int64, bool) {
	if id, err := gid.Parse(text); err == nil {
		return &id.Number, id.Type == "Product"
	}
	n, err := strconv.ParseInt(text, 10, 64)
	return &n, err == nil && n > 0
}
