// Filters and orders the statements; what is chosen stands in the address as #?verdict=refuted&chapter=gradients&sort=id, so
// that a view can be linked. What answers a search best stands first, unless another order is asked for.
const form = document.querySelector(".filter");
const toggles = all("button[data-verdict]", form);
const rows = all("tr[data-claim]");
const chapters = all("details.chapter");
const flat = document.querySelector("[data-flat]"); // where the rows stand in any other order than the text's
const home = new Map(rows.map((row, place) => [row, { group: row.parentElement, place }]));
const RANK = toggles.map((one) => one.dataset.verdict);
let sought = [], scores = new Map(), narrowed = false;

const wanted = () => ({
  verdict: toggles.filter((one) => one.ariaPressed === "true").map((one) => one.dataset.verdict),
  chapter: form.elements.chapter.value,
  engine: form.elements.engine.value,
  sort: form.elements.sort.value,
  q: form.elements.q.value.trim(),
});

function fits(row, filter) {
  return (!filter.verdict.length || filter.verdict.includes(row.dataset.verdict))
    && (!filter.chapter || filter.chapter === row.dataset.chapter)
    && (!filter.engine || filter.engine === row.dataset.engine)
    && (!sought.length || scores.has(row.dataset.claim));
}

// In the order of the text the rows stand under their chapters, which are folded while nothing is asked for; in any other in one run.
const KEYS = {
  best: (row) => [-(scores.get(row.dataset.claim) ?? 0), home.get(row).place],
  "": (row) => [home.get(row).place],
  verdict: (row) => [RANK.indexOf(row.dataset.verdict), home.get(row).place],
  engine: (row) => [row.dataset.engine, home.get(row).place],
  id: (row) => [row.dataset.claim],
};
const before = (a, b) => { for (const n in a) if (a[n] !== b[n]) return a[n] < b[n] ? -1 : 1; return 0; };
let sorted = "";
function order(by) {
  if (by === sorted && by !== "best") return;
  sorted = by;
  const keyed = rows.map((row) => [KEYS[by](row), row]).sort(([a], [b]) => before(a, b));
  for (const [, row] of keyed) (by ? flat.tBodies[0] : home.get(row).group).append(row);
}

function show() {
  const filter = wanted();
  sought = asked(filter.q);
  scores = answers(sought);
  const by = filter.sort || (sought.length ? "best" : "");
  order(by);
  let count = 0;
  for (const row of rows) count += !(row.hidden = !fits(row, filter));
  const before = narrowed;
  narrowed = Boolean(by || count < rows.length || filter.verdict.length || filter.chapter || filter.engine);
  flat.hidden = !by;
  for (const chapter of chapters) {
    chapter.hidden = Boolean(by) || !all("tr[data-claim]", chapter).some((row) => !row.hidden);
    if (narrowed || before) chapter.open = narrowed;
  }
  document.body.classList.toggle("narrowed", narrowed);
  document.querySelector("[data-shown]").textContent = narrowed ? `${count} of ${rows.length} statements shown.` : "";
  unfold.hidden = narrowed;
  told();
  nothing.hidden = count > 0;
  if (!count) offer(filter.q);
  document.querySelector("[data-clear]").hidden = !narrowed;
}

// All chapters at once; and one that somebody opens stands in the address, to find it open on coming back.
const unfold = document.querySelector("[data-unfold]");
const told = () => { unfold.textContent = chapters.every((one) => one.open) ? "Fold all chapters" : "Open all chapters"; };
function turn(chapter) {
  const opening = !chapter.open; // it will be when the click is done
  if (!narrowed) history.replaceState(null, "", opening ? `#chapter-${chapter.dataset.chapter}` : "#statements");
}
for (const one of chapters) one.addEventListener("toggle", told);

// Where nothing fits: other words to look for, of those that lead somewhere.
const nothing = document.querySelector("[data-nothing]");
function offer(text) {
  const near = nearest(text);
  const links = near.map((name) => Object.assign(document.createElement("a"), { href: address({ q: name }), textContent: name }));
  const between = (n) => (n ? (n + 1 < links.length ? ", " : " or ") : " Did you mean ");
  nothing.querySelector("[data-near]").replaceChildren(...links.flatMap((one, n) => [between(n), one]), near.length ? "?" : "");
}

const address = (filter) => "#?" + new URLSearchParams(Object.entries(filter).filter(([, value]) => value));

function remember() {
  const { verdict, ...rest } = wanted();
  const hash = address({ verdict: verdict.join(","), ...rest });
  history.replaceState(null, "", hash === "#?" ? "#statements" : hash);
  show();
}

function recall(text) {
  const given = new URLSearchParams(text);
  const verdicts = (given.get("verdict") ?? "").split(",");
  for (const one of toggles) one.ariaPressed = String(verdicts.includes(one.dataset.verdict));
  for (const name of ["chapter", "engine", "sort", "q"]) form.elements[name].value = given.get(name) ?? "";
  for (const name of ["chapter", "engine", "sort"]) if (form.elements[name].selectedIndex < 0) form.elements[name].value = "";
  show();
}

// A claim that is asked for by the name it once had in this page is on a page of its own; a chapter is shown whole.
function arrive() {
  const hash = decodeURIComponent(location.hash.slice(1));
  if (hash.startsWith("?")) {
    recall(hash.slice(1));
    document.getElementById("statements").scrollIntoView();
  } else if (rows.some((row) => row.id && row.id === hash)) {
    location.replace(`claims/${hash}.html`);
  } else if (hash.startsWith("chapter-")) {
    recall("");
    const chapter = document.getElementById(hash)?.closest("details");
    if (!chapter) return;
    chapter.open = true;
    chapter.scrollIntoView();
  }
}

document.addEventListener("click", ({ target }) => {
  const title = target.closest("details.chapter > summary");
  if (title) turn(title.parentElement);
  const button = target.closest("button");
  if (!button) return;
  if (button.dataset.verdict) { button.ariaPressed = String(button.ariaPressed !== "true"); remember(); }
  if (button === unfold) {
    const open = !chapters.every((one) => one.open);
    for (const one of chapters) one.open = open;
  }
  if ("clear" in button.dataset) { recall(""); remember(); form.elements.q.focus(); }
});
form.addEventListener("input", remember);
form.addEventListener("submit", (event) => event.preventDefault());
addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.target.closest("input, select, textarea")) return;
  event.preventDefault();
  form.elements.q.focus();
});
addEventListener("hashchange", arrive);

show();
arrive();
