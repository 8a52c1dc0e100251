// SPDX-License-Identifier: BSL-1.0
//
// Reclamation (garbage.hpp, epoch.hpp, hazard.hpp): what has been unlinked is destroyed, but not while
// somebody looks at it.
//
// One place links one object. Writers replace it, and retire what was there. Readers look it up inside a
// section; some announce it in a hazard pointer, leave the section, and go on looking, for as long as they
// like. Retired objects go from `fresh` to `waiting` when a stamp is taken for them, to `ready` when all
// sections are newer than the stamp, and are destroyed unless announced. Several threads sweep at once.
//
// Proved: nobody looks at a destroyed object; none is destroyed twice; in the end all have been destroyed.
// Not here: the batches, limits and stripes, which say how soon and how many. A writer is in a section
// too, while it replaces; that only delays the destroying, so it is left out.

#ifndef READERS
#define READERS 1
#endif
#ifndef WRITERS
#define WRITERS 2
#endif
#ifndef OBJECTS
#define OBJECTS 4        /* all but the first replace another, in whichever writer's hands */
#endif
#ifndef LOOKS
#define LOOKS 1          /* by each reader */
#endif
#define THREADS READERS

#include "epochs.pml"

mtype = { UNUSED, LINKED, FRESH, WAITING, READY, ANNOUNCED, IN_HAND, DESTROYED };
mtype state[OBJECTS + 1] = UNUSED;   // objects are numbered from 1
byte current = 1;                    // the linked one
byte used = 1;
bool locked;                         // the bucket
byte finished;

// One stripe of the garbage. Its lists are in `state`. What is done under its lock is one step here.
bool stamping;                 // somebody is getting a stamp for `waiting`
byte waiting_stamp;

inline use(me, object) {
    assert(state[object] != DESTROYED);
    printf("reader %d: looks at object %d\n", me, object)
}

proctype reader(byte me) {
    byte object, now, looks;
    do
    :: looks < LOOKS ->
        looks++;
        enter(me, now);
        object = current;
        use(me, object);
        if
        :: leave(me)
        ::
#ifndef DEFECT_HAZARD_AFTER_SECTION
            buffer[me]!HAZARD, object;   // (H2) inside the section, so seen before its end
            printf("reader %d: announces object %d\n", me, object);
            leave(me);
#else
            leave(me);
            buffer[me]!HAZARD, object;
            printf("reader %d: announces object %d\n", me, object);
#endif
            use(me, object);             // the user's callback: may take an hour
            buffer[me]!HAZARD, 0         // (H3)
        fi;
        object = 0
    :: else -> break
    od;
    finished++
}

// What the garbage's inlines work with: `mine` is what a thread has in hand, `held` what it has found announced.
#define LOCALS \
    bool mine[OBJECTS + 1], held[OBJECTS + 1], take, check, passed; \
    byte s, first, i, o

inline splice(from, to, any, o) {   // any: whether there was something
    any = false;
    for (o : 1 .. OBJECTS) {
        if
        :: state[o] == from -> state[o] = to; any = true
        :: else
        fi
    }
    o = 0
}
inline take_in_hand(from, o) {
    for (o : 1 .. OBJECTS) {
        if
        :: state[o] == from -> state[o] = IN_HAND; mine[o] = true
        :: else
        fi
    }
    o = 0
}
inline look_at_hazards() {
    i = 0;
    do
    :: d_step { i < THREADS -> held[hazard[i]] = true; i++ }   // (H1)
    :: i == THREADS -> break
    od;
    i = 0;
    held[0] = false
}
inline destroy_in_hand() {
    o = 1;
    do
    :: d_step {
        o <= OBJECTS ->
        if
        :: mine[o] && held[o] -> state[o] = ANNOUNCED   // gets another chance with the next stamp
        :: mine[o] && !held[o] ->
            assert(state[o] == IN_HAND);
            state[o] = DESTROYED;
            printf("writer: destroys object %d\n", o)
        :: else
        fi;
        mine[o] = false;
        held[o] = false;
        o++
    }
    :: o > OBJECTS -> break
    od;
    o = 0
}

// Every write does this when it is over.
inline sweep() {
    d_step {
        take = !stamping;
        for (o : 1 .. OBJECTS) {
            take = take && state[o] != WAITING
        }
        o = 0;
        if
        :: take -> splice(FRESH, WAITING, take, o); stamping = take
        :: else
        fi
    }
#ifdef DEFECT_HAZARDS_BEFORE_SECTIONS
    look_at_hazards();
#endif
    if
    :: take ->
        stamp(s, i);
        d_step { waiting_stamp = s; stamping = false; take = false }
    :: else
    fi;
    d_step {
        check = false;
        for (o : 1 .. OBJECTS) {
            check = check || state[o] == WAITING
        }
        o = 0;
        check = check && !stamping;
        s = waiting_stamp
    }
    if
    :: check ->
        oldest(first, i);
#ifndef DEFECT_NOT_NEWER
        passed = s < first
#else
        passed = s <= first
#endif
    :: else -> passed = false
    fi;
    d_step {
#ifndef DEFECT_STALE_STAMP
        passed = passed && s == waiting_stamp && !stamping;   // else `waiting` is not what it was
#endif
        if
        :: passed -> splice(ANNOUNCED, READY, check, o); splice(WAITING, READY, check, o)
        :: else
        fi;
        take_in_hand(READY, o);
        s = 0;
        first = 0;
        check = false;
        passed = false
    }
#ifndef DEFECT_HAZARDS_BEFORE_SECTIONS
    look_at_hazards();   // after the sections: what was announced inside one is seen by now
#endif
    destroy_in_hand()
}

// reclaim(): everything, after waiting until nobody sees it.
inline reclaim() {
    d_step {
        take_in_hand(ANNOUNCED, o);
        take_in_hand(READY, o);
        take_in_hand(WAITING, o);
        take_in_hand(FRESH, o)
    }
    stamp(s, i);
    do
    :: first <= s -> oldest(first, i)
    :: else -> break
    od;
    look_at_hazards();
    destroy_in_hand()
}

proctype writer() {
    LOCALS;
    byte old;
    do
    ::  // Under the bucket's lock, so one step, but for a writer that retires before it unlinks.
        d_step {
            used < OBJECTS && !locked ->
            used++;
            old = current;
            state[used] = LINKED;
#ifdef DEFECT_RETIRE_BEFORE_UNLINK
            state[old] = FRESH;
            locked = true
        }
        d_step {
            locked = false;
#endif
            current = used;
            printf("writer: unlinks object %d\n", old)
        }
#ifndef DEFECT_RETIRE_BEFORE_UNLINK
        state[old] = FRESH;
#endif
        old = 0;
        sweep()
    :: used == OBJECTS -> break
    od;
    finished++
}

proctype last() {
    LOCALS;
    finished == READERS + WRITERS;
    for (i : 0 .. THREADS - 1) {
        empty(buffer[i])
    }
    i = 0;
    reclaim();
    for (o : 1 .. OBJECTS) {
        assert(state[o] == (o == current -> LINKED : DESTROYED))
    }
}

init {
    byte i;
    atomic {
        state[1] = LINKED;
        for (i : 0 .. READERS - 1) {
            run reader(i);
            run memory(i)
        }
        for (i : 1 .. WRITERS) {
            run writer()
        }
        run last()
    }
}
