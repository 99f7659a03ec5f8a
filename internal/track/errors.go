package track

import (
	"bytes"
	"encoding/json"
	"strconv"

	"github.com/souk-commerce/souk/internal/kernel/fault"
)

var (
	errTooMany = fault.Newf(fault.Invalid, "too_many_events", "at most %d events at once", MostEvents).At("events")
	errKind    = fault.New(fault.Invalid, "event_kind_unknown", "there is no such kind of event")
	errServer  = fault.New(fault.Invalid, "event_kind_reserved", "the shop writes events of this kind itself")
	errLong    = fault.Newf(fault.Invalid, "event_payload_long", "a payload has at most %d bytes", MostPayload)
	errObject  = fault.New(fault.Invalid, "event_payload_invalid", "a payload is a JSON object")
	errVisitor = fault.Newf(fault.Invalid, "visitor_invalid", "a session or visitor id has at most %d characters", longestID)
)

const longestID = 100

// validate reports everything that is wrong with events.
func validate(v Visitor, events []Event, fromClient bool) error {
	if len(events) > MostEvents {
		return errTooMany
	}
	var all fault.List
	if len(v.SessionID) > longestID || len(v.VisitorID) > longestID {
		all.Add(errVisitor.At("visitor"))
	}
	for i, e := range events {
		at := strconv.Itoa(i)
		reserved, known := e.Kind.reserved()
		switch {
		case !known:
			all.Add(errKind.At("events", at, "kind"))
		case reserved && fromClient:
			all.Add(errServer.At("events", at, "kind"))
		}
		switch {
		case len(e.Payload) > MostPayload:
			all.Add(errLong.At("events", at, "payload"))
		case len(e.Payload) > 0 && !object(e.Payload):
			all.Add(errObject.At("events", at, "payload"))
		}
	}
	return all.Err()
}

func object(payload json.RawMessage) bool {
	return bytes.HasPrefix(bytes.TrimSpace(payload), []byte("{")) && json.Valid(payload)
}
