// SPDX-License-Identifier: BSL-1.0
//
// One bucket whose slots are used again and again (bucket.hpp, slot.hpp, find() and bump_for_reuse() in
// engine.hpp): a load that takes no lock is not deceived, even when the version comes round.
//
// A writer, under the bucket's lock, erases a key (its slot's tag becomes DEAD), overwrites its value, or
// inserts it: into a slot that was never used, or a dead one, after it has bumped the bucket's version. A
// load reads the version, the tags, the key, the value, and the version again, all one after the other. If
// the version has changed it looks again. Versions come round, here after 4 instead of 16,384. So a writer
// enters each half of their range only when all sections are over that were open when the last half began.
//
// Proved: a load returns what was true at some moment between its begin and its end, and a KeyEqual that
// must not see half a key (not compare_first) never does. "Not found" needs no second look at the version.
// Not here: overflow buckets (another bucket with a version of its own; a key that finds no slot here is
// not inserted), moving (move.pml), and processors that let loads pass each other.

#ifndef OPERATIONS
#define OPERATIONS 7   /* that all writers may do together */
#endif
#ifndef WRITERS
#define WRITERS 1
#endif
#ifndef SLOTS
#define SLOTS 1
#endif
#define THREADS 1       /* with a section of its own: the reader */
#define VERSIONS 4
#define HALF (VERSIONS / 2)

#include "epochs.pml"

mtype = { EMPTY, DEAD, LIVE };   // tags; all keys have the same, the worst case
#define A 1                      /* the key that is loaded */
#define B 2                      /* another, to disturb */

mtype tag[SLOTS] = EMPTY;        // but for the first slot, see init
byte key_low[SLOTS], key_high[SLOTS], value[SLOTS];   // a key of two words
byte version = HALF - 1;
byte bucket_stamp;
bool locked;

byte operations;
byte truth;     // A's value, 0 while there is none: what an observer who sees everything at once would say
byte legal;     // a bit for each value that the truth has had since the load began
inline note_truth() {
    legal = legal | (1 << truth)
}

inline bump() {
    version = (version + 1) % VERSIONS;
    printf("writer: bumps the version to %d\n", version)
}

inline bump_for_reuse(bumped) {
    boundary = (version + 1) % HALF == 0;
#ifdef DEFECT_ONE_BOUNDARY
    boundary = (version + 1) % VERSIONS == 0;
#endif
#ifdef DEFECT_NO_BOUNDARY
    boundary = false;
#endif
    bumped = true;
    if
    :: boundary ->
        oldest(first, i);
        bumped = first > bucket_stamp
    :: else
    fi;
#ifdef DEFECT_STAMP_BEFORE_BUMP
    if
    :: boundary && bumped -> stamp(bucket_stamp, i)
    :: else
    fi;
#endif
    if
    :: bumped ->
#if !defined(DEFECT_NO_BUMP) && !defined(DEFECT_BUMP_AFTER_WRITE)
        bump();
#endif
#ifndef DEFECT_STAMP_BEFORE_BUMP
        if
        :: boundary -> stamp(bucket_stamp, i)
        :: else
        fi
#endif
    :: else
    fi;
    boundary = false;
    first = 0
}

inline fill(s, k, v) {
    printf("writer: writes key %d and value %d to slot %d\n", k, v, s);
    key_low[s] = k;    // (S2)
    key_high[s] = k;
    value[s] = v       // (S4)
}
inline set_tag(s, t) {
    d_step {
        tag[s] = t;    // (B3)
        if
        :: key_low[s] == A -> truth = (t == LIVE -> value[s] : 0); note_truth()
        :: else
        fi;
        printf("writer: slot %d is %e\n", s, t)
    }
}

// A slot that was never used, or else a dead one, which has another life behind it.
inline choose_slot() {
    s = 0;
    do
    :: s < SLOTS && tag[s] != EMPTY -> s++
    :: else -> break
    od;
    fits = s < SLOTS;
    if
    :: !fits ->
        s = (tag[0] == DEAD -> 0 : SLOTS - 1);
        reuse = tag[s] == DEAD
    :: else
    fi
}
inline insert(k, v) {
    if
    :: reuse -> bump_for_reuse(fits)
    :: else
    fi;
    if
    :: fits ->
#ifndef DEFECT_TAG_BEFORE_SLOT
        fill(s, k, v);
#ifdef DEFECT_BUMP_AFTER_WRITE
        if
        :: reuse -> bump()
        :: else
        fi;
#endif
        set_tag(s, LIVE)
#else
        set_tag(s, LIVE);
        fill(s, k, v)
#endif
    :: else
    fi
}

proctype writer() {
    byte s, k, v, i, first;
    bool boundary, fits, reuse;
    do
    :: atomic {   // only the lock's holder writes what is looked at here, so nobody can tell
        operations < OPERATIONS && !locked ->
        locked = true;
        operations++;
        if
        :: k = A
        :: k = B
        fi;
        // A's values are 1 to 6 in turn, so that an old one is told from a new one. B's is 7.
        v = (k == A -> 1 + operations % 6 : 7);
        do
        :: s < SLOTS && !(tag[s] == LIVE && key_low[s] == k) -> s++
        :: else -> break
        od;
        if
        :: s < SLOTS -> set_tag(s, DEAD); v = 0
        :: s < SLOTS && k == A ->
            d_step { value[s] = v; truth = v; note_truth(); v = 0; printf("writer: overwrites with %d\n", truth) }
        :: s == SLOTS -> choose_slot()
        fi
        }
        if
        :: v != 0 -> insert(k, v)
        :: else
        fi;
        d_step { k = 0; v = 0; s = 0; fits = false; reuse = false; locked = false }
    :: operations == OPERATIONS -> break
    od
}

proctype reader() {
    byte now, s, look, low, high, found;
    mtype tags[SLOTS];
    bool changed;
    d_step { legal = 1 << truth; printf("reader 0: begins to look for key %d\n", A) }
    enter(0, now);
again:
    look = version;                        // (B1)
    printf("reader 0: the version is %d\n", look);
    do
    :: d_step { s < SLOTS -> tags[s] = tag[s]; s++ }   // slots may be in different halves of the group
    :: s == SLOTS -> break
    od;
    s = 0;
    do
    :: s < SLOTS && tags[s] == LIVE ->
        printf("reader 0: finds slot %d live\n", s);
        low = key_low[s];                  // (S1)
        high = key_high[s];
        printf("reader 0: reads key %d %d\n", low, high);
        // A key may be compared before the version is checked only if `==` copes with any bytes.
        if
        :: skip   // compare_first
        ::
#ifndef DEFECT_COMPARE_UNCHECKED
            changed = version != look;
#endif
            assert(changed || low == high)   // what KeyEqual is shown
        fi;
        if
        :: !changed && low == A && high == A ->
            found = value[s];              // (S3)
            printf("reader 0: reads value %d\n", found);
#ifndef DEFECT_UNCHECKED
            changed = version != look;
#endif
            break
        :: changed -> break
        :: else
        fi;
        s++
    :: s < SLOTS && tags[s] != LIVE -> s++
    :: s == SLOTS -> break
    od;
    s = 0;
    d_step { low = 0; high = 0 }
    if
    :: changed -> changed = false; found = 0; goto again
    :: else
    fi;
    d_step {
        printf("reader 0: finds %d (0: nothing)\n", found);
        assert(legal & (1 << found))
    }
    leave(0)
}

init {
    byte i;
    atomic {
        tag[0] = DEAD;   // the bucket has been in use for a while
        run reader();
        run memory(0);
        for (i : 1 .. WRITERS) {
            run writer()
        }
    }
}
