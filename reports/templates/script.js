"use strict";
// The page is whole without this script; it adds filtering, copying, and opening what is folded.
const all = (selector, inside = document) => [...inside.querySelectorAll(selector)];
const form = document.querySelector(".filter");
const toggles = all("button[data-verdict]", form);
const claims = all("tr[data-claim]").map((row) => {
  const section = document.getElementById(row.dataset.claim);
  const words = [row, ...all("[data-searched], .conditions, .readings tbody th", section)].map((part) => part.textContent);
  return { row, section, words: [row.dataset.claim, ...words].join(" ").toLowerCase() };
});

const wanted = () => ({
  verdict: toggles.filter((one) => one.ariaPressed === "true").map((one) => one.dataset.verdict),
  chapter: form.elements.chapter.value,
  engine: form.elements.engine.value,
  q: form.elements.q.value.trim(),
});

function fits({ row, words }, filter) {
  return (!filter.verdict.length || filter.verdict.includes(row.dataset.verdict))
    && (!filter.chapter || filter.chapter === row.dataset.chapter)
    && (!filter.engine || filter.engine === row.dataset.engine)
    && filter.q.toLowerCase().split(/\s+/).every((word) => words.includes(word));
}

function show() {
  const filter = wanted();
  let count = 0;
  for (const one of claims) {
    const fit = fits(one, filter);
    one.row.hidden = one.section.hidden = !fit;
    count += fit;
  }
  for (const group of all("[data-chapter-rows], [data-chapter-section]"))
    group.hidden = !all("tr[data-claim], article", group).some((one) => !one.hidden);
  document.querySelector("[data-shown]").textContent = `${count} of ${claims.length} statements shown.`;
  document.querySelector("[data-nothing]").hidden = count > 0;
  document.querySelector("[data-clear]").hidden = count === claims.length;
}

// A filter lives in the address as #?verdict=refuted&chapter=gradients, so that a filtered view can be linked.
function remember() {
  const { verdict, ...rest } = wanted();
  const pairs = Object.entries({ verdict: verdict.join(","), ...rest }).filter(([, value]) => value);
  const hash = pairs.length ? "#?" + new URLSearchParams(pairs) : "#statements";
  history.replaceState(null, "", hash);
  show();
}

function recall(text) {
  const given = new URLSearchParams(text);
  const verdicts = (given.get("verdict") ?? "").split(",");
  for (const one of toggles) one.ariaPressed = String(verdicts.includes(one.dataset.verdict));
  for (const name of ["chapter", "engine", "q"]) form.elements[name].value = given.get(name) ?? "";
  for (const name of ["chapter", "engine"]) if (form.elements[name].selectedIndex < 0) form.elements[name].value = "";
  show();
}

// A claim that is asked for by name is shown, whatever the filter, with its readings unfolded.
function arrive() {
  const hash = location.hash.slice(1);
  if (hash.startsWith("?")) return recall(hash.slice(1));
  const target = claims.find((one) => one.section.id === hash)?.section;
  if (!target) return;
  if (target.hidden) recall("");
  target.querySelector("details").open = true;
  target.scrollIntoView();
}

async function copy(button) {
  const text = button.dataset.copy, label = button.textContent;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = document.body.appendChild(Object.assign(document.createElement("textarea"), { value: text }));
    area.select();
    document.execCommand("copy");
    area.remove();
    button.focus();
  }
  button.textContent = "Copied";
  setTimeout(() => { button.textContent = label; }, 1500);
}

function save(button) {
  const svg = new XMLSerializer().serializeToString(button.closest("figure").querySelector("svg"));
  const href = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  Object.assign(document.createElement("a"), { href, download: button.dataset.save }).click();
  setTimeout(() => URL.revokeObjectURL(href), 1000);
}

document.addEventListener("click", ({ target }) => {
  const button = target.closest("button");
  if (!button) return;
  if (button.dataset.copy) copy(button);
  if (button.dataset.save) save(button);
  if (button.dataset.verdict) { button.ariaPressed = String(button.ariaPressed !== "true"); remember(); }
  if ("clear" in button.dataset) { recall(""); remember(); form.elements.q.focus(); }
});
form.addEventListener("input", remember);
form.addEventListener("submit", (event) => event.preventDefault());
addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.target.closest("input, select, textarea")) return;
  event.preventDefault();
  form.elements.q.focus();
});

let folded = [];
addEventListener("beforeprint", () => { folded = all("details:not([open])"); folded.forEach((one) => { one.open = true; }); });
addEventListener("afterprint", () => folded.forEach((one) => { one.open = false; }));
addEventListener("hashchange", arrive);
for (const part of all("[data-js]")) part.hidden = false;
show();
arrive();
