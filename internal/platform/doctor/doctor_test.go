package doctor_test

import (
	"strings"
	"testing"

	"github.com/souk-commerce/souk/internal/platform/doctor"
	"github.com/souk-commerce/souk/internal/testkit"
)

func TestRun_listsTheFirstExceptionsOfEachBrokenCheck(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t, testkit.Empty())
	sound := doctor.Check{ID: "a.sound", Says: "it holds", SQL: `SELECT 1 WHERE false`}
	broken := doctor.Check{ID: "a.broken", Says: "it does not", SQL: `SELECT n AS stock FROM generate_series(1, 25) n`}
	got, err := doctor.Run(t.Context(), db.Pool(), []doctor.Check{sound, broken})
	if err != nil || len(got) != 1 || got[0].Check.ID != "a.broken" {
		t.Fatalf("%v, %v", got, err)
	}
	if len(got[0].Rows) != 10 || !got[0].More || !strings.Contains(got[0].String(), "stock=3") {
		t.Fatalf("told as %s", got[0])
	}
}

func TestRun_aCheckThatCannotBeAskedIsAnError(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t, testkit.Empty())
	_, err := doctor.Run(t.Context(), db.Pool(), []doctor.Check{{ID: "a.typo", SQL: `SELEC 1`}})
	if err == nil || !strings.Contains(err.Error(), "a.typo") {
		t.Fatalf("got %v", err)
	}
}

func TestShape_findsAConstraintThatIsNotValidated(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t, testkit.Empty())
	const sql = `CREATE TABLE n (v int); ALTER TABLE n ADD CONSTRAINT positive CHECK (v > 0) NOT VALID`
	if _, err := db.Pool().Exec(t.Context(), sql); err != nil {
		t.Fatal(err)
	}
	got, err := doctor.Run(t.Context(), db.Pool(), doctor.Shape())
	if err != nil || len(got) != 1 || got[0].Check.ID != "shape.constraints_validated" {
		t.Fatalf("%v, %v", got, err)
	}
	if _, err := db.Pool().Exec(t.Context(), `DROP TABLE n`); err != nil { // the test kit asks too
		t.Fatal(err)
	}
}
