package money

import (
	"strings"
	"testing"
)

// shopCodes are the codes of the shop API's CurrencyCode.
const shopCodes = `
	AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF
	BMD BND BOB BRL BSD BTN BWP BYN BYR BZD CAD CDF CHF CLP CNY COP
	CRC CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS
	GIP GMD GNF GTQ GYD HKD HNL HRK HTG HUF IDR ILS INR IQD IRR ISK
	JEP JMD JOD JPY KES KGS KHR KID KMF KRW KWD KYD KZT LAK LBP LKR
	LRD LSL LTL LVL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK
	MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN
	PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLL SOS SRD
	SSP STD STN SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX
	USD UYU UZS VED VEF VES VND VUV WST XAF XCD XOF XPF XXX YER ZAR
	ZMW`

func TestName_coversEveryCodeOfTheShop(t *testing.T) {
	t.Parallel()
	codes := strings.Fields(shopCodes)
	seen := map[string]Currency{}
	for _, code := range codes {
		c := Currency(code)
		if c.Name() == code || c.Symbol() == "" {
			t.Errorf("%s is called %q, symbol %q", c, c.Name(), c.Symbol())
		}
		if other, twice := seen[c.Name()]; twice {
			t.Errorf("%s and %s are both called %q", c, other, c.Name())
		}
		seen[c.Name()] = c
	}
	if len(named) != len(codes) {
		t.Errorf("%d currencies are named, the shop has %d", len(named), len(codes))
	}
}

func TestSymbol_isNarrowAndFallsBackToTheCode(t *testing.T) {
	t.Parallel()
	for c, want := range map[Currency]string{"USD": "$", "CAD": "$", "EUR": "€", "CHF": "CHF", "QQQ": "QQQ"} {
		if got := c.Symbol(); got != want {
			t.Errorf("%s has the symbol %q, want %q", c, got, want)
		}
	}
}
