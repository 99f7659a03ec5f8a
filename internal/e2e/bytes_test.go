package e2e_test

import (
	"bytes"
	"compress/zlib"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash/crc32"
	"net/url"
)

// png makes a picture file that says it is width by height and holds rows of
// them.
func png(width, height uint32, rows int) string {
	var pixels bytes.Buffer
	w := zlib.NewWriter(&pixels)
	for range rows {
		_, _ = w.Write(make([]byte, 1+3*int(width)))
	}
	_ = w.Close()
	head := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, width), height)
	return "\x89PNG\r\n\x1a\n" + chunk("IHDR", append(head, 8, 2, 0, 0, 0)) + chunk("IDAT", pixels.Bytes()) + chunk("IEND", nil)
}

func chunk(name string, body []byte) string {
	named := append([]byte(name), body...)
	whole := append(binary.BigEndian.AppendUint32(nil, uint32(len(body))), named...)
	return string(binary.BigEndian.AppendUint32(whole, crc32.ChecksumIEEE(named)))
}

func sha(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

func form(pairs ...string) string {
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return v.Encode()
}
