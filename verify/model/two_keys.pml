// SPDX-License-Identifier: BSL-1.0
//
// Two keys, each in a bucket of its own, and the store buffers between who writes them and everybody else
// (bucket.hpp, slot.hpp, lock.hpp, find() and write() in engine.hpp): the map is one object, not one a key.
//
// A thread's stores wait in its store buffer, in order, and reach memory whenever they like (x86: TSO). Its
// loads pass them, but for those of the same word, which are read from the buffer. A fence, and every
// read-modify-write, waits until the buffer is empty. A write whose last store is a plain one would return
// while its effect may still be on its way: of two threads that each write a key, and then look for the
// other's, both could come too early. That is why a lock is given back by an exchange.
//
// An entry is flat: the value is in the slot, the bucket's version is bumped before a dead slot is filled
// again, and a load looks at the version before and after. Or, with NODES, the slot points to a node: it is
// set after the tag, which is the moment of insertion, and set to null by an erasure (whether before the tag
// or after it makes no difference), so that a load that has seen the tag of an earlier life is not deceived.
//
// Proved: all calls have one order, the same for all, in which each thread's calls come as it made them, and
// in which a map would have given the same results, and would have the same entries in the end.
// Not here: buckets with several keys (slot_reuse.pml), and processors that reorder more than x86 does.

#ifndef SLOTS
#define SLOTS 1        /* of a bucket */
#endif
#define WRITERS 2
#ifndef READERS
#define READERS 1
#endif
#define THREADS (WRITERS + READERS)
#define KEYS 2
#define CALLS 2        /* of each thread; but if there are two readers, writers do not look for the other key */
#define calls_of(who) (READERS == 2 && who < WRITERS -> 1 : CALLS)

// Memory: the words of the buckets, and then one for each node, its value. What points to a node is its number.
#define WORDS (2 + 2 * SLOTS)
#define LOCK(b) ((b) * WORDS)
#define VERSION(b) ((b) * WORDS + 1)
#define TAG(b, s) ((b) * WORDS + 2 + (s))
#define SLOT(b, s) ((b) * WORDS + 2 + SLOTS + (s))
#define FIRST_NODE (KEYS * WORDS)
byte memory[FIRST_NODE + KEYS + WRITERS];
chan buffer[THREADS] = [5] of { byte, byte };   // stores on their way: to which word, what
hidden byte w, x, i;                            // of no meaning between two steps

#define EMPTY 0        /* tags: all live ones are the same */
#define DEAD 1
#define LIVE 2

// Who calls what, and what it gave: a load the value (0: there was none), an erasure whether there was one.
mtype = { LOAD, PUT, ERASE };
byte call[THREADS * CALLS];
bit key[THREADS * CALLS];
byte value[THREADS * CALLS];
byte before, after;    // the entries in the beginning and in the end: two bits for each key's value
byte finished;
#define NONE 255
#define my(what) what[me * CALLS + n]

inline store(word, what) {
    buffer[me]!word, what
}
inline load(result, word) {   // the newest in the own buffer, which goes round once for that, or memory's
    d_step {
        result = memory[word];
        for (i : 1 .. len(buffer[me])) {
            buffer[me]?w, x;
            buffer[me]!w, x;
            result = (w == word -> x : result)
        }
    }
}
proctype store_buffer(byte me) {
end:
    do
    :: d_step { buffer[me]?w, x -> memory[w] = x; printf("thread %d: word %d = %d reaches memory\n", me, w, x) }
    od
}

inline lock() {
    d_step { empty(buffer[me]) && memory[LOCK(b)] == 0 -> memory[LOCK(b)] = 1 }   // (B4)
}
inline unlock() {   // (B5)
#if defined(DEFECT_WRITE_WITHOUT_FENCE) || defined(DEFECT_FENCE_BEFORE_EFFECT)
    store(LOCK(b), 0)
#else
#ifdef DEFECT_ONLY_INSERTIONS_FENCE
    if
    :: was == LIVE -> store(LOCK(b), 0)
    :: else ->
#endif
    d_step { empty(buffer[me]) -> memory[LOCK(b)] = 0 }
#ifdef DEFECT_ONLY_INSERTIONS_FENCE
    fi
#endif
#endif
}
inline take_effect(word, what) {   // the store by which others see the write
#ifdef DEFECT_FENCE_BEFORE_EFFECT
    empty(buffer[me]);
#endif
    store(word, what)
}

inline look_at_tags() {
    do
    :: s < SLOTS -> load(tags[s], TAG(b, s)); s++    // (B1)
    :: else -> break
    od;
    s = 0
}
// Leaves the value in `found`, 0 for none.
inline find() {
    do
    ::
        load(look, VERSION(b));                      // (B1)
        look_at_tags();
        do
        :: d_step { s < SLOTS && (tags[s] != LIVE || found != 0) -> tags[s] = 0; s++ }
        :: s < SLOTS && tags[s] == LIVE && found == 0 ->
            load(found, SLOT(b, s));                 // (S3), (S8)
#ifdef NODES
            if
            :: found != 0 -> load(found, found)
            :: else                                  // erased, or not inserted yet
            fi;
#endif
            d_step { tags[s] = 0; s++ }
        :: s == SLOTS -> break
        od;
        s = 0;
#if !defined(NODES) && !defined(DEFECT_UNCHECKED)
        if
        :: found != 0 ->
            load(now, VERSION(b));
            if
            :: now != look -> found = 0; now = 0     // looks again
            :: else -> break
            fi
        :: else -> break
        fi
#else
        break
#endif
    od;
    look = 0;
    now = 0
}
// Leaves in `found` whether there may be something.
inline expect() {
    look_at_tags();
    do
    :: d_step { s < SLOTS -> found = found || tags[s] == LIVE; tags[s] = 0; s++ }
    :: s == SLOTS -> break
    od;
    s = 0
}

// What follows is done with the lock held: the own buffer was empty then, so memory is what this thread sees.

inline locate() {   // the slot `s` of the entry, or else one that may be filled; `was` is its tag
    do
    :: s < SLOTS && memory[TAG(b, s)] != LIVE -> s++
    :: else -> break
    od;
    if
    :: s == SLOTS ->
        s = 0;
        do
        :: s < SLOTS - 1 -> s++
        :: break
        od
    :: else
    fi;
    was = memory[TAG(b, s)]
}
#define mine (FIRST_NODE + KEYS + me)   /* the one node that a writer makes */
inline insert(what) {
#ifdef NODES
    memory[mine] = what;                // nobody can see it yet
#if defined(DEFECT_NODE_LOAD_WITHOUT_VERSION) || defined(DEFECT_NODE_BEFORE_TAG)
    store(SLOT(b, s), mine);
    take_effect(TAG(b, s), LIVE)
#else
    store(TAG(b, s), LIVE);             // (B3)
    take_effect(SLOT(b, s), mine)       // (S9)
#endif
#else
#if !defined(DEFECT_NO_BUMP) && !defined(DEFECT_BUMP_AFTER_SLOT)
    if
    :: was == DEAD -> store(VERSION(b), memory[VERSION(b)] + 1)   // (B3)
    :: else
    fi;
#endif
#ifndef DEFECT_TAG_BEFORE_SLOT
    store(SLOT(b, s), what);            // (S4)
#ifdef DEFECT_BUMP_AFTER_SLOT
    if
    :: was == DEAD -> store(VERSION(b), memory[VERSION(b)] + 1)
    :: else
    fi;
#endif
    take_effect(TAG(b, s), LIVE)        // (B3)
#else
    store(TAG(b, s), LIVE);
    take_effect(SLOT(b, s), what)
#endif
#endif
}
inline overwrite(what) {
#ifdef NODES
    take_effect(memory[SLOT(b, s)], what)
#else
    take_effect(SLOT(b, s), what)       // (S4)
#endif
}
inline remove() {
#if defined(NODES) && !defined(DEFECT_NODE_LOAD_WITHOUT_VERSION) && !defined(DEFECT_NODE_KEPT)
    take_effect(SLOT(b, s), 0);         // (S9)
    store(TAG(b, s), DEAD)              // (B3)
#else
    take_effect(TAG(b, s), DEAD)        // (B3)
#endif
}

proctype thread(byte me; byte b; byte what) {
    byte n, s, look, now, found, was, tags[SLOTS];
    do
    :: n < calls_of(me) ->
        if
        :: what == LOAD -> find()
        :: what == PUT -> found = 1
        :: what == ERASE -> expect()   // and does not wait for the lock to say that there is nothing
        fi;
        if
        :: what == LOAD || found == 0
        :: else ->
            atomic {   // stores go to the own buffer, which nobody sees
                lock();
                locate();
                if
                :: what == PUT && was == LIVE -> overwrite(my(value))
                :: what == PUT && was != LIVE -> insert(my(value))
                :: what == ERASE && was == LIVE -> remove()
                :: what == ERASE && was != LIVE -> found = 0
                fi;
                s = 0
            }
            unlock()
        fi;
        d_step {
            if
            :: what == LOAD -> my(value) = found
            :: what == ERASE -> my(value) = found != 0
            :: else
            fi;
            printf("thread %d: %e of key %d: %d\n", me, what, b, my(value));
            n++;
            finished = finished + (n == calls_of(me) -> 1 : 0);
            b = (n == calls_of(me) -> 0 : my(key));
            what = (n == calls_of(me) -> 0 : my(call));
            found = 0;
            was = 0
        }
    :: else -> break
    od
}

// Tries all orders at once. Two bits of `over` for each thread say how many of its calls are over, and
// `possible[over]` has a bit for each set of entries that a map might have then.
#define over_of(who) ((over >> (2 * (who))) & 3)
#define ALL_ENTRIES ((1 << (2 * KEYS)) - 1)
hidden int possible[256];
hidden byte all, over, entries, who, next, had, gets;
inline try_all_orders() {
    all = 0;
    for (who : 0 .. THREADS - 1) {
        all = all + (calls_of(who) << (2 * who))
    }
    for (over : 0 .. all) {
        possible[over] = 0
    }
    possible[0] = 1 << before;
    for (over : 0 .. all - 1) {
        for (entries : 0 .. ALL_ENTRIES) {
            for (who : 0 .. THREADS - 1) {
                if
                :: (possible[over] & (1 << entries)) && over_of(who) < calls_of(who) ->
                    next = who * CALLS + over_of(who);
                    had = (entries >> (2 * key[next])) & 3;
                    if
                    :: call[next] == PUT -> gets = value[next]
                    :: call[next] == LOAD -> gets = (had == value[next] -> had : NONE)
                    :: call[next] == ERASE -> gets = ((had != 0) == value[next] -> 0 : NONE)
                    fi;
                    if
                    :: gets != NONE ->
                        gets = entries - (had << (2 * key[next])) + (gets << (2 * key[next]));
                        possible[over + (1 << (2 * who))] = possible[over + (1 << (2 * who))] | (1 << gets)
                    :: else
                    fi
                :: else
                fi
            }
        }
    }
}
proctype last() {
    d_step {
        finished == THREADS && len(buffer[0]) + len(buffer[1]) + len(buffer[2]) + len(buffer[THREADS - 1]) == 0;
        for (i : 0 .. KEYS - 1) {
            for (x : 0 .. SLOTS - 1) {
                if
                :: memory[TAG(i, x)] == LIVE ->
#ifdef NODES
                    w = memory[memory[SLOT(i, x)]];
#else
                    w = memory[SLOT(i, x)];
#endif
                    after = after + (w << (2 * i))
                :: else
                fi
            }
        }
        for (i : 0 .. FIRST_NODE + KEYS + WRITERS - 1) {
            memory[i] = 0                                    // so that what follows is done once for each outcome
        }
    }
    d_step {
        try_all_orders();
        assert(possible[all] & (1 << after))
    }
}

inline calls(nth, what, which) {
    call[me * CALLS + nth] = what;
    key[me * CALLS + nth] = which
}
init {
    byte me, k;
    atomic {
        for (k : 0 .. KEYS - 1) {
            if
            :: memory[TAG(k, 0)] = (k == 0 -> EMPTY : DEAD)
            ::
                memory[TAG(k, 0)] = LIVE;
                before = before | (1 << (2 * k));
#ifdef NODES
                memory[SLOT(k, 0)] = FIRST_NODE + k;
                memory[FIRST_NODE + k] = 1
#else
                memory[SLOT(k, 0)] = 1
#endif
            fi
        }
        for (me : 0 .. WRITERS - 1) {
            if
            :: k = 0
            :: me != 0 -> k = 1
            fi;
            if
            :: calls(0, PUT, k); value[me * CALLS] = 2 + me
            :: calls(0, ERASE, k)
            fi;
            calls(1, LOAD, 1 - k)
        }
        for (me : WRITERS .. THREADS - 1) {
            if
#if READERS == 1
            :: calls(0, LOAD, 0); calls(1, LOAD, 0)
            :: calls(0, LOAD, 0); calls(1, ERASE, 0)
            :: calls(0, LOAD, 1); calls(1, LOAD, 1)
            :: calls(0, LOAD, 1); calls(1, ERASE, 1)
#endif
            :: me == WRITERS -> calls(0, LOAD, 0); calls(1, LOAD, 1)
            :: me != WRITERS || READERS == 1 -> calls(0, LOAD, 1); calls(1, LOAD, 0)
            fi
        }
        for (me : 0 .. THREADS - 1) {
            run store_buffer(me);
            run thread(me, key[me * CALLS], call[me * CALLS])
        }
        me = 0;
        k = 0;
        run last()
    }
}
