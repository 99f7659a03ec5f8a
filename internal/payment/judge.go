package payment

import (
	"strings"
	"unicode"

	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/payment/lifecycle"
)

// attempt is a payment with what does not leave the room.
type attempt struct {
	Payment
	token  string
	refund refundState
}

// refundState says how a payment stands that has to go back.
type refundState string

const (
	refundNone refundState = ""
	refundOwed refundState = "owed"
	refundDone refundState = "done"
)

// step is what is written of a payment.
type step struct {
	changed bool            // false: nothing is written
	event   lifecycle.Event // "": the state stays, there is no history
	after   attempt
	reason  string // for the history
	owes    string // why the money must go back from now on
	repaid  bool   // what was owed has gone back
}

// The reasons why a room that knows nothing of orders owes money back.
const (
	amountMismatch = "amount_mismatch"
	lateMoney      = "paid_after_refusal"
)

const mismatchMessage = "Another amount was paid than was asked for; it goes back."

// judge says what a verdict means for a payment. A verdict that the table has
// no row for comes late or twice and means nothing, unless it brings money.
func judge(a attempt, v Verdict) step {
	event := eventOf(a.State, v.State)
	brings := v.State.Good()
	if brings && v.Amount != a.Amount {
		return refuse(a, v, amountMismatch, mismatchMessage)
	}
	to, err := lifecycle.Transitions().Next(a.State, event, lifecycle.None{})
	switch {
	case err != nil && brings:
		return refuse(a, v, lateMoney, "")
	case err != nil:
		return step{}
	case to == lifecycle.Voided:
		st := repaid(a)
		st.after.Reference = either(v.Reference, a.Reference)
		return st
	}
	st := step{changed: true, event: event, after: a, reason: plain(v.Reason)}
	st.after.State, st.after.Action = to, nil
	st.after.Reference = either(v.Reference, a.Reference)
	switch to {
	case lifecycle.RequiresAction:
		st.after.Action = v.Action
	case lifecycle.Captured:
		st.after.Captured = a.Amount.Minor
	case lifecycle.Failed:
		st.after.DeclineReason = st.reason
	}
	return st
}

// eventOf translates a verdict. What was voided before we knew that there was
// money is, for us, an attempt that was given up.
func eventOf(from, to lifecycle.State) lifecycle.Event {
	switch to {
	case lifecycle.RequiresAction:
		return lifecycle.Challenge
	case lifecycle.Processing:
		return lifecycle.Process
	case lifecycle.Authorized:
		return lifecycle.Authorize
	case lifecycle.Captured:
		return lifecycle.Capture
	case lifecycle.Failed:
		return lifecycle.Decline
	case lifecycle.Expired:
		return lifecycle.Expire
	case lifecycle.Voided:
		if !from.Open() {
			return lifecycle.Void
		}
	}
	return lifecycle.Cancel
}

// refuse takes money in that must not count: the payment fails, if it still
// can, and the money is owed back. Where a payment is good already, or has gone
// back, such news is a stale word about money that is accounted for.
func refuse(a attempt, v Verdict, why, message string) step {
	if a.State.Good() || a.State == lifecycle.Voided || a.refund != refundNone {
		return step{}
	}
	st := step{changed: true, after: a, reason: why, owes: why}
	st.after.refund = refundOwed
	st.after.Reference = either(v.Reference, a.Reference)
	if to, err := lifecycle.Transitions().Next(a.State, lifecycle.Decline, lifecycle.None{}); err == nil {
		st.event, st.after.State, st.after.Action = lifecycle.Decline, to, nil
		st.after.DeclineReason = message
	}
	return st
}

// repaid is the step of a payment that went back as a whole.
func repaid(a attempt) step {
	st := step{changed: true, after: a, repaid: a.refund == refundOwed}
	if st.repaid {
		st.after.refund = refundDone
	}
	to, err := lifecycle.Transitions().Next(a.State, lifecycle.Void, lifecycle.None{})
	if err == nil {
		st.event, st.after.State, st.after.Refunded = lifecycle.Void, to, a.Captured
	}
	st.changed = err == nil || st.repaid
	return st
}

// take is the step of an event that nobody but the shop decides.
func take(a attempt, event lifecycle.Event) (step, error) {
	to, err := lifecycle.Transitions().Next(a.State, event, lifecycle.None{})
	if err != nil {
		return step{}, err
	}
	st := step{changed: true, event: event, after: a}
	st.after.State = to
	if to == lifecycle.Captured {
		st.after.Captured = a.Amount.Minor
	}
	return st, nil
}

func (v Verdict) validate() error {
	switch v.State {
	case lifecycle.Processing, lifecycle.Authorized, lifecycle.Captured, lifecycle.Failed, lifecycle.Cancelled, lifecycle.Voided, lifecycle.Expired:
		return nil
	case lifecycle.RequiresAction:
		if v.Action != nil {
			return nil
		}
	}
	return fault.Newf(fault.Internal, "invalid_verdict", "%q is no verdict on a payment, or lacks its action.", string(v.State))
}

// longestReason is more than a buyer reads.
const longestReason = 300

// plain makes a provider's words fit to be kept and shown.
func plain(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, ""))
	if runes := []rune(text); len(runes) > longestReason {
		return string(runes[:longestReason])
	}
	return text
}

func either(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
