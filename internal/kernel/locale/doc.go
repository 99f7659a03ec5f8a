// Package locale names the countries and languages of the shop: which are
// valid, what they are called, how they are spelled at the edge, and which
// units a country measures in.
package locale
