// Package config is the one place that reads the environment. Each package
// declares what it wants as a struct; Load fills a struct of those and says
// everything that is wrong at once.
//
// A field that names a variable carries these tags:
//
//	env:"SOUK_ADDR"        the variable
//	default:"…"            what it is when nobody says
//	doc:"…"                one sentence for people
//	oneof:"a,b"            the texts allowed; an empty one may stand among them
//	min:"1" max:"10"       bounds of a number or a duration
//	required:"true"        it has no default and must be said
//	secret:"true"          its value is never shown; "url": its password is not
//
// Fields are strings, booleans, integers, floats, durations, lists of strings
// (comma between them) or anything with UnmarshalText. A struct with a
// Validate() error method is asked when its fields are filled.
package config

import (
	"encoding"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/souk-commerce/souk/internal/kernel/fault"
)

// FileVariable names a file of further variables, one NAME=value on a line.
// What the environment says goes before what the file says.
const FileVariable = "SOUK_CONFIG"

// Load fills the struct that into points at from the environment (as os.Environ
// gives it) and from the file that SOUK_CONFIG names. Its error is a fault.List
// with one fault for each variable that is wrong, whose path is the name.
func Load(into any, environ []string) error {
	given, err := read(environ)
	if err != nil {
		return err
	}
	root := reflect.ValueOf(into).Elem()
	fields := walk(root)
	var all fault.List
	for _, name := range given.unknown(fields) {
		all.Add(fault.Newf(fault.Invalid, "variable_unknown", "%s is in the file but there is no such variable", name).At(name))
	}
	for _, f := range fields {
		all.Add(f.fill(given.values[f.Name]))
	}
	validate(root, slices.Clone(all), &all)
	return all.Err()
}

// source is what was said, by name.
type source struct {
	values map[string]string
	inFile []string
}

func read(environ []string) (source, error) {
	s := source{values: map[string]string{}}
	for _, line := range environ {
		if name, value, ok := strings.Cut(line, "="); ok {
			s.values[name] = value
		}
	}
	path := s.values[FileVariable]
	if path == "" {
		return s, nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return s, fault.Newf(fault.Invalid, "config_unreadable", "the file %s cannot be read", path).At(FileVariable).Wrap(err)
	}
	return s, s.add(string(text))
}

// add takes the lines of a file.
func (s *source) add(text string) error {
	var all fault.List
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimPrefix(strings.TrimSpace(line), "export ")
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, value, ok := strings.Cut(line, "=")
		name = strings.TrimSpace(name)
		if !ok || name == "" || strings.ContainsAny(name, " \t") {
			all.Add(fault.Newf(fault.Invalid, "config_line", "line %d of the file is not NAME=value", i+1).At(FileVariable))
			continue
		}
		s.inFile = append(s.inFile, name)
		if _, said := s.values[name]; !said {
			s.values[name] = unquote(strings.TrimSpace(value))
		}
	}
	return all.Err()
}

func unquote(value string) string {
	if n := len(value); n >= 2 && (value[0] == '"' || value[0] == '\'') && value[n-1] == value[0] {
		return value[1 : n-1]
	}
	return value
}

func (s source) unknown(fields []field) []string {
	return slices.DeleteFunc(slices.Clone(s.inFile), func(name string) bool {
		return slices.ContainsFunc(fields, func(f field) bool { return f.Name == name })
	})
}

// field is one variable and where its value goes.
type field struct {
	Variable
	min, max string
	into     reflect.Value
}

// walk finds the fields of a struct and of the structs in it, in their order.
func walk(v reflect.Value) []field {
	var all []field
	for i := range v.NumField() {
		f := v.Type().Field(i)
		name := f.Tag.Get("env")
		switch {
		case !f.IsExported():
		case name != "":
			all = append(all, describe(f.Tag, v.Field(i)))
		case f.Type.Kind() == reflect.Struct:
			all = append(all, walk(v.Field(i))...)
		}
	}
	return all
}

func describe(tag reflect.StructTag, into reflect.Value) field {
	v := Variable{Name: tag.Get("env"), Default: tag.Get("default"), Doc: tag.Get("doc"),
		Required: tag.Get("required") == "true", secret: tag.Get("secret")}
	if list, ok := tag.Lookup("oneof"); ok {
		v.OneOf = strings.Split(list, ",")
	}
	return field{Variable: v, min: tag.Get("min"), max: tag.Get("max"), into: into}
}

// fill sets the field, nil when all is well. An empty value is none.
func (f field) fill(text string) *fault.Error {
	if text == "" {
		text = f.Default
	}
	if text == "" && f.Required {
		return fault.Newf(fault.Invalid, "variable_missing", "%s must be set: %s", f.Name, f.Doc).At(f.Name)
	}
	if f.OneOf != nil && !slices.Contains(f.OneOf, text) {
		return fault.Newf(fault.Invalid, "variable_refused", "%s is one of %s", f.Name, f.choices()).At(f.Name)
	}
	if text == "" {
		return nil
	}
	// The cause is left out: it would repeat the value, which may be a secret.
	if err := parse(f.into, text); err != nil {
		return fault.Newf(fault.Invalid, "variable_refused", "%s cannot be read as %s", f.Name, f.kind()).At(f.Name)
	}
	if outside(f.into, f.min, func(value, bound float64) bool { return value < bound }) ||
		outside(f.into, f.max, func(value, bound float64) bool { return value > bound }) {
		return fault.Newf(fault.Invalid, "variable_refused", "%s is outside of %s to %s", f.Name, or(f.min, "-∞"), or(f.max, "∞")).At(f.Name)
	}
	return nil
}

func (f field) kind() string {
	switch f.into.Interface().(type) {
	case time.Duration:
		return "a duration such as 30s or 5m"
	case bool:
		return "true or false"
	case []string:
		return "a list"
	}
	switch f.into.Kind() {
	case reflect.Int, reflect.Int64, reflect.Float64:
		return "a number"
	}
	return "what it should be: " + f.Doc
}

func or(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

// parse reads text into a value by its type.
func parse(into reflect.Value, text string) error {
	if u, ok := into.Addr().Interface().(encoding.TextUnmarshaler); ok {
		return u.UnmarshalText([]byte(text))
	}
	switch p := into.Addr().Interface().(type) {
	case *time.Duration:
		d, err := time.ParseDuration(text)
		*p = d
		return err
	case *[]string:
		*p = nil
		for item := range strings.SplitSeq(text, ",") {
			if item = strings.TrimSpace(item); item != "" {
				*p = append(*p, item)
			}
		}
		return nil
	}
	return parseKind(into, text)
}

func parseKind(into reflect.Value, text string) error {
	switch into.Kind() {
	case reflect.String:
		into.SetString(text)
	case reflect.Bool:
		b, err := strconv.ParseBool(text)
		into.SetBool(b)
		return err
	case reflect.Int, reflect.Int64:
		n, err := strconv.ParseInt(text, 10, into.Type().Bits())
		into.SetInt(n)
		return err
	case reflect.Float64:
		n, err := strconv.ParseFloat(text, 64)
		into.SetFloat(n)
		return err
	default:
		return fmt.Errorf("no way to read a %s", into.Type())
	}
	return nil
}

// outside reports whether a number breaks a bound, if there is one.
func outside(v reflect.Value, bound string, breaks func(value, bound float64) bool) bool {
	if bound == "" {
		return false
	}
	limit := reflect.New(v.Type()).Elem()
	if parse(limit, bound) != nil {
		return true
	}
	if v.CanInt() {
		return breaks(float64(v.Int()), float64(limit.Int()))
	}
	return v.CanFloat() && breaks(v.Float(), limit.Float())
}

// validate asks the structs, inner ones first, and says nothing twice of a
// variable whose value is wrong already.
func validate(v reflect.Value, wrong fault.List, all *fault.List) {
	for i := range v.NumField() {
		if f := v.Field(i); f.Kind() == reflect.Struct && v.Type().Field(i).IsExported() {
			validate(f, wrong, all)
		}
	}
	asked, ok := v.Addr().Interface().(interface{ Validate() error })
	if !ok {
		return
	}
	err := asked.Validate()
	if err == nil {
		return
	}
	faults := fault.All(err)
	if faults == nil {
		faults = []*fault.Error{fault.New(fault.Invalid, "config_refused", err.Error())}
	}
	for _, f := range faults {
		if !slices.ContainsFunc(wrong, func(w *fault.Error) bool { return slices.Equal(w.Path, f.Path) }) {
			all.Add(f)
		}
	}
}
