package loader_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/souk-commerce/souk/graph/loader"
)

func TestLoad_readsEqualAndDifferentKeysOfOneMomentTogether(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var batches [][]int
	l := loader.New(50*time.Millisecond, func(_ context.Context, keys []int) (map[int]string, error) {
		mu.Lock()
		defer mu.Unlock()
		batches = append(batches, keys)
		return map[int]string{1: "one", 2: "two"}, nil
	})
	var wg sync.WaitGroup
	for i := range 300 {
		wg.Go(func() {
			v, ok, err := l.Load(context.Background(), i%3)
			if err != nil || ok != (i%3 != 0) || ok && v == "" {
				t.Errorf("%d: %q %v %v", i%3, v, ok, err)
			}
		})
	}
	wg.Wait()
	slices.Sort(batches[0])
	if len(batches) != 1 || !slices.Equal(batches[0], []int{0, 1, 2}) {
		t.Errorf("%v", batches)
	}
}

func TestAll_keepsTheOrderAndLeavesOutWhatIsGone(t *testing.T) {
	t.Parallel()
	l := loader.New(loader.Wait, func(context.Context, []int) (map[int]string, error) {
		return map[int]string{1: "one", 3: "three"}, nil
	})
	got, err := l.All(context.Background(), []int{3, 2, 1, 3})
	if err != nil || !slices.Equal(got, []string{"three", "one", "three"}) {
		t.Errorf("%v, %v", got, err)
	}
}

func TestLoad_keepsNothing(t *testing.T) {
	t.Parallel()
	n := 0
	l := loader.New(loader.Wait, func(context.Context, []int) (map[int]int, error) { n++; return map[int]int{1: n}, nil })
	for want := 1; want <= 2; want++ {
		if got, _, _ := l.Load(context.Background(), 1); got != want {
			t.Errorf("%d, want %d", got, want)
		}
	}
}

func TestOptional_tellsNothingFromFailure(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	l := loader.New(loader.Wait, func(context.Context, []int) (map[int]int, error) { return nil, broken })
	if v, err := l.Optional(context.Background(), nil); v != nil || err != nil {
		t.Errorf("%v, %v", v, err)
	}
	one := 1
	if _, err := l.Optional(context.Background(), &one); !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
}
