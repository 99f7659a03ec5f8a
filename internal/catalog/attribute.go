package catalog

import "time"

// AttributeID is the identity of an attribute's definition.
type AttributeID int64

// AttributeType says what values an attribute takes.
type AttributeType string

// The types, with the text form of their values.
const (
	TextAttribute        AttributeType = "text"        // any text; several values
	NumberAttribute      AttributeType = "number"      // "12.5", up to three decimals
	BooleanAttribute     AttributeType = "boolean"     // "true", "false"
	DateAttribute        AttributeType = "date"        // "2026-01-31"
	ChoiceAttribute      AttributeType = "choice"      // one of the choices; several values
	MeasurementAttribute AttributeType = "measurement" // a number, in the definition's unit
	ReferenceAttribute   AttributeType = "reference"   // a product's id, plain or global
)

// Valid reports whether t is one of the types.
func (t AttributeType) Valid() bool {
	switch t {
	case TextAttribute, NumberAttribute, BooleanAttribute, DateAttribute,
		ChoiceAttribute, MeasurementAttribute, ReferenceAttribute:
		return true
	}
	return false
}

// many reports whether a product may have several values of the type.
func (t AttributeType) many() bool { return t == TextAttribute || t == ChoiceAttribute }

// AttributeDefinition is a typed attribute that products may have.
type AttributeDefinition struct {
	ID          AttributeID
	Code        string // small letters, digits, underscores
	Name        string
	Type        AttributeType
	ProductType string // empty: for every product type
	Unit        string
	Choices     []string
	Facet       bool // storefronts filter by it
	Position    int
	Version     int64
	CreatedAt   time.Time
	UpdatedAt   time.Time
}

// Attribute is what a product has of one attribute, the values in their text
// form.
type Attribute struct {
	Definition AttributeID
	Code       string
	Name       string
	Type       AttributeType
	Unit       string
	Values     []string
}

// AttributeInput gives a product values of one attribute; none take it away.
type AttributeInput struct {
	Definition AttributeID
	Values     []string
}

// NewAttribute is a definition to make.
type NewAttribute struct {
	Code        string
	Name        string
	Type        AttributeType
	ProductType string
	Unit        string
	Choices     []string
	Facet       bool
	Position    int
}

// AttributeChange changes what is not nil. Code and type are settled when the
// definition is made. A choice that products have cannot be taken away.
type AttributeChange struct {
	Name        *string
	ProductType *string
	Unit        *string
	Choices     []string
	Facet       *bool
	Position    *int
}

// AttributeFilter narrows a list; zero fields do not.
type AttributeFilter struct {
	ProductType string // those for this type and those for every type
	Facet       bool   // only those that storefronts filter by
}
