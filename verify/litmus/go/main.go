// SPDX-License-Identifier: BSL-1.0

// Litmus tests of Go's sync.Map, as a control: no forbidden outcome may come up.
//
//	litmus ROUNDS
package main

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
)

// A write of a key whose effect `seen` tells: what was there before is made by `prepare`.
type writing struct {
	name    string
	prepare func(m *sync.Map, key int)
	write   func(m *sync.Map, key int)
	seen    func(m *sync.Map, key int) bool
}

func nothing(*sync.Map, int)      {}
func stored(m *sync.Map, key int) { m.Store(key, 1) }
func present(m *sync.Map, key int) bool {
	_, ok := m.Load(key)
	return ok
}
func absent(m *sync.Map, key int) bool { return !present(m, key) }
func replaced(m *sync.Map, key int) bool {
	v, ok := m.Load(key)
	return ok && v.(int) == 2
}

var writings = []writing{
	{"Store, new", nothing, func(m *sync.Map, key int) { m.Store(key, 2) }, present},
	{"Store", stored, func(m *sync.Map, key int) { m.Store(key, 2) }, replaced},
	{"LoadOrStore", nothing, func(m *sync.Map, key int) { m.LoadOrStore(key, 2) }, present},
	{"Swap", stored, func(m *sync.Map, key int) { m.Swap(key, 2) }, replaced},
	{"CompareAndSwap", stored, func(m *sync.Map, key int) { m.CompareAndSwap(key, 1, 2) }, replaced},
	{"Delete", stored, func(m *sync.Map, key int) { m.Delete(key) }, absent},
	{"LoadAndDelete", stored, func(m *sync.Map, key int) { m.LoadAndDelete(key) }, absent},
	{"CompareAndDelete", stored, func(m *sync.Map, key int) { m.CompareAndDelete(key, 1) }, absent},
}

// What the first and the second thread do in a round with keys x and y, and which of the two results each
// no order of the calls explains.
type shape struct {
	name      string
	threads   [2]func(w *writing, m *sync.Map, x, y int) (bool, bool)
	forbidden func(first, second [2]bool) bool
}

var shapes = []shape{
	{"SB", [2]func(w *writing, m *sync.Map, x, y int) (bool, bool){
		func(w *writing, m *sync.Map, x, y int) (bool, bool) { w.write(m, x); return w.seen(m, y), false },
		func(w *writing, m *sync.Map, x, y int) (bool, bool) { w.write(m, y); return w.seen(m, x), false },
	}, func(first, second [2]bool) bool { return !first[0] && !second[0] }},
	{"MP", [2]func(w *writing, m *sync.Map, x, y int) (bool, bool){
		func(w *writing, m *sync.Map, x, y int) (bool, bool) {
			w.write(m, x)
			w.write(m, y)
			return false, false
		},
		func(w *writing, m *sync.Map, x, y int) (bool, bool) { return w.seen(m, y), w.seen(m, x) },
	}, func(_, second [2]bool) bool { return second[0] && !second[1] }},
	{"CoRR", [2]func(w *writing, m *sync.Map, x, y int) (bool, bool){
		func(w *writing, m *sync.Map, x, y int) (bool, bool) { w.write(m, x); return false, false },
		func(w *writing, m *sync.Map, x, y int) (bool, bool) { return w.seen(m, x), w.seen(m, x) },
	}, func(_, second [2]bool) bool { return second[0] && !second[1] }},
}

const batch = 1000

func try(s *shape, w *writing, rounds int) (forbidden int) {
	var at [2]struct {
		round atomic.Int64
		_     [56]byte
	}
	var results [2][batch][2]bool
	for done := 0; done < rounds; done += batch {
		var m sync.Map
		for key := 0; key < 2*batch; key++ {
			w.prepare(&m, key)
		}
		var both sync.WaitGroup
		for t := 0; t < 2; t++ {
			at[t].round.Store(0)
		}
		for t := 0; t < 2; t++ {
			t := t
			both.Add(1)
			go func() {
				defer both.Done()
				for i := 0; i < batch; i++ {
					at[t].round.Store(int64(i + 1))
					for spins := 0; at[1-t].round.Load() < int64(i+1); spins++ {
						if spins%1000 == 999 {
							runtime.Gosched()
						}
					}
					r := &results[t][i]
					r[0], r[1] = s.threads[t](w, &m, 2*i, 2*i+1)
				}
			}()
		}
		both.Wait()
		for i := range results[0] {
			if s.forbidden(results[0][i], results[1][i]) {
				forbidden++
			}
		}
	}
	return forbidden
}

func main() {
	rounds, err := strconv.Atoi(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, "usage: litmus ROUNDS")
		os.Exit(2)
	}
	total := 0
	for i := range shapes {
		found := 0
		for j := range writings {
			n := try(&shapes[i], &writings[j], rounds/len(shapes)/len(writings))
			if n != 0 {
				fmt.Printf("FORBIDDEN %s, Go's sync.Map, %s: %d rounds\n", shapes[i].name, writings[j].name, n)
			}
			found += n
		}
		fmt.Printf("control: Go's sync.Map, %s: %d cells, %d rounds, %d forbidden outcomes\n",
			shapes[i].name, len(writings), rounds/len(shapes), found)
		total += found
	}
	if total != 0 {
		os.Exit(1)
	}
}
