// SPDX-License-Identifier: BSL-1.0
//
// Epochs (epoch.hpp): how a writer learns that no reader can still see what it has unlinked.
//
// A reader's section stores the epoch in `section` (`active` in the code) and, at the end, 0. It does not fence: its stores lie for
// a while in the store buffer of its processor, where nobody else sees them, while its loads go on. That
// may hide a section from a writer which looks at `section`; so a writer first empties all the buffers, by
// membarrier, between unlinking and looking. To be included, with THREADS defined; the first THREADS
// processes that are created are the readers, and run memory(me) beside them.

#define NEVER 255   /* newer than every epoch: nobody is inside a section */

byte epoch = 1;
byte section[THREADS];   // as others see it: the epoch of the section that a thread is in, 0 outside
byte hazard[THREADS];   // as others see it: the object that a thread has announced, 0 none

mtype = { SECTION, HAZARD };
chan buffer[THREADS] = [3] of { mtype, byte };   // stores on their way to memory, in order (x86: TSO)

inline reach_memory(thread) {
    if
    :: buffer[thread]?[SECTION, _] -> buffer[thread]?SECTION, section[thread]
    :: buffer[thread]?[HAZARD, _] -> buffer[thread]?HAZARD, hazard[thread]
    fi
}

// A thread's oldest store reaches memory whenever it likes.
proctype memory(byte thread) {
end:
    do
    :: d_step { nempty(buffer[thread]) -> reach_memory(thread) }
    od
}

inline enter(me, now) {
    now = epoch;                    // (E1)
    buffer[me]!SECTION, now;         // (E2)
    printf("reader %d: enters a section in epoch %d\n", me, now)
}
inline leave(me) {
    printf("reader %d: leaves its section\n", me);
    buffer[me]!SECTION, 0            // (E3)
}

// A number for all that the caller has unlinked so far. Whoever enters later gets a larger one.
inline stamp(result, i) {
    d_step { result = epoch; epoch++ }   // (E4)
    printf("writer: takes stamp %d\n", result);
#ifndef DEFECT_NO_MEMBARRIER
    i = 0;                               // (E5) one processor after the other
    do
    :: d_step {
        i < THREADS ->
        do
        :: nempty(buffer[i]) -> reach_memory(i)
        :: empty(buffer[i]) -> break
        od;
        i++
    }
    :: i == THREADS -> break
    od;
    i = 0
#endif
}

// The oldest epoch in which somebody is inside a section: one record after the other, while they change.
inline oldest(result, i) {
    result = NEVER;
    i = 0;
    do
    :: d_step {
        i < THREADS ->
        if
        :: section[i] != 0 && section[i] < result -> result = section[i]   // (E6)
        :: else
        fi;
        i++
    }
    :: i == THREADS -> break
    od;
    i = 0;
    printf("writer: the oldest section is of epoch %d\n", result)
}
