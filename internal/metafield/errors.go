package metafield

import "github.com/souk-commerce/souk/internal/kernel/fault"

// ErrNotFound refuses an id that names no metafield.
var ErrNotFound = fault.New(fault.NotFound, "metafield_not_found", "There is no such metafield.")
