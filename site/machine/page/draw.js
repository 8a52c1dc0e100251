// SPDX-License-Identifier: BSL-1.0
// Draws what the core says the two maps look like. Nothing here knows how a map works.
"use strict";

const most_logged = 200;      // steps in a log
const most_with_text = 32;    // buckets of a table whose slots have room for text

function element(tag, classes, text) {
  const e = document.createElement(tag);
  if (classes) e.className = classes;
  if (text !== undefined) e.textContent = text;
  return e;
}

function tell(list, sentences) {
  list.replaceChildren(...sentences.map((s) => element("li", "topic-" + s.topic, s.text)));
}

function draw_numbers(panel, pairs) {
  panel.querySelector(".numbers").replaceChildren(...pairs.map(([name, value, hint]) => {
    const pair = element("div");
    pair.title = hint;
    pair.append(element("dt", "", name), element("dd", "", value));
    pair.lastChild.dataset.number = name;
    return pair;
  }));
}

function draw_meter(panel, text, value, max) {
  const meter = panel.querySelector(".meter");
  meter.firstChild.textContent = text;
  meter.lastChild.max = Math.max(max, 1);
  meter.lastChild.value = value;
  meter.classList.toggle("idle", max === 0);
}

// --- syncmap ---

function draw_slot(slot, old) {
  const kind = slot.tag === 0 ? "empty" : slot.tag === 1 ? "dead" : "live";
  const e = element("div", "slot " + kind);
  if (kind === "live") {
    const tag = slot.tag.toString(16).padStart(2, "0");
    e.append(element("b", slot.key.length > 4 ? "long" : "", slot.key), element("i", "", tag));
    e.title = (slot.key === "" ? "moved" : slot.key + " = " + slot.value) + " (tag " + tag + ")";
    e.dataset.key = slot.key;
    e.dataset.value = slot.value;
  } else {
    e.title = kind === "dead" ? "dead: erased" : "never used";
  }
  // With no former self it is in a table, a bucket or a chain that is new as a whole.
  const other_entry = old && slot.key !== "" && (old.key !== slot.key || old.value !== slot.value);
  if (old && (old.tag !== slot.tag || other_entry)) e.classList.add("changed");
  return e;
}

function draw_bucket(index, bucket, old, visited) {
  const e = element("div", "bucket");
  e.dataset.bucket = index;
  e.classList.toggle("moved", bucket.moved);
  e.classList.toggle("unbegun", !bucket.begun);
  e.classList.toggle("visited", visited);
  const just = Boolean(old) && (old.moved !== bucket.moved || old.begun !== bucket.begun);
  e.classList.toggle("just", just);
  const head = element("div", "head");
  head.append(element("span", "index", index));
  const version = bucket.begun ? bucket.chain[0].version : 0;
  if (version !== 0) head.append(element("span", "version", "v" + version));
  if (bucket.moved) {
    head.append(element("span", "heirs", "moved → " + bucket.heirs.join(", ")));
    e.dataset.heirs = bucket.heirs.join(" ");
  }
  if (!bucket.begun) head.append(element("span", "heirs", "nothing has moved here yet"));
  e.append(head);
  // Chains grow at their front, behind the bucket at home.
  const older = old && old.begun ? old.chain : [];
  const grown = bucket.chain.length - older.length;
  bucket.chain.forEach((part, depth) => {
    const was = depth === 0 ? older[0] : depth > grown ? older[depth - grown] : undefined;
    const slots = element("div", depth === 0 ? "slots" : "slots overflow");
    if (depth > 0) slots.title = "an overflow bucket";
    slots.append(...part.slots.map((s, i) => draw_slot(s, was && was.slots[i])));
    if (bucket.begun) e.append(slots);
  });
  return e;
}

function draw_table(name, table, old, visited) {
  const e = element("div", "table " + name);
  const title = element("h3", "", name + " ");
  e.append(title);
  if (!table) {
    const why = name === "read" ? "no table yet" : "no next table: nothing has to move";
    title.append(element("small", "", why));
    return e;
  }
  const count = table.buckets.length;
  const what = name === "read" ? ", where every call begins" : ", the next table, to which they move";
  title.append(element("small", "", count + (count === 1 ? " bucket" : " buckets") + what));
  const buckets = element("div", count > most_with_text ? "buckets dense" : "buckets");
  buckets.append(...table.buckets.map(
    (b, i) => draw_bucket(i, b, old && old.buckets[i], visited.has(i))));
  e.append(buckets);
  return e;
}

/// The same table in the answer before, if it was there: promotions make `read` of `dirty`.
function former(name, now, before) {
  if (!before || now.clears !== before.clears) return undefined;
  const promoted = now.syncmap.stats.promotions - before.syncmap.stats.promotions;
  if (promoted === 0) return before.syncmap[name];
  return promoted === 1 && name === "read" ? before.syncmap.dirty : undefined;
}

function draw_syncmap(panel, now, before) {
  const {read, dirty, stats} = now.syncmap;
  draw_numbers(panel, [
    ["size", stats.size, "entries"],
    ["per bucket", stats.load.toFixed(1), "entries a bucket of read"],
    ["amended", stats.amended ? "yes" : "no", "whether dirty is being filled"],
    ["misses", stats.misses, "loads that have met a moved bucket, since the last clear"],
    ["promotions", stats.promotions, "times that dirty became read, since the last clear"],
    ["overflow", stats.overflow, "overflow buckets in both tables"],
    ["retired", stats.retired, "objects that are unlinked and not yet destroyed"],
    ["bytes", stats.bytes, "of what is retired"],
  ]);
  const progress = stats.moved + " of " + stats.buckets + " buckets have moved";
  draw_meter(panel, stats.amended ? progress : "no bucket has to move",
    stats.moved, stats.amended ? stats.buckets : 0);
  const way = now.steps.length > 0 ? now.steps.at(-1).way : [];
  const visited = (in_dirty) => new Set(way.filter((p) => p[0] === in_dirty).map((p) => p[1]));
  panel.querySelector(".tables").replaceChildren(
    draw_table("read", read, former("read", now, before), visited(false)),
    draw_table("dirty", dirty, former("dirty", now, before), visited(true)));
}

/// Pointing at a moved bucket shows where its entries have gone.
function show_heirs(event) {
  const bucket = event.target.closest(".bucket");
  const heirs = new Set(bucket && bucket.dataset.heirs ? bucket.dataset.heirs.split(" ") : []);
  for (const e of document.querySelectorAll(".table.dirty .bucket"))
    e.classList.toggle("heir", heirs.has(e.dataset.bucket));
}

// --- the classic map ---

function draw_entries(name, entries, others, old, last_key) {
  const e = element("div", "table " + name);
  const title = element("h3", "", name + " ");
  e.append(title);
  if (!entries) {
    title.append(element("small", "", "nil: the next new key will copy read"));
    return e;
  }
  const count = entries.length;
  title.append(element("small", "", count + (count === 1 ? " entry" : " entries")));
  const was = new Map((old || []).map((x) => [x.key, x]));
  const shared = new Set((others || []).map((x) => x.key));
  const box = element("div", "entries");
  box.append(...entries.map((x) => {
    const text = x.state === "live" ? x.key + " = " + x.value : x.key + " " + x.state;
    const chip = element("span", "entry " + x.state, text);
    const o = was.get(x.key);
    chip.dataset.key = x.key;
    chip.classList.toggle("shared", shared.has(x.key));
    chip.classList.toggle("changed", !o || o.state !== x.state || o.value !== x.value);
    chip.classList.toggle("visited", x.key === last_key);
    return chip;
  }));
  e.append(box);
  return e;
}

function draw_classic(panel, now, before) {
  const {read, dirty, amended, misses} = now.classic;
  const size = dirty ? dirty.length : 0;
  const expunged = read.filter((e) => e.state === "expunged").length;
  draw_numbers(panel, [
    ["len(read)", read.length, "entries in read, in whatever state"],
    ["len(dirty)", dirty ? size : "-", "entries in dirty"],
    ["amended", amended ? "yes" : "no", "whether dirty has keys that read lacks"],
    ["misses", misses, "since the last promotion"],
    ["expunged", expunged, "entries of read that dirty lacks"],
  ]);
  const progress = "misses: " + misses + " of the " + size + " that promote dirty";
  draw_meter(panel, amended ? progress : "not amended: nothing is a miss",
    misses, amended ? size : 0);
  const old = before ? before.classic : undefined;
  const last_key = now.steps.length > 0 ? now.steps.at(-1).key : undefined;
  panel.querySelector(".tables").replaceChildren(
    draw_entries("read", read, dirty, old && old.read, last_key),
    draw_entries("dirty", dirty, read, old && old.dirty, last_key));
}

// --- both ---

function draw_story(panel, which, steps) {
  const last = steps.at(-1);
  panel.querySelector(".name").textContent = last ? last.name : "an empty map";
  tell(panel.querySelector(".story"), last ? last[which] : []);
}

function log_steps(panel, which, steps, first) {
  const log = panel.querySelector(".log");
  steps.forEach((step, i) => {
    const e = element("li");
    e.value = first + i;
    e.append(element("b", "", step.name), element("ul"));
    tell(e.lastChild, step[which]);
    log.prepend(e);
  });
  while (log.childElementCount > most_logged) log.lastChild.remove();
}

/// `before`: the answer that was drawn last, or nothing after a new start.
function draw(now, before) {
  for (const [which, draw_tables] of [["syncmap", draw_syncmap], ["classic", draw_classic]]) {
    const panel = document.getElementById(which);
    draw_story(panel, which, now.steps);
    draw_tables(panel, now, before);
  }
  document.getElementById("disagree").hidden = now.agree;
}
