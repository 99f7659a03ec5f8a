package sample

import (
	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/kernel/money"
)

// Trade is what is taken on goods and how they are brought.
type Trade struct {
	Taxes    []TaxRate      `yaml:"taxes"`
	Delivery []DeliveryZone `yaml:"delivery"`
}

// TaxRate is one tax of one place on everything.
type TaxRate struct {
	Country locale.Country `yaml:"country"`
	Zone    string         `yaml:"zone"`
	Name    string         `yaml:"name"`
	PPM     int64          `yaml:"ppm"` // parts per million
}

// DeliveryZone is a group of countries with the methods that serve them.
type DeliveryZone struct {
	Name    string           `yaml:"name"`
	Areas   []locale.Country `yaml:"areas"`
	Methods []DeliveryMethod `yaml:"methods"`
}

// DeliveryMethod is one way of bringing goods.
type DeliveryMethod struct {
	Handle      string         `yaml:"handle"`
	Title       string         `yaml:"title"`
	Description string         `yaml:"description"`
	MinDays     *int           `yaml:"minDays"`
	MaxDays     *int           `yaml:"maxDays"`
	Rates       []DeliveryRate `yaml:"rates"`
}

// DeliveryRate is what a method costs from a weight on.
type DeliveryRate struct {
	Currency   money.Currency `yaml:"currency"`
	FromGrams  int64          `yaml:"fromGrams"`
	BelowGrams *int64         `yaml:"belowGrams"`
	Amount     int64          `yaml:"amount"` // minor units
	FreeFrom   *int64         `yaml:"freeFrom"`
}
