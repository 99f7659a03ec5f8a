package insight

import "github.com/souk-commerce/souk/internal/kernel/fault"

// The refusals of this room.
var (
	ErrProposal = fault.New(fault.NotFound, "proposal_not_found", "There is no such proposal.")
	ErrDecided  = fault.New(fault.Conflict, "proposal_decided", "Somebody decided on the proposal already.")
	ErrReport   = fault.New(fault.Invalid, "report_unknown", "There is no such report.").At("report")
	ErrPeriod   = fault.New(fault.Invalid, "period_invalid", "A period ends on the day it begins or later.").At("to")
)
