package listing

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// statement is SQL under construction. All text in it is written by the
// program; values travel as parameters only.
type statement struct {
	text strings.Builder
	args []any
}

// arg adds a value and gives the text that stands for it. What the database
// cannot hold in a text is taken out of it, whoever sent it.
func (s *statement) arg(v any) string {
	switch text := v.(type) {
	case string:
		v = storable(text)
	case []string:
		clean := make([]string, len(text))
		for i, t := range text {
			clean[i] = storable(t)
		}
		v = clean
	}
	s.args = append(s.args, v)
	return "$" + strconv.Itoa(len(s.args))
}

// storable takes zero bytes and broken UTF-8 out of a text.
func storable(text string) string {
	if utf8.ValidString(text) && strings.IndexByte(text, 0) < 0 {
		return text
	}
	return strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "")
}

// write adds text. Each ? in it stands for one of the values.
func (s *statement) write(text string, values ...any) {
	s.text.WriteString(s.bind(text, values...))
}

// bind gives text with each ? replaced by what stands for its value.
func (s *statement) bind(text string, values ...any) string {
	if len(values) == 0 {
		return text
	}
	var out strings.Builder
	for _, v := range values {
		before, after, _ := strings.Cut(text, "?")
		out.WriteString(before)
		out.WriteString(s.arg(v))
		text = after
	}
	out.WriteString(text)
	return out.String()
}

// trip is one round trip under construction: statements that the server runs
// one after the other in one implicit transaction. A statement may leave the
// ids of its page to those behind it (see page.go).
type trip struct {
	at    Context
	batch pgx.Batch
}

func newTrip(at Context) *trip { return &trip{at: at} }

// read adds a statement; each is called for each of its rows.
func (t *trip) read(s *statement, each func(row pgx.Row) error) {
	t.batch.Queue(s.text.String(), s.args...).Query(func(rows pgx.Rows) error {
		n := 0
		for rows.Next() {
			n++
			if err := each(rows); err != nil {
				return fmt.Errorf("read a row: %w", err)
			}
		}
		if err := rows.Err(); err != nil {
			return err
		}
		if t.at.Spend == nil {
			return nil
		}
		return t.at.Spend(n)
	})
}

// run sends the statements and reads their rows.
func (t *trip) run(ctx context.Context, db *postgres.DB) error {
	if t.batch.Len() == 0 {
		return nil
	}
	return postgres.Fault(db.Conn(ctx).SendBatch(ctx, &t.batch).Close())
}
