package smtp

import (
	"bytes"
	"fmt"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"net/textproto"
	"strings"
	"time"

	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/notify"
)

var errHeader = fault.New(fault.Internal, "mail_header", "a header of a mail would break out of its line")

// compose writes the message as it travels: plain text, and the same as HTML.
func compose(msg notify.Message, to *mail.Address) ([]byte, error) {
	var out bytes.Buffer
	body := multipart.NewWriter(&out)
	headers := [][2]string{
		{"From", msg.From.String()},
		{"To", to.String()},
		{"Subject", mime.QEncoding.Encode("utf-8", msg.Subject)},
		{"Date", msg.Date.UTC().Format(time.RFC1123Z)},
		{"Message-ID", msg.ID},
		{"MIME-Version", "1.0"},
		{"Content-Type", `multipart/alternative; boundary="` + body.Boundary() + `"`},
		{"Content-Language", string(msg.Language)},
		{"Auto-Submitted", "auto-generated"},
	}
	for _, h := range headers {
		// The encodings leave no line break; should one fail, nothing is sent.
		if strings.ContainsAny(h[1], "\x00\r\n") {
			return nil, errHeader
		}
		fmt.Fprintf(&out, "%s: %s\r\n", h[0], h[1])
	}
	out.WriteString("\r\n")
	for _, part := range [][2]string{{"text/plain", msg.Text}, {"text/html", msg.HTML}} {
		if err := writePart(body, part[0], part[1]); err != nil {
			return nil, err
		}
	}
	if err := body.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

func writePart(body *multipart.Writer, kind, content string) error {
	part, err := body.CreatePart(textproto.MIMEHeader{
		"Content-Type":              {kind + "; charset=utf-8"},
		"Content-Transfer-Encoding": {"quoted-printable"},
	})
	if err != nil {
		return err
	}
	w := quotedprintable.NewWriter(part)
	if _, err := w.Write([]byte(content)); err != nil {
		return err
	}
	return w.Close()
}
