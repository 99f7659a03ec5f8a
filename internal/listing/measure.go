package listing

import (
	"math/big"

	"github.com/souk-commerce/souk/internal/kernel/money"
)

// MeasureType says what a unit measures.
type MeasureType string

// What units measure.
const (
	MeasuresVolume MeasureType = "volume"
	MeasuresWeight MeasureType = "weight"
	MeasuresLength MeasureType = "length"
	MeasuresArea   MeasureType = "area"
	MeasuresCount  MeasureType = "count"
	MeasuresOther  MeasureType = "unknown"
)

// unit is a measure unit with its size in the smallest whole step of its kind:
// nanoliters, micrograms, nanometers, square millimeters, pieces.
type unit struct {
	kind MeasureType
	size int64
}

var units = map[Unit]unit{
	"ml": {MeasuresVolume, 1_000_000}, "cl": {MeasuresVolume, 10_000_000}, "l": {MeasuresVolume, 1_000_000_000},
	"m3": {MeasuresVolume, 1_000_000_000_000}, "floz": {MeasuresVolume, 29_573_530}, "pt": {MeasuresVolume, 473_176_473},
	"qt": {MeasuresVolume, 946_352_946}, "gal": {MeasuresVolume, 3_785_411_784},
	"mg": {MeasuresWeight, 1_000}, "g": {MeasuresWeight, 1_000_000}, "kg": {MeasuresWeight, 1_000_000_000},
	"oz": {MeasuresWeight, 28_349_523}, "lb": {MeasuresWeight, 453_592_370},
	"mm": {MeasuresLength, 1_000_000}, "cm": {MeasuresLength, 10_000_000}, "m": {MeasuresLength, 1_000_000_000},
	"in": {MeasuresLength, 25_400_000}, "ft": {MeasuresLength, 304_800_000}, "yd": {MeasuresLength, 914_400_000},
	"m2": {MeasuresArea, 1_000_000}, "ft2": {MeasuresArea, 92_903},
	"item": {MeasuresCount, 1},
}

// Type says what the measure is of.
func (m *Measure) Type() MeasureType {
	if u, ok := units[m.QuantityUnit]; ok {
		return u.kind
	}
	return MeasuresOther
}

// price gives the price of the reference amount, rounded half up to a minor
// unit; nil when the units do not measure the same.
func (m *Measure) price(of money.Money) *money.Money {
	content, ok := units[m.QuantityUnit]
	reference, known := units[m.ReferenceUnit]
	if !ok || !known || content.kind != reference.kind || m.QuantityMilli <= 0 {
		return nil
	}
	over := new(big.Int).Mul(big.NewInt(of.Minor), big.NewInt(int64(m.Reference)))
	over.Mul(over, big.NewInt(reference.size)).Mul(over, big.NewInt(1000))
	under := new(big.Int).Mul(big.NewInt(m.QuantityMilli), big.NewInt(content.size))
	over.Mul(over, big.NewInt(2)).Add(over, under)
	over.Div(over, under.Mul(under, big.NewInt(2)))
	if !over.IsInt64() {
		return nil
	}
	price := money.New(over.Int64(), of.Currency)
	return &price
}

// Known reports whether the unit is one that can be converted.
func (u Unit) Known() bool { _, ok := units[u]; return ok }
