"use strict";
// Pages are whole without this script; it adds copying, saving pictures, and opening what is folded when printing.
const all = (selector, inside = document) => [...inside.querySelectorAll(selector)];

async function copy(button, text) {
  const label = button.textContent;
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

function download(blob, name) {
  const href = URL.createObjectURL(blob);
  Object.assign(document.createElement("a"), { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), 1000);
}

// The picture as it stands in the page; a PNG has twice its size, for slides.
async function save(svg, name) {
  const file = new Blob([new XMLSerializer().serializeToString(svg)], { type: "image/svg+xml" });
  if (name.endsWith(".svg")) return download(file, name);
  const image = Object.assign(new Image(), { src: URL.createObjectURL(file) });
  await image.decode();
  const { width, height } = svg.viewBox.baseVal;
  const canvas = Object.assign(document.createElement("canvas"), { width: 2 * width, height: 2 * height });
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  URL.revokeObjectURL(image.src);
  canvas.toBlob((png) => download(png, name));
}

for (const text of all(".citation pre")) {
  const name = text.previousElementSibling.textContent;
  const button = Object.assign(document.createElement("button"), { type: "button", className: "copy", ariaLabel: `Copy as ${name}` });
  button.textContent = "Copy";
  button.dataset.copies = text.id;
  text.before(button);
}

document.addEventListener("click", ({ target }) => {
  const button = target.closest("button");
  if (!button) return;
  if (button.dataset.copy) copy(button, button.dataset.copy);
  if (button.dataset.copies)
    copy(button, button.dataset.copies.split(" ").map((id) => document.getElementById(id).textContent).join("\n"));
  if (button.dataset.save) save(button.closest("figure").querySelector("svg"), button.dataset.save);
});

// A picture alone, as large as the window: after a click on it, Enter, or its button. Escape, or the same again, puts it back.
function enlarge(picture) {
  const open = picture.closest("dialog");
  if (open) return open.close();
  const place = document.createComment(""), opener = document.activeElement, view = document.createElement("dialog");
  view.className = "large";
  view.setAttribute("aria-labelledby", picture.querySelector("svg").getAttribute("aria-labelledby"));
  const back = view.appendChild(Object.assign(document.createElement("button"), { type: "button", className: "plain" }));
  back.textContent = "Close";
  back.addEventListener("click", () => view.close());
  picture.before(place);
  view.append(picture);
  document.body.append(view);
  view.addEventListener("close", () => { place.replaceWith(picture); view.remove(); opener.focus(); });
  view.showModal();
  picture.focus();
}

for (const picture of all("figure .picture")) {
  Object.assign(picture, { tabIndex: 0, role: "group", ariaLabel: "Figure; Enter shows it large" });
  const button = Object.assign(document.createElement("button"), { type: "button", className: "plain larger" });
  button.textContent = "Larger";
  const caption = picture.parentElement.querySelector(".caption");
  if (caption) caption.append(button);
  else picture.after(button);
  button.addEventListener("click", () => enlarge(picture));
  picture.addEventListener("click", () => enlarge(picture));
  picture.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault(); // or the button that has the focus then is pressed
    enlarge(picture);
  });
}

// The values of the mark nearest to the pointer; arrow keys go from mark to mark.
const NEAR = 30;
for (const picture of all(".picture")) {
  const marks = all("[data-at]", picture);
  if (!marks.length) continue;
  const names = picture.querySelector("svg").dataset.names.split("\t");
  const note = document.createElement("p");
  note.className = "note";
  note.setAttribute("role", "status");
  picture.append(note);
  let shown = -1;
  const middle = (mark) => {
    const { left, top, width, height } = mark.getBoundingClientRect();
    return [left + width / 2, top + height / 2];
  };
  const tell = (number) => {
    marks[shown]?.classList.remove("told");
    shown = number;
    const mark = marks[number];
    note.hidden = !mark;
    if (!mark) return;
    mark.classList.add("told");
    note.textContent = mark.dataset.at.split("\t").map((value, n) => (names[n] ? `${names[n]}: ${value}` : value)).join("; ");
    const [x, y] = middle(mark), frame = picture.getBoundingClientRect();
    note.style.left = `${Math.min(x - frame.left + 12, frame.width - note.offsetWidth) + picture.scrollLeft}px`;
    note.style.top = `${Math.min(y - frame.top + 12, frame.height - note.offsetHeight) + picture.scrollTop}px`;
  };
  picture.addEventListener("pointermove", ({ clientX, clientY }) => {
    const far = marks.map((mark) => { const [x, y] = middle(mark); return Math.hypot(x - clientX, y - clientY); });
    const nearest = far.indexOf(Math.min(...far));
    tell(far[nearest] < NEAR ? nearest : -1);
  });
  picture.addEventListener("pointerleave", () => tell(-1));
  picture.addEventListener("blur", () => tell(-1));
  picture.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    tell((shown + step + marks.length) % marks.length);
  });
  picture.ariaLabel += "; arrow keys tell the values of its marks";
  note.hidden = true;
}

let folded = [];
addEventListener("beforeprint", () => { folded = all("details:not([open])"); folded.forEach((one) => { one.open = true; }); });
addEventListener("afterprint", () => folded.forEach((one) => { one.open = false; }));
for (const part of all("[data-js]")) part.hidden = false;
