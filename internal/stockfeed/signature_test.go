package stockfeed

import (
	"encoding/base64"
	"testing"
	"time"
)

// The example that libraries of the specification are tested with.
func TestEnvelope_signsAsOthersDo(t *testing.T) {
	t.Parallel()
	secret, err := base64.StdEncoding.DecodeString("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	if err != nil {
		t.Fatal(err)
	}
	e := Envelope{ID: "msg_p5jXN8AQM9LWM0D4loKWxJek", Timestamp: "1614265330", Signature: "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="}
	body := []byte(`{"test": 2432232314}`)
	if refusal := e.check(time.Unix(1614265330, 0)); refusal != nil || !e.signedBy([][]byte{secret}, body) {
		t.Errorf("%v", refusal)
	}
	if e.signedBy([][]byte{secret[1:]}, body) || e.signedBy(nil, body) {
		t.Error("another secret has signed it")
	}
}

func TestSalts_areKeptAsTheyAre(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_700_000_000, 0)
	first := newSalts()
	second := first.rotated(now)
	third := second.rotated(now)
	for _, k := range []salts{first, second, third} {
		if got := saltsOf(k.bytes()); string(got.current) != string(k.current) || string(got.previous) != string(k.previous) || !got.until.Equal(k.until) {
			t.Errorf("%+v became %+v", k, got)
		}
	}
	if string(third.previous) != string(second.current) || string(second.current) == string(first.current) {
		t.Error("rotated to the same")
	}
	if saltsOf([]byte("odd")).current != nil {
		t.Error("what is no salt is one")
	}
}
