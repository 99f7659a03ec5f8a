// Package postal knows how addresses are written in each country: which fields
// there are, in which order, which must be filled in, and what a postal code
// looks like. A country that it does not know gets a lenient default.
//
// The facts come from google/libaddressinput (Apache-2.0, see NOTICE); they are
// committed as countries.jsonl in a form of our own.
package postal

//go:generate go run ../../tools/postalgen ${SOUK_TEST_DATA}/countryinfo.txt countries.jsonl
