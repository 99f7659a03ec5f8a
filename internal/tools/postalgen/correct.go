package main

import "strings"

// corrected applies what changed after the source was collected. Old codes stay
// valid, since people still write them.
func corrected(code string, rec record) record {
	switch code {
	case "CO": // six digits since 2011
		rec.Zip = orElse(rec.Zip, `\d{6}`)
	case "IE": // the Eircode came in 2015 and is not required
		rec.Zip, rec.ZipExamples, rec.ZipKind = `[A-Z]\d[\dW][ ]?[\dA-Z]{4}`, "A65 F4E2,D02 AF30,D6W XY00", "eircode"
		rec.Upper = orElse(rec.Upper, "Z")
	case "IN":
		rec.ZipKind = "pin"
	case "KR": // five digits since 2015, dealt out anew, so that zones cannot be told by the old prefixes
		rec.Zip = `\d{5}|` + rec.Zip
		zips := strings.Split(rec.SubZips, "~")
		for i, zip := range zips {
			zips[i] = `\d{5}|` + zip
		}
		rec.SubZips = strings.Join(zips, "~")
	case "TW": // three more digits since 2020
		rec.Zip = `\d{3}(\d{2,3})?`
	}
	return rec
}
