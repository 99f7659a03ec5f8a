package gql

import (
	"encoding/json"
	"io"
	"math"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"github.com/souk-commerce/souk/internal/kernel/fault"
)

// MarshalDateTime writes an instant in RFC 3339 form, in UTC.
func MarshalDateTime(t time.Time) graphql.Marshaler {
	return graphql.WriterFunc(func(w io.Writer) {
		_, _ = io.WriteString(w, `"`+t.UTC().Format(time.RFC3339Nano)+`"`)
	})
}

// UnmarshalDateTime reads an instant in RFC 3339 form.
func UnmarshalDateTime(v any) (time.Time, error) {
	s, ok := v.(string)
	if !ok {
		return time.Time{}, malformed("DateTime", "a text in RFC 3339 form, such as 2026-01-31T12:00:00Z")
	}
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		return time.Time{}, malformed("DateTime", "a text in RFC 3339 form, such as 2026-01-31T12:00:00Z")
	}
	return t.UTC(), nil
}

// MarshalDecimal writes an exact decimal number as text.
func MarshalDecimal(s string) graphql.Marshaler { return graphql.MarshalString(s) }

// exactDigits is how many significant digits a float is sure to keep.
const exactDigits = 15

var decimalForm = regexp.MustCompile(`^-?[0-9]{1,30}(\.[0-9]{1,30})?$`)

// UnmarshalDecimal reads an exact decimal number from text, or from a JSON
// number. A number written in the document itself arrives as a float and is
// refused where it could have lost digits.
func UnmarshalDecimal(v any) (string, error) {
	text := ""
	switch v := v.(type) {
	case string:
		text = v
	case json.Number:
		text = v.String()
	case int64:
		text = strconv.FormatInt(v, 10)
	case int:
		text = strconv.Itoa(v)
	case float64:
		if s := strconv.FormatFloat(v, 'f', -1, 64); len(strings.Trim(s, "-.0")) <= exactDigits {
			text = s
		}
	}
	if !decimalForm.MatchString(text) {
		return "", malformed("Decimal", `a plain decimal number, best as text, such as "12.50"`)
	}
	return text, nil
}

// MarshalHTML writes sanitised markup.
func MarshalHTML(s string) graphql.Marshaler { return graphql.MarshalString(s) }

// UnmarshalHTML reads markup; whoever stores it sanitises it.
func UnmarshalHTML(v any) (string, error) {
	s, ok := v.(string)
	if !ok {
		return "", malformed("HTML", "a text")
	}
	return s, nil
}

// MarshalURL writes an address.
func MarshalURL(s string) graphql.Marshaler { return graphql.MarshalString(s) }

// maxURL bounds an address; browsers and proxies stop near it too.
const maxURL = 2048

// UnmarshalURL reads an absolute address of the web.
func UnmarshalURL(v any) (string, error) {
	s, ok := v.(string)
	if !ok || len(s) > maxURL {
		return "", malformed("URL", "an absolute http or https address")
	}
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return "", malformed("URL", "an absolute http or https address")
	}
	return s, nil
}

// MarshalColor writes a color such as #a1b2c3.
func MarshalColor(s string) graphql.Marshaler { return graphql.MarshalString(s) }

var colorForm = regexp.MustCompile(`^#[0-9a-f]{6}$`)

// UnmarshalColor reads a color such as #a1b2c3, in any case.
func UnmarshalColor(v any) (string, error) {
	s, _ := v.(string)
	s = strings.ToLower(s)
	if !colorForm.MatchString(s) {
		return "", malformed("Color", "a color such as #a1b2c3")
	}
	return s, nil
}

// MarshalJSON writes any value as JSON. A json.RawMessage goes out verbatim; a
// Go string becomes a JSON string, which is how filters carry their input.
func MarshalJSON(v any) graphql.Marshaler {
	return graphql.WriterFunc(func(w io.Writer) {
		if raw, ok := v.(json.RawMessage); ok && len(raw) > 0 {
			_, _ = w.Write(raw)
			return
		}
		body, err := json.Marshal(v)
		if err != nil { // only channels, functions and cycles: a mistake of ours
			panic(err)
		}
		_, _ = w.Write(body)
	})
}

// UnmarshalJSON takes any value as it was sent. Numbers of variables are
// json.Number, so they keep their digits.
func UnmarshalJSON(v any) (any, error) { return v, nil }

// MarshalUnsignedInt64 writes a number as text, since JavaScript's numbers end
// at 2^53.
func MarshalUnsignedInt64(n uint64) graphql.Marshaler {
	return graphql.MarshalString(strconv.FormatUint(n, 10))
}

// UnmarshalUnsignedInt64 reads a number from text or from a whole number.
func UnmarshalUnsignedInt64(v any) (uint64, error) {
	text := ""
	switch v := v.(type) {
	case string:
		text = v
	case json.Number:
		text = v.String()
	case int64:
		text = strconv.FormatInt(v, 10)
	case int:
		text = strconv.Itoa(v)
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return 0, malformed("UnsignedInt64", "a whole number from 0 to "+strconv.FormatUint(math.MaxUint64, 10))
	}
	return n, nil
}

func malformed(scalar, wanted string) error {
	return fault.Newf(fault.Invalid, "invalid_value", "A %s is %s.", scalar, wanted)
}
