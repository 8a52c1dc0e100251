// SPDX-License-Identifier: BSL-1.0

// What the Go code in the documents is compiled with: check for hidden code, and run, which calls a block's
// function and compares what it prints.
package main

import (
	"fmt"
	"io"
	"os"
	"runtime"
)

// check ends the program with the line of the document if kept is false.
func check(kept bool) {
	if !kept {
		_, file, line, _ := runtime.Caller(1)
		giveUp(fmt.Sprintf("%s:%d", file, line), "this check fails")
	}
}

// panics tells whether f does.
func panics(f func()) (caught bool) {
	defer func() { caught = recover() != nil }()
	f()
	return false
}

func giveUp(place, why string) {
	fmt.Fprintf(os.Stderr, "%s: %s\n", place, why)
	os.Exit(1)
}

func run(place string, block func(), expected string) {
	printed, err := os.CreateTemp("", "docs")
	if err != nil {
		giveUp(place, err.Error())
	}
	os.Remove(printed.Name())
	terminal := os.Stdout
	os.Stdout = printed
	block()
	os.Stdout = terminal
	printed.Seek(0, io.SeekStart)
	text, err := io.ReadAll(printed)
	if err != nil {
		giveUp(place, err.Error())
	}
	if string(text) != expected {
		giveUp(place, fmt.Sprintf("prints\n%sinstead of\n%s", text, expected))
	}
	fmt.Printf("%s: runs\n", place)
}
