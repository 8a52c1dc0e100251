// SPDX-License-Identifier: BSL-1.0
// The guided tours. A step performs `does` (commands, or what makes them from the last answer),
// again and again until `until(answer)` is true, and then shows its caption. The test walks through
// all of them.
"use strict";

const moved = (a) => a.syncmap.stats.moved;
const amended = (a) => a.syncmap.stats.amended;
const last_topics = (a) => a.steps.at(-1).syncmap.map((s) => s.topic);
const copied = (a) => a.steps.at(-1).classic.some((s) => s.topic === "copied");
const state_of = (a, key) => (a.classic.read.find((e) => e.key === key) || {state: "absent"}).state;

/// A key that is in dirty, because its bucket has moved.
function a_moved_key(a) {
  for (const bucket of a.syncmap.dirty.buckets)
    for (const part of bucket.chain)
      for (const slot of part.slots) if (slot.key !== "") return slot.key;
  return "1";
}

const tours = [
  {
    id: "start",
    title: "start here",
    start: {entries: "numbers", hash: "good", seed: 1},
    steps: [
      {does: [{op: "store", key: "17", value: "5"}], until: (a) => a.syncmap.stats.size === 1,
        say: "A key has been stored: 17, the green field. It is in the map's table, which is one bucket so far: a " +
          "row with room for 14 entries. Under the key is a byte of its hash, which is compared first."},
      {does: [{op: "fill", count: 79}], until: (a) => a.syncmap.stats.buckets === 8 && !amended(a),
        say: "79 more, and the table has grown to 8 buckets. A key's hash says in which of them it is, so a " +
          "load looks at one bucket, however many there are."},
      {does: [{op: "fill", count: 1}], until: amended,
        say: "One more is one too many for 8 buckets. Many maps would move everything now, while all threads wait. " +
          "Here an empty table of 16 buckets is made, and a few buckets move to it: the grey ones have moved."},
      {does: [{op: "fill", count: 1}], until: (a) => !amended(a),
        say: "Each further write has moved a few more, and with the last of them the larger table has taken the " +
          "smaller one's place. No call has done more than its share."},
      {does: [{op: "load", key: "17"}], until: (a) => a.steps.at(-1).name.startsWith("load"),
        say: "A load takes no lock and waits for nobody: it looks at the one bucket with a blue frame, finds the " +
          "byte of the hash, compares the key, and has the value."},
      {does: [{op: "erase", key: "17"}], until: (a) => a.steps.at(-1).name.startsWith("erase"),
        say: "Erased: its place is free for another key, red until then. That was the tour. The others show more, " +
          "and the buttons do whatever you like."},
    ],
  },
  {
    id: "promotion",
    title: "how a table grows",
    start: {entries: "numbers", hash: "good", seed: 1},
    steps: [
      {does: [{op: "fill", count: 80}], until: (a) => a.syncmap.stats.buckets === 8 && !amended(a),
        say: "80 keys in 8 buckets of read: as full as a table gets, 10 entries a bucket. Each " +
          "key went straight into read."},
      {does: [{op: "fill", count: 1}], until: amended,
        say: "One more. An empty table with twice the buckets is allocated: dirty. The same " +
          "write moved the first buckets there. They are grey now; the other ones are still " +
          "true where they are."},
      {does: [{op: "fill", count: 1}], until: (a) => moved(a) > 2,
        say: "Each further write moves its own bucket, if that has not moved, and then up to " +
          "two more. No write does more than that, however large the map is."},
      {does: [{op: "fill", count: 1}], until: (a) => !amended(a),
        say: "The write that moved the last bucket has promoted dirty: it is read now, by one " +
          "compare-and-swap of a pointer. The old table is retired. The classic map has been " +
          "collecting new keys in its dirty all the time, and every load of one of them takes " +
          "its mutex."},
    ],
  },
  {
    id: "miss",
    title: "loads while it grows",
    start: {entries: "numbers", hash: "good", seed: 2},
    steps: [
      {does: [{op: "fill", count: 81}], until: amended,
        say: "The 81st key has made a successor, and some buckets of read have moved to it."},
      {does: (a) => [{op: "load", key: a_moved_key(a)}],
        until: (a) => last_topics(a).includes("miss"),
        say: "A load found its bucket moved, and asked the heir in dirty: a miss. It paid for " +
          "it by moving one bucket more, without waiting for anybody."},
      {does: (a) => [{op: "load", key: a_moved_key(a)}], until: (a) => !amended(a),
        say: "So misses bring their own end: each has moved a bucket, and the last one has " +
          "promoted dirty. In the classic map a miss is only counted, and as many as dirty has " +
          "entries are needed."},
      {does: [{op: "load", key: "1"}], until: (a) => !last_topics(a).includes("miss"),
        say: "From now on a load looks at one bucket of read again, and at nothing else."},
    ],
  },
  {
    id: "expunged",
    tab: "classic",
    title: "Go's expunged entries",
    start: {entries: "numbers", hash: "good", seed: 1},
    steps: [
      {does: [1, 2, 3].map((n) => ({op: "store", key: String(n), value: String(10 * n)})),
        until: (a) => a.classic.amended,
        say: "Three new keys. In the classic map they are in dirty only, and read is amended."},
      {does: [{op: "for each"}], until: (a) => !a.classic.amended,
        say: "A walk over all entries promotes dirty. The classic map has no dirty now, and " +
          "loads of all keys need no mutex."},
      {does: [{op: "erase", key: "2"}], until: (a) => state_of(a, "2") === "nil",
        say: "Erasing 2 makes its entry nil; the key stays in read, as read never loses one. " +
          "In syncmap a slot is dead, and can be used again."},
      {does: [{op: "store", key: "4", value: "40"}], until: (a) => state_of(a, "2") === "expunged",
        say: "A new key needs a dirty, which begins as a copy of read. 2 is left out of the " +
          "copy, and to say so its entry becomes expunged. syncmap has the new key in read, " +
          "and no copy."},
      {does: [{op: "store", key: "2", value: "21"}], until: (a) => state_of(a, "2") === "live",
        say: "2 is stored again. Only because it was expunged, and not nil, this store knows " +
          "that it must put the entry into dirty too; or the next promotion would lose it."},
      {does: [{op: "load", key: "4"}], until: (a) => !a.classic.amended,
        say: "Loads of 4 ask dirty. With as many misses as dirty has entries it is promoted, " +
          "and all four keys are in read."},
    ],
  },
  {
    id: "dead",
    title: "an erased key's place",
    start: {entries: "words", hash: "good", seed: 1},
    steps: [
      {does: [{op: "fill", count: 9}], until: (a) => a.syncmap.stats.size === 9,
        say: "Nine strings in the one bucket of a small map. Each slot points to a node with " +
          "the key, the hash and the value."},
      {does: [1, 2, 3, 4, 5].map((n) => ({op: "erase", key: "k" + n})),
        until: (a) => a.syncmap.stats.size === 4,
        say: "Five are erased. Their slots are dead, and their nodes are retired: a reader may " +
          "still be looking at them."},
      {does: [{op: "fill", count: 5}], until: (a) => a.syncmap.stats.size === 9,
        say: "Five new keys. Slots that were never used are taken first."},
      {does: [{op: "fill", count: 1}],
        until: (a) => a.syncmap.read.buckets[0].chain[0].version === 1,
        say: "Now there is none left, and a dead one is used again. The bucket's version is " +
          "one more, by which readers tell the slot's two lives apart."},
      {does: [{op: "reclaim"}], until: (a) => a.syncmap.stats.retired === 0,
        say: "reclaim() waits until nobody can see what has been retired, and destroys it. " +
          "Without it, later writes do that by and by."},
    ],
  },
  {
    id: "overflow",
    title: "keys that collide",
    start: {entries: "numbers", hash: "poor", seed: 1},
    steps: [
      {does: [{op: "fill", count: 14}], until: (a) => a.syncmap.stats.size === 14,
        say: "A hash function that gives all keys the same hash: one bucket gets them all, and " +
          "has no free slot now. All tags are the same, too."},
      {does: [{op: "fill", count: 1}], until: (a) => a.syncmap.stats.overflow > 0,
        say: "One more: an overflow bucket is chained to the full one."},
      {does: [{op: "load", key: "15"}], until: () => true,
        say: "A load searches the bucket, and then its chain. With a hash function that " +
          "spreads keys this is rare."},
      {does: [{op: "fill", count: 10}], until: (a) => a.syncmap.stats.promotions >= 2,
        say: "Larger tables are of no use to keys like these: they have moved, all to one " +
          "bucket again. The results stay right, but each call is as slow as the chain is long."},
    ],
  },
  {
    id: "copy",
    tab: "classic",
    title: "the copy that syncmap does not make",
    start: {entries: "numbers", hash: "good", seed: 1},
    steps: [
      {does: [{op: "fill", count: 60}, {op: "for each"}], until: (a) => !a.classic.amended,
        say: "60 keys, and a walk over them, so that they are in the classic map's read."},
      {does: [{op: "fill", count: 1}], until: copied,
        say: "One new key, and the classic map copies the other 60 first, under its mutex. " +
          "With a million keys it would have copied a million. syncmap has put it into a slot " +
          "of its bucket."},
      {does: [{op: "for each"}, {op: "fill", count: 1}],
        until: copied,
        say: "After each promotion the next new key copies everything again. syncmap's tables " +
          "change once in a while too, but move a few buckets at a time."},
    ],
  },
];
