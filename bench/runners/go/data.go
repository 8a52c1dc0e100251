// SPDX-License-Identifier: BSL-1.0

package main

// Keys, values and random numbers: the same as in bench/types.hpp and bench/random.hpp.

const golden = 0x9e3779b97f4a7c15

func scrambled(x uint64) uint64 {
	x += golden
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

func digits(i uint64, length int) string {
	const alphabet = "0123456789abcdef"
	text := make([]byte, length)
	bits := scrambled(i)
	for at := range text {
		if at == 16 {
			bits = scrambled(^i)
		}
		text[at] = alphabet[bits>>60]
		bits <<= 4
	}
	return string(text)
}

// kind is a pair of types: how its keys and values are made and looked at.
type kind[K comparable, V any] struct {
	key   func(i uint64) K
	value func(i uint64) V
	first func(v V) uint64
}

var numbers = kind[uint64, uint64]{
	key:   scrambled,
	value: func(i uint64) uint64 { return i + 1 },
	first: func(v uint64) uint64 { return v },
}

var strings = kind[string, string]{
	key:   func(i uint64) string { return digits(i, 16+int(scrambled(i)%9)) },
	value: func(i uint64) string { return digits(^i, 32) },
	first: func(v string) uint64 { return uint64(v[0]) },
}

type random struct{ state uint64 }

func newRandom(seed uint64) *random { return &random{scrambled(seed)} }

func (r *random) next() uint64 {
	r.state += golden
	return scrambled(r.state)
}

func (r *random) below(bound uint64) uint32 { return uint32(r.next() >> 32 * bound >> 32) }

func (r *random) fraction() float64 { return float64(r.next()>>11) / (1 << 53) }
