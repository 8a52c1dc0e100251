// SPDX-License-Identifier: BSL-1.0

package main

// The benchmarks that Go's developers use for sync.Map, with the same names and parameters:
//
//	go test -bench .
//
// bench/go_benchmarks has the same for maps in C++.

import (
	"strconv"
	"sync"
	"testing"
)

const (
	many  = 1023
	few   = 1
	round = many + few
	half  = 128
)

// loop is what one goroutine does; i is its counter.
type loop func(m *sync.Map, pb *testing.PB, i int)

// runPrimed puts the keys [0, count) in, looks each up twice, and runs the loop in all goroutines; each
// begins to count where the one before it cannot get to.
func runPrimed(b *testing.B, count int, body loop) {
	var m sync.Map
	for i := range count {
		m.LoadOrStore(i, i)
	}
	for i := range 2 * count {
		m.Load(i % count)
	}
	var guard sync.Mutex
	started := 0
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		guard.Lock()
		first := started * b.N
		started++
		guard.Unlock()
		body(&m, pb, first)
	})
}

func hitOrUnique(i, hits int) int {
	if j := i % round; j < hits {
		return j
	}
	return i
}

func loads(m *sync.Map, pb *testing.PB, i int) {
	for ; pb.Next(); i++ {
		m.Load(i % round)
	}
}

func BenchmarkLoadMostlyHits(b *testing.B)   { runPrimed(b, many, loads) }
func BenchmarkLoadMostlyMisses(b *testing.B) { runPrimed(b, few, loads) }

func BenchmarkLoadOrStoreBalanced(b *testing.B) {
	runPrimed(b, half, func(m *sync.Map, pb *testing.PB, i int) {
		for ; pb.Next(); i++ {
			if j := i % (2 * half); j < half {
				m.LoadOrStore(j, i)
			} else {
				m.LoadOrStore(i, i)
			}
		}
	})
}

func BenchmarkLoadOrStoreUnique(b *testing.B) {
	runPrimed(b, 0, func(m *sync.Map, pb *testing.PB, i int) {
		for ; pb.Next(); i++ {
			m.LoadOrStore(i, i)
		}
	})
}

func BenchmarkLoadOrStoreCollision(b *testing.B) {
	runPrimed(b, 1, func(m *sync.Map, pb *testing.PB, _ int) {
		for pb.Next() {
			m.LoadOrStore(0, 0)
		}
	})
}

func BenchmarkLoadAndDeleteBalanced(b *testing.B) {
	runPrimed(b, half, func(m *sync.Map, pb *testing.PB, i int) {
		for ; pb.Next(); i++ {
			if j := i % (2 * half); j < half {
				m.LoadAndDelete(j)
			} else {
				m.LoadAndDelete(i)
			}
		}
	})
}

func BenchmarkLoadAndDeleteUnique(b *testing.B) {
	runPrimed(b, 0, func(m *sync.Map, pb *testing.PB, i int) {
		for ; pb.Next(); i++ {
			m.LoadAndDelete(i)
		}
	})
}

func BenchmarkLoadAndDeleteCollision(b *testing.B) {
	runPrimed(b, 1, func(m *sync.Map, pb *testing.PB, _ int) {
		for pb.Next() {
			if _, was := m.LoadAndDelete(0); was {
				m.Store(0, 0)
			}
		}
	})
}

func BenchmarkRange(b *testing.B) {
	runPrimed(b, round, func(m *sync.Map, pb *testing.PB, _ int) {
		for pb.Next() {
			m.Range(func(_, _ any) bool { return true })
		}
	})
}

func BenchmarkAdversarialAlloc(b *testing.B) {
	runPrimed(b, 0, func(m *sync.Map, pb *testing.PB, i int) {
		stores, sinceStore := 0, 0
		for ; pb.Next(); i++ {
			m.Load(i)
			if sinceStore++; sinceStore > stores {
				m.LoadOrStore(i, stores)
				sinceStore = 0
				stores++
			}
		}
	})
}

func BenchmarkAdversarialDelete(b *testing.B) {
	runPrimed(b, round, func(m *sync.Map, pb *testing.PB, i int) {
		for ; pb.Next(); i++ {
			m.Load(i)
			if i%round == 0 {
				m.Range(func(key, _ any) bool {
					m.Delete(key)
					return false
				})
				m.Store(i, i)
			}
		}
	})
}

func BenchmarkDeleteCollision(b *testing.B) {
	runPrimed(b, 1, func(m *sync.Map, pb *testing.PB, _ int) {
		for pb.Next() {
			m.Delete(0)
		}
	})
}

func BenchmarkSwapCollision(b *testing.B) {
	runPrimed(b, 1, func(m *sync.Map, pb *testing.PB, _ int) {
		for pb.Next() {
			m.Swap(0, 0)
		}
	})
}

func swaps(hits int) loop {
	return func(m *sync.Map, pb *testing.PB, i int) {
		for ; pb.Next(); i++ {
			if j := i % round; j < hits {
				m.Swap(j, j)
			} else {
				m.Swap(i, i)
				m.Delete(i)
			}
		}
	}
}

func BenchmarkSwapMostlyHits(b *testing.B)   { runPrimed(b, many, swaps(many)) }
func BenchmarkSwapMostlyMisses(b *testing.B) { runPrimed(b, few, swaps(few)) }

func BenchmarkCompareAndSwapCollision(b *testing.B) {
	runPrimed(b, 1, func(m *sync.Map, pb *testing.PB, _ int) {
		for pb.Next() {
			if m.CompareAndSwap(0, 0, 42) {
				m.CompareAndSwap(0, 42, 0)
			}
		}
	})
}

func BenchmarkCompareAndSwapNoExistingKey(b *testing.B) {
	runPrimed(b, 0, func(m *sync.Map, pb *testing.PB, i int) {
		for ; pb.Next(); i++ {
			m.CompareAndSwap(i, 0, 0)
		}
	})
}

func BenchmarkCompareAndSwapValueNotEqual(b *testing.B) {
	runPrimed(b, 1, func(m *sync.Map, pb *testing.PB, _ int) {
		for pb.Next() {
			m.CompareAndSwap(0, 1, 2)
		}
	})
}

func compareAndSwaps(hits int) loop {
	return func(m *sync.Map, pb *testing.PB, i int) {
		for ; pb.Next(); i++ {
			v := hitOrUnique(i, hits)
			m.CompareAndSwap(v, v, v)
		}
	}
}

func BenchmarkCompareAndSwapMostlyHits(b *testing.B) { runPrimed(b, many, compareAndSwaps(many)) }
func BenchmarkCompareAndSwapMostlyMisses(b *testing.B) {
	runPrimed(b, few, compareAndSwaps(few))
}

func BenchmarkCompareAndDeleteCollision(b *testing.B) {
	runPrimed(b, 1, func(m *sync.Map, pb *testing.PB, _ int) {
		for pb.Next() {
			if m.CompareAndDelete(0, 0) {
				m.Store(0, 0)
			}
		}
	})
}

func compareAndDeletes(hits int) loop {
	return func(m *sync.Map, pb *testing.PB, i int) {
		for ; pb.Next(); i++ {
			v := hitOrUnique(i, hits)
			if m.CompareAndDelete(v, v) {
				m.Store(v, v)
			}
		}
	}
}

func BenchmarkCompareAndDeleteMostlyHits(b *testing.B) {
	runPrimed(b, many, compareAndDeletes(many))
}
func BenchmarkCompareAndDeleteMostlyMisses(b *testing.B) {
	runPrimed(b, few, compareAndDeletes(few))
}

func BenchmarkClear(b *testing.B) {
	runPrimed(b, 0, func(m *sync.Map, pb *testing.PB, i int) {
		for ; pb.Next(); i++ {
			m.Clear()
			m.Store(i%(2*half), i%(2*half))
		}
	})
}

// The benchmarks of the HashTrieMap beneath sync.Map: here through sync.Map, as everybody else uses it.

func binaryNumbers(count int) []string {
	list := make([]string, count)
	for i := range list {
		list[i] = strconv.FormatInt(int64(i), 2)
	}
	return list
}

func trieLoads(b *testing.B, count int) {
	keys := binaryNumbers(count)
	var m sync.Map
	for i, key := range keys {
		m.LoadOrStore(key, i)
	}
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for i := 0; pb.Next(); {
			m.Load(keys[i])
			if i++; i == len(keys) {
				i = 0
			}
		}
	})
}

func trieLoadOrStores(b *testing.B, count int) {
	keys := binaryNumbers(count)
	var m sync.Map
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for i := 0; pb.Next(); {
			m.LoadOrStore(keys[i], i)
			if i++; i == len(keys) {
				i = 0
			}
		}
	})
}

func BenchmarkHashTrieMapLoadSmall(b *testing.B)        { trieLoads(b, 8) }
func BenchmarkHashTrieMapLoad(b *testing.B)             { trieLoads(b, 128) }
func BenchmarkHashTrieMapLoadLarge(b *testing.B)        { trieLoads(b, 128<<10) }
func BenchmarkHashTrieMapLoadOrStore(b *testing.B)      { trieLoadOrStores(b, 128) }
func BenchmarkHashTrieMapLoadOrStoreLarge(b *testing.B) { trieLoadOrStores(b, 128<<10) }
