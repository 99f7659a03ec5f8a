package config

import (
	"fmt"
	"io"
	"net/url"
	"reflect"
	"strings"
	"time"
)

// Variable is one thing that can be configured.
type Variable struct {
	Name     string
	Value    string // as it may be shown
	Default  string
	Doc      string
	OneOf    []string
	Required bool
	secret   string
}

// Secret reports whether the value is kept from view, wholly or in part.
func (v Variable) Secret() bool { return v.secret != "" }

func (v Variable) choices() string {
	names := make([]string, len(v.OneOf))
	for i, name := range v.OneOf {
		names[i] = or(name, "(empty)")
	}
	return strings.Join(names, ", ")
}

// Variables lists what the struct that cfg points at wants, in its order, with
// the values it holds.
func Variables(cfg any) []Variable {
	fields := walk(reflect.ValueOf(cfg).Elem())
	all := make([]Variable, len(fields))
	for i, f := range fields {
		all[i] = f.Variable
		all[i].Value = shown(f.secret, f.into)
	}
	return all
}

func shown(secret string, v reflect.Value) string {
	text := plain(v)
	switch {
	case text == "" || secret == "":
		return text
	case secret == "url":
		return withoutPassword(text)
	}
	return "[masked]"
}

func plain(v reflect.Value) string {
	switch value := v.Interface().(type) {
	case time.Duration:
		return value.String()
	case []string:
		return strings.Join(value, ",")
	}
	return fmt.Sprint(v.Interface())
}

// withoutPassword masks what is secret in a URL: its password, there or among
// the parameters. What is no URL is masked as a whole.
func withoutPassword(text string) string {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" {
		return "[masked]"
	}
	q := u.Query()
	for name := range q {
		if strings.Contains(strings.ToLower(name), "password") {
			q.Set(name, "xxxxx")
			u.RawQuery = q.Encode()
		}
	}
	return u.Redacted()
}

// Print writes the effective configuration, one NAME=value on a line, without
// secrets.
func Print(w io.Writer, cfg any) error {
	var b strings.Builder
	for _, v := range Variables(cfg) {
		fmt.Fprintf(&b, "%s=%s\n", v.Name, v.Value)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// Markdown writes a table of all variables for the documentation.
func Markdown(w io.Writer, cfg any) error {
	var b strings.Builder
	b.WriteString("| Variable | Default | What it says |\n|---|---|---|\n")
	for _, v := range Variables(cfg) {
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", v.Name, v.standard(), strings.ReplaceAll(v.sentence(), "|", "\\|"))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (v Variable) standard() string {
	switch {
	case v.Required:
		return "required"
	case v.Default == "":
		return "–"
	}
	return "`" + v.Default + "`"
}

func (v Variable) sentence() string {
	text := v.Doc
	if v.OneOf != nil {
		text += " (one of " + v.choices() + ")"
	}
	if v.Secret() {
		text += " (secret)"
	}
	return text
}

// Example writes a file that SOUK_CONFIG may name: every variable with its
// default, those that have one commented out.
func Example(w io.Writer, cfg any) error {
	var b strings.Builder
	for _, v := range Variables(cfg) {
		mark := "# "
		if v.Required {
			mark = ""
		}
		fmt.Fprintf(&b, "# %s\n%s%s=%s\n\n", v.sentence(), mark, v.Name, v.Default)
	}
	_, err := io.WriteString(w, strings.TrimSuffix(b.String(), "\n"))
	return err
}
