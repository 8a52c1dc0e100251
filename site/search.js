// SPDX-License-Identifier: BSL-1.0
//
// The search field: looks for all words that are typed in the index that finish.py has made of the reference and
// the documents. Works without a server. A page opened with ?q=WORDS searches at once.
"use strict";

const site = new URL(".", document.currentScript.src); // pages below it have the search, too
const field = document.getElementById("search");
const list = document.getElementById("found");
let index = null; // entries: [title, what it is in, address, text], set by search-index.js

function load(then) {
    if (index) {
        then();
        return;
    }
    const script = document.createElement("script");
    script.src = new URL("search-index.js", site);
    script.onload = () => {
        index = search_index.map((entry) => [...entry, entry[0].toLowerCase(), entry[3].toLowerCase()]);
        then();
    };
    document.head.append(script);
}

// Whether a text has a word as a whole, not as a part of another one.
function has_word(text, word) {
    const is_letter = (c) => c !== undefined && /[\p{L}\p{N}_]/u.test(c);
    for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1))
        if (!is_letter(text[at - 1]) && !is_letter(text[at + word.length])) return true;
    return false;
}

// How well an entry fits; 0 if a word is missing. Titles count more than text, whole words more than parts.
function score(entry, words) {
    const [, , , , title, text] = entry;
    let sum = 0;
    for (const word of words) {
        if (title === word) sum += 100;
        else if (title.startsWith(word)) sum += 40;
        else if (title.includes(word)) sum += 20;
        else if (has_word(text, word)) sum += 3;
        else if (text.includes(word)) sum += 1;
        else return 0;
    }
    return sum;
}

// Some text around the first of the words.
function excerpt(entry, words) {
    const at = Math.min(...words.map((word) => entry[5].indexOf(word)).filter((found) => found >= 0));
    const from = Number.isFinite(at) ? Math.max(0, at - 40) : 0;
    return (from > 0 ? "…" : "") + entry[3].slice(from, from + 130) + (entry[3].length > from + 130 ? "…" : "");
}

function show() {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    const hits = words.length === 0 ? [] : index
        .map((entry) => [score(entry, words), entry])
        .filter(([points]) => points > 0)
        .sort(([a], [b]) => b - a)
        .slice(0, 15);
    list.replaceChildren(...hits.map(([, entry]) => {
        const link = document.createElement("a");
        link.href = new URL(entry[2], site);
        for (const [tag, text] of [["b", entry[0]], ["small", entry[1]], ["span", excerpt(entry, words)]]) {
            link.append(Object.assign(document.createElement(tag), {textContent: text}), " ");
        }
        const item = document.createElement("li");
        item.append(link);
        return item;
    }));
    if (words.length > 0 && hits.length === 0) list.textContent = "Nothing found.";
    list.hidden = words.length === 0;
}

function close() {
    list.hidden = true;
}

field.addEventListener("input", () => load(show));
field.addEventListener("focus", () => load(show));
document.addEventListener("click", (event) => {
    if (!event.target.closest("search")) close();
    for (const menu of document.querySelectorAll(".bar details[open]")) {
        if (!menu.contains(event.target)) menu.open = false;
    }
});
document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea");
    if (event.key === "/" && !typing) {
        event.preventDefault();
        field.focus();
    } else if (event.key === "Escape") {
        close();
        field.blur();
    } else if (["ArrowDown", "ArrowUp", "Enter"].includes(event.key) && event.target.closest("search")) {
        const links = [...list.querySelectorAll("a")];
        const at = links.indexOf(document.activeElement);
        if (event.key === "Enter") {
            if (at < 0 && links.length > 0) links[0].click();
            return;
        }
        event.preventDefault();
        const next = at + (event.key === "ArrowDown" ? 1 : -1);
        (links[next] ?? (next < 0 ? field : links.at(-1)))?.focus();
    }
});

const asked = new URLSearchParams(location.search).get("q");
if (asked) {
    field.value = asked;
    load(show);
}
