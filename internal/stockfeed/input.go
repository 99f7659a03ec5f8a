package stockfeed

import (
	"cmp"
	"net/netip"
	"net/url"
	"regexp"
	"strings"

	"github.com/souk-commerce/souk/internal/kernel/fault"
)

const (
	maxName    = 255  // bytes
	maxURL     = 2000 // bytes
	maxMinutes = 7 * 24 * 60
)

var handlePattern = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

func (in Input) normalized() Input {
	in.Name, in.URL = strings.TrimSpace(in.Name), strings.TrimSpace(in.URL)
	in.Mode, in.Item = cmp.Or(in.Mode, Levels), cmp.Or(in.Item, SKU)
	return in
}

// validate reports every fault of the input at once.
func (in Input) validate(loopback bool) error {
	var faults fault.List
	if !handlePattern.MatchString(in.Handle) || len(in.Handle) > maxName {
		faults.Add(fault.New(fault.Invalid, "invalid_handle",
			"A handle is made of small letters and digits, with single hyphens between them.").At("handle"))
	}
	if in.Name == "" || len(in.Name) > maxName {
		faults.Add(fault.Newf(fault.Invalid, "invalid_name", "A feed needs a name of at most %d bytes.", maxName).At("name"))
	}
	faults.Add(oneOf(in.Kind, "kind", CSV, Webhook, Pull))
	faults.Add(oneOf(in.Mode, "mode", Levels, Deltas))
	faults.Add(oneOf(in.Item, "item", SKU, Barcode))
	switch {
	case in.Kind == Pull:
		faults.Add(checkURL(in.URL, loopback))
		if in.EveryMinutes < 1 || in.EveryMinutes > maxMinutes {
			faults.Add(fault.Newf(fault.Invalid, "invalid_interval", "A feed is fetched every 1 to %d minutes.", maxMinutes).At("everyMinutes"))
		}
	case in.URL != "":
		faults.Add(ErrNotPulled.At("url"))
	case in.EveryMinutes != 0:
		faults.Add(ErrNotPulled.At("everyMinutes"))
	}
	return faults.Err()
}

func oneOf[T ~string](value T, field string, allowed ...T) *fault.Error {
	for _, a := range allowed {
		if value == a {
			return nil
		}
	}
	return fault.Newf(fault.Invalid, "invalid_value", "%q is none of those that there are.", string(value)).At(field)
}

// checkURL refuses addresses that are never fetched. What a host name leads to
// is judged when it is: it may lead elsewhere by then.
func checkURL(address string, loopback bool) *fault.Error {
	u, err := url.Parse(address)
	switch {
	case len(address) > maxURL || err != nil || u.Hostname() == "" || u.Fragment != "":
		return fault.New(fault.Invalid, "invalid_url", "This is no address of a file.").At("url")
	case u.Scheme != "https" && (u.Scheme != "http" || !loopback):
		return fault.New(fault.Invalid, "invalid_url", "The address must begin with https.").At("url")
	case u.User != nil:
		return fault.New(fault.Invalid, "invalid_url", "An address with a name and a password would be seen by everybody who sees the feed.").At("url")
	}
	if literal, err := netip.ParseAddr(u.Hostname()); err == nil && !reachable(literal, loopback) {
		return errAddress.At("url")
	}
	return nil
}

// input gives the feed as it would be made.
func (f Feed) input() Input {
	return Input{Handle: f.Handle, Name: f.Name, Kind: f.Kind, Mode: f.Mode, Item: f.Item, Location: f.Location,
		URL: f.URL, EveryMinutes: f.EveryMinutes}
}

// on gives the feed with the change.
func (c Change) on(f Feed) Feed {
	set(&f.Handle, c.Handle)
	set(&f.Name, c.Name)
	set(&f.Mode, c.Mode)
	set(&f.Item, c.Item)
	set(&f.Location, c.Location)
	set(&f.URL, c.URL)
	set(&f.EveryMinutes, c.EveryMinutes)
	set(&f.Active, c.Active)
	f.Name, f.URL = strings.TrimSpace(f.Name), strings.TrimSpace(f.URL)
	if c.Restart {
		f.LastSequence, f.LastAsOf = 0, nil
	}
	return f
}

func set[T any](field *T, value *T) {
	if value != nil {
		*field = *value
	}
}
