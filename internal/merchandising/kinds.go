package merchandising

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/souk-commerce/souk/internal/kernel/fault"
)

// Kind of the content.
func (Rule) Kind() Kind { return KindRule }

// Kind of the content.
func (Synonym) Kind() Kind { return KindSynonym }

// Kind of the content.
func (StopWords) Kind() Kind { return KindStopWords }

// Kind of the content.
func (Redirect) Kind() Kind { return KindRedirect }

// Kind of the content.
func (Banner) Kind() Kind { return KindBanner }

// Kind of the content.
func (Profile) Kind() Kind { return KindProfile }

// Kind of the content.
func (FacetSetting) Kind() Kind { return KindFacet }

// Kind of the content.
func (Experiment) Kind() Kind { return KindExperiment }

// Kind of the content.
func (Suggestion) Kind() Kind { return KindSuggestion }

// blank gives an empty content of a kind; nil of one that there is not.
func blank(k Kind) Content {
	for _, c := range []Content{Rule{}, Synonym{}, StopWords{}, Redirect{}, Banner{}, Profile{}, FacetSetting{}, Experiment{}, Suggestion{}} {
		if c.Kind() == k {
			return c
		}
	}
	return nil
}

// Parse reads a content of a kind from JSON and refuses what it does not know:
// a word that is spelled wrong must not silently mean nothing. All faults are
// reported at once.
func Parse(k Kind, data []byte) (Content, error) {
	c := blank(k)
	if c == nil {
		return nil, fault.New(fault.Invalid, "invalid_kind", "There is no such kind of item.").At("kind")
	}
	if len(data) > maxContent {
		return nil, fault.Newf(fault.Invalid, "limit_exceeded", "At most %d bytes.", maxContent)
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var value any
	if err := d.Decode(&value); err != nil || d.More() {
		return nil, fault.New(fault.Invalid, "invalid_json", "It is not one JSON object.")
	}
	if faults := fits(reflect.TypeOf(c), value, nil); len(faults) > 0 {
		return nil, faults
	}
	c, err := decode(k, data)
	if err != nil {
		return nil, fault.New(fault.Invalid, "invalid_json", "It cannot be read.").Wrap(err)
	}
	return c, c.Validate()
}

// decode reads a content that was written by this program or by another
// version of it: what it does not know is passed over.
func decode(k Kind, data []byte) (Content, error) {
	c := blank(k)
	if c == nil {
		return nil, fmt.Errorf("there is no kind %q", k)
	}
	into := reflect.New(reflect.TypeOf(c))
	if err := json.Unmarshal(data, into.Interface()); err != nil {
		return nil, fmt.Errorf("read %s: %w", k, err)
	}
	return into.Elem().Interface().(Content), nil
}

// fits holds a JSON value against the type that it is to be read into.
func fits(t reflect.Type, value any, path []string) fault.List {
	wrong := func(what string) fault.List {
		return fault.List{fault.Newf(fault.Invalid, "invalid_content", "It must be %s.", what).At(path...)}
	}
	switch {
	case t.Kind() == reflect.Pointer && value == nil:
		return nil
	case t.Kind() == reflect.Pointer:
		return fits(t.Elem(), value, path)
	case t == reflect.TypeFor[time.Time]():
		text, _ := value.(string)
		if _, err := time.Parse(time.RFC3339, text); err != nil {
			return wrong("a time such as 2026-01-31T12:00:00Z")
		}
		return nil
	}
	switch t.Kind() {
	case reflect.Struct:
		if object, ok := value.(map[string]any); ok {
			return fields(t, object, path)
		}
		return wrong("an object")
	case reflect.Slice:
		return elements(t, value, path, wrong)
	case reflect.String:
		if _, ok := value.(string); !ok {
			return wrong("a text")
		}
	case reflect.Bool:
		if _, ok := value.(bool); !ok {
			return wrong("true or false")
		}
	case reflect.Float64:
		if n, ok := value.(json.Number); !ok || !number(n) {
			return wrong("a number")
		}
	default: // whole numbers
		n, ok := value.(json.Number)
		if _, err := strconv.ParseInt(string(n), 10, 64); !ok || err != nil {
			return wrong("a whole number")
		}
	}
	return nil
}

func number(n json.Number) bool {
	_, err := n.Float64()
	return err == nil
}

func elements(t reflect.Type, value any, path []string, wrong func(string) fault.List) fault.List {
	list, ok := value.([]any)
	if !ok && value != nil {
		return wrong("a list")
	}
	var faults fault.List
	for i, v := range list {
		faults = append(faults, fits(t.Elem(), v, append(slices.Clone(path), strconv.Itoa(i)))...)
	}
	return faults
}

func fields(t reflect.Type, object map[string]any, path []string) fault.List {
	known := map[string]reflect.Type{}
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		known[name] = t.Field(i).Type
	}
	names := make([]string, 0, len(object))
	for name := range object {
		names = append(names, name)
	}
	slices.Sort(names)
	var faults fault.List
	for _, name := range names {
		at := append(slices.Clone(path), name)
		if field, ok := known[name]; ok {
			faults = append(faults, fits(field, object[name], at)...)
		} else {
			faults.Add(fault.New(fault.Invalid, "unknown_field", "There is no such field.").At(at...))
		}
	}
	return faults
}
