// SPDX-License-Identifier: BSL-1.0
// The buttons: turns them into commands for the core (core/machine.hpp says which there are), and
// has its answers drawn. All that has been done is kept as a list of commands, so going back is
// doing all but the last again.
"use strict";

const maps = ["syncmap", "classic"];
const by_id = (id) => document.getElementById(id);

let ask;                // a command to the core; returns its answer
let start = {};         // the "new" command that it began with
let done = [];          // the commands since
let shown;              // the answer that is drawn
let count_of_steps = 0;  // logged so far
let tour, tour_step;

function set_text(id, text) {
  by_id(id).textContent = text;
  by_id(id).hidden = text === "";
}

function perform(command) {
  const answer = ask(command);
  set_text("error", answer.error || "");
  if (answer.error) return false;
  done.push(command);
  show(answer);
  return true;
}

function show(answer) {
  draw(answer, shown);
  for (const which of maps) log_steps(by_id(which), which, answer.steps, count_of_steps + 1);
  count_of_steps += answer.steps.length;
  shown = answer;
  by_id("back").disabled = done.length === 0;
  document.body.dataset.commands = done.length;
}

function begin(command, commands) {
  start = {op: "new", ...command};
  done = [];
  shown = undefined;
  count_of_steps = 0;
  for (const id of ["entries", "hash", "seed"]) by_id(id).value = start[id];
  for (const log of document.querySelectorAll(".log")) log.replaceChildren();
  set_text("error", "");
  by_id("key").value = start.entries === "words" ? "k17" : "17";
  by_id("value").value = start.entries === "words" ? "v5" : "5";
  show(ask(start));
  commands.forEach(perform);
}

function chosen() {
  const seed = Math.max(0, Math.floor(Number(by_id("seed").value) || 0)) % 2 ** 32;
  return {entries: by_id("entries").value, hash: by_id("hash").value, seed};
}

function restart() {
  end_tour();
  begin(chosen(), []);
}

function clicked(button) {
  const op = button.dataset.op;
  const command = {op};
  if (["store", "load", "erase"].includes(op)) command.key = by_id("key").value.trim();
  if (op === "store") command.value = by_id("value").value.trim();
  if (["fill", "load random", "erase random", "random", "reserve"].includes(op)) {
    command.count = Number(button.dataset.count || by_id("count").value);
    if (!Number.isInteger(command.count) || command.count < 1)
      return set_text("error", "n is a number from 1.");
  }
  perform(command);
}

// --- tours ---

function press_tour(id) {
  for (const b of document.querySelectorAll("#tours button"))
    b.setAttribute("aria-pressed", b.dataset.tour === id);
}

function begin_tour(which) {
  tour = which;
  tour_step = 0;
  begin(tour.start, []);
  press_tour(tour.id);
  by_id("tour").hidden = false;
  show_tab(tour.tab || "syncmap");
  next_step();
}

function next_step() {
  const step = tour.steps[tour_step];
  for (let i = 0; i === 0 || (!step.until(shown) && i < 100); ++i) {
    const commands = typeof step.does === "function" ? step.does(shown) : step.does;
    if (!commands.every(perform)) break;
  }
  ++tour_step;
  by_id("caption").textContent = step.say;
  by_id("caption").dataset.reached = step.until(shown);
  by_id("next").hidden = tour_step === tour.steps.length;
  by_id("next").textContent = "next (" + tour_step + " of " + tour.steps.length + ")";
}

function end_tour() {
  by_id("tour").hidden = true;
  press_tour("");
}

// --- the beginning ---

function show_tab(which) {
  for (const panel of maps) {
    by_id(panel).classList.toggle("shown", panel === which);
    by_id("tab-" + panel).setAttribute("aria-selected", panel === which);
  }
}

async function main() {
  const core = await load_core();
  const perform_in_core = core.cwrap("perform", "string", ["string"]);
  ask = (command) => JSON.parse(perform_in_core(JSON.stringify(command)));
  for (const t of tours) {
    const button = element("button", "", t.title);
    button.dataset.tour = t.id;
    button.setAttribute("aria-pressed", "false");
    button.addEventListener("click", () => begin_tour(t));
    by_id("tours").append(button);
  }
  for (const b of document.querySelectorAll("button[data-op]"))
    if (b.type !== "submit" || !b.form) b.addEventListener("click", () => clicked(b));
  by_id("one").addEventListener("submit", (event) => {
    event.preventDefault();
    clicked(event.submitter || document.querySelector("button[data-op=store]"));
  });
  by_id("back").addEventListener("click", () => begin(start, done.slice(0, -1)));
  by_id("restart").addEventListener("click", restart);
  for (const id of ["entries", "hash", "seed"]) by_id(id).addEventListener("change", restart);
  by_id("next").addEventListener("click", next_step);
  by_id("stop").addEventListener("click", end_tour);
  for (const which of maps)
    by_id("tab-" + which).addEventListener("click", () => show_tab(which));
  by_id("syncmap").addEventListener("mouseover", show_heirs);
  restart();
  // #TOUR begins with that one, #empty with none.
  if (location.hash !== "#empty")
    begin_tour(tours.find((t) => "#" + t.id === location.hash) || tours[0]);
  document.body.dataset.ready = "yes";
}

main().catch(
  (problem) => set_text("error", "This page needs a browser with WebAssembly. " + problem));
