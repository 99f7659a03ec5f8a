package combine_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/platform/combine"
)

var roomy = combine.Config{Queue: 100, Batch: 100, Limit: time.Minute}

// desk decides by adding to what is there, and notes its batches. While its door
// is shut a decision does not end.
type desk struct {
	mu      sync.Mutex
	batches [][]int
	done    int // questions whose effect lasts
	door    chan struct{}
	judge   func(batch []int) error
}

func (d *desk) decide(_ context.Context, batch []int, _ bool) ([]combine.Answer[string], error) {
	if d.door != nil {
		<-d.door
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.batches = append(d.batches, slices.Clone(batch))
	if d.judge != nil {
		if err := d.judge(batch); err != nil {
			return nil, err
		}
	}
	d.done += len(batch)
	answers := make([]combine.Answer[string], len(batch))
	for i, q := range batch {
		answers[i] = combine.Answer[string]{Value: fmt.Sprint("answer to ", q)}
		if q < 0 {
			answers[i] = combine.Answer[string]{Err: fmt.Errorf("refused %d", q)}
		}
	}
	return answers, nil
}

// crowd asks in a known order while the first question is being decided, then
// opens the door, and gives what each heard.
func crowd(t *testing.T, c *combine.Combiner[int, string], d *desk, keys []int64, questions []int) []combine.Answer[string] {
	t.Helper()
	d.door = make(chan struct{})
	heard := make([]combine.Answer[string], len(questions))
	var all sync.WaitGroup
	for i, q := range questions {
		all.Go(func() { heard[i].Value, heard[i].Err = c.Do(t.Context(), keys[i], q) })
		synctest.Wait()
	}
	close(d.door)
	all.Wait()
	return heard
}

func numbers(n int) (keys []int64, questions []int) {
	for i := range n {
		keys, questions = append(keys, int64(i)), append(questions, i)
	}
	return keys, questions
}

func TestDo_whatArrivesMeanwhileIsOneBatchInOrderOfArrival(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &desk{}
		keys, questions := numbers(6)
		questions[4] = -4
		heard := crowd(t, combine.New(roomy, d.decide), d, keys, questions)
		if len(d.batches) != 2 || !slices.Equal(d.batches[0], []int{0}) || !slices.Equal(d.batches[1], []int{1, 2, 3, -4, 5}) {
			t.Errorf("batches %v", d.batches)
		}
		for i, a := range heard {
			if q := questions[i]; q >= 0 && (a.Err != nil || a.Value != fmt.Sprint("answer to ", q)) || q < 0 && a.Err == nil {
				t.Errorf("%d heard %v", q, a)
			}
		}
	})
}

func TestDo_batchesAreBoundedAndNobodyOvertakes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &desk{}
		keys, questions := numbers(6)
		keys[3], keys[4] = 1, 1 // the same as the second question
		crowd(t, combine.New(combine.Config{Queue: 100, Batch: 2, Limit: time.Minute}, d.decide), d, keys, questions)
		if got := fmt.Sprint(d.batches); got != "[[0] [1 2] [3 5] [4]]" {
			t.Error(got)
		}
	})
}

func TestDo_refusesWhenTheQueueIsFull(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &desk{}
		keys, questions := numbers(5) // one is being decided, two wait
		heard := crowd(t, combine.New(combine.Config{Queue: 2, Batch: 9, Limit: time.Minute}, d.decide), d, keys, questions)
		for i, a := range heard {
			if full := i > 2; full != errors.Is(a.Err, combine.ErrBusy) {
				t.Errorf("%d heard %v", i, a)
			}
		}
		if d.done != 3 {
			t.Errorf("%d were decided", d.done)
		}
	})
}

// Who gives up in the queue is not decided; who gives up while being decided is,
// and neither keeps the others waiting.
func TestDo_callersMayLeave(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &desk{door: make(chan struct{})}
		c := combine.New(roomy, d.decide)
		leaving, leave := context.WithCancel(t.Context())
		var gone, all sync.WaitGroup
		for i := range 2 { // the first is being decided, the second waits
			gone.Go(func() {
				if _, err := c.Do(leaving, int64(i), i); !errors.Is(err, context.Canceled) {
					t.Errorf("%d heard %v", i, err)
				}
			})
			synctest.Wait()
		}
		all.Go(func() {
			if got, err := c.Do(t.Context(), 9, 9); err != nil || got != "answer to 9" {
				t.Error(got, err)
			}
		})
		synctest.Wait()
		leave()
		gone.Wait()
		close(d.door)
		all.Wait()
		if got := fmt.Sprint(d.batches); got != "[[0] [9]]" {
			t.Error(got)
		}
	})
}

func TestDo_oneThatFailsOrPanicsHarmsNobodyElse(t *testing.T) {
	t.Parallel()
	for name, harm := range map[string]func(){"an error": nil, "a panic": func() { panic("bad question") }} {
		synctest.Test(t, func(t *testing.T) {
			d := &desk{}
			d.judge = func(batch []int) error {
				if !slices.Contains(batch, 3) {
					return nil
				}
				if harm != nil {
					harm()
				}
				return errors.New("bad question")
			}
			keys, questions := numbers(6)
			c := combine.New(roomy, d.decide)
			heard := crowd(t, c, d, keys, questions)
			for i, a := range heard {
				if (i == 3) != (a.Err != nil) {
					t.Errorf("%s: %d heard %v", name, i, a)
				}
			}
			if got, err := c.Do(t.Context(), 1, 7); err != nil || got != "answer to 7" || d.done != 6 {
				t.Errorf("%s: afterwards %q, %v; %d decided", name, got, err, d.done)
			}
		})
	}
}

func TestDo_everybodyLearnsThatTheDatabaseIsAway(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		away := fault.New(fault.Unavailable, "database_down", "away")
		d := &desk{judge: func([]int) error { return away }}
		keys, questions := numbers(6)
		for i, a := range crowd(t, combine.New(roomy, d.decide), d, keys, questions) {
			if !errors.Is(a.Err, away) {
				t.Errorf("%d heard %v", i, a)
			}
		}
		if len(d.batches) != 2 {
			t.Errorf("asked %d times", len(d.batches))
		}
	})
}

func TestDo_manyAtOnceEachHearItsOwn(t *testing.T) {
	t.Parallel()
	d := &desk{}
	c := combine.New(combine.Config{Queue: 1_000, Batch: 16, Limit: time.Minute}, d.decide)
	var all sync.WaitGroup
	for i := range 1_000 {
		all.Go(func() {
			if got, err := c.Do(t.Context(), int64(i%50), i); err != nil || got != fmt.Sprint("answer to ", i) {
				t.Error(i, got, err)
			}
		})
	}
	all.Wait()
	if d.done != 1_000 {
		t.Errorf("%d decided", d.done)
	}
}

// Who gives up while he waits to be decided alone is not decided any more.
func TestDo_callersMayLeaveBeforeTheyAreDecidedAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		gate, decided := make(chan struct{}), make(chan int, 100)
		c := combine.New(roomy, func(_ context.Context, batch []int, alone bool) ([]combine.Answer[string], error) {
			if !alone {
				return nil, errors.New("none of them together")
			}
			<-gate
			decided <- batch[0]
			return []combine.Answer[string]{{Value: "yes"}}, nil
		})
		leaving, leave := context.WithCancel(t.Context())
		var all sync.WaitGroup
		for i := range 10 { // more than are decided alone at a time
			ctx := t.Context()
			if i == 9 {
				ctx = leaving
			}
			all.Go(func() { _, _ = c.Do(ctx, int64(i), i) })
			synctest.Wait()
		}
		leave()
		synctest.Wait()
		close(gate)
		all.Wait()
		synctest.Wait()
		close(decided)
		var heard []int
		for i := range decided {
			heard = append(heard, i)
		}
		if len(heard) != 9 || slices.Contains(heard, 9) {
			t.Errorf("decided %v", heard)
		}
	})
}
