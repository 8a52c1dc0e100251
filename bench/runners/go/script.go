// SPDX-License-Identifier: BSL-1.0

package main

import "fmt"

// What each thread does: as bench/workload.cpp has it.

type op uint8

const (
	load op = iota
	store
	insert
	erase
)

type script struct {
	keys []uint32 // numbers of keys
	ops  []op
}

type share struct {
	what op
	part float64
}

type workload struct {
	filled uint64 // keys in the map at the beginning
	all    uint64 // number of different keys
	once   bool   // from the beginning to the end and then on a new map; otherwise again and again
	make   func(thread uint64) script
}

func length(keys uint64) int { return int(min(max(2*keys, 1<<16), 1<<22)) }

func shareOf(keys, threads, thread uint64) (first, count uint64) {
	first = keys * thread / threads
	return first, max(1, keys*(thread+1)/threads-first)
}

func newWorkload(name string, keys, threads uint64) (workload, error) {
	seeded := func(thread uint64) *random { return newRandom(keys*1000 + thread) }
	mixture := func(first, count uint64, shares ...share) func(uint64) script {
		return func(thread uint64) script {
			r := seeded(thread)
			s := script{keys: make([]uint32, length(keys)), ops: make([]op, length(keys))}
			for i := range s.keys {
				s.keys[i] = uint32(first) + r.below(count)
			}
			for i := range s.ops {
				s.ops[i] = shares[0].what
				if len(shares) == 1 {
					continue
				}
				dice := r.fraction()
				for _, p := range shares {
					s.ops[i] = p.what
					if dice -= p.part; dice < 0 {
						break
					}
				}
			}
			return s
		}
	}
	switch name {
	case "W1":
		return workload{keys, keys, false, mixture(0, keys, share{load, 1})}, nil
	case "W3":
		return workload{keys, 2 * keys, false, mixture(keys, keys, share{load, 1})}, nil
	case "W4":
		return workload{keys, keys, false, mixture(0, keys, share{load, 0.99}, share{store, 0.01})}, nil
	case "W5":
		return workload{keys, 2 * keys, false,
			mixture(0, 2*keys, share{load, 0.9}, share{insert, 0.05}, share{erase, 0.05})}, nil
	case "W6":
		return workload{keys, keys, false, mixture(0, keys, share{load, 0.5}, share{store, 0.5})}, nil
	case "W7":
		return workload{0, keys, true, func(thread uint64) script {
			first, count := shareOf(keys, threads, thread)
			var s script
			for i := range count {
				s.keys = append(s.keys, uint32(first+i))
				s.ops = append(s.ops, insert)
			}
			return s
		}}, nil
	case "W10":
		return workload{keys, keys, false, func(thread uint64) script {
			first, count := shareOf(keys, threads, thread)
			r := seeded(thread)
			var s script
			for i := 0; i < length(keys); i += 2 {
				k := uint32(first) + r.below(count)
				s.keys = append(s.keys, k, k)
				s.ops = append(s.ops, erase, insert)
			}
			return s
		}}, nil
	}
	return workload{}, fmt.Errorf("no workload %q here", name)
}
