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

document.addEventListener("click", ({ target }) => {
  const button = target.closest("button");
  if (!button) return;
  if (button.dataset.copy) copy(button, button.dataset.copy);
  if (button.dataset.copies) copy(button, document.getElementById(button.dataset.copies).textContent);
  if (button.dataset.save) save(button.closest("figure").querySelector("svg"), button.dataset.save);
});

let folded = [];
addEventListener("beforeprint", () => { folded = all("details:not([open])"); folded.forEach((one) => { one.open = true; }); });
addEventListener("afterprint", () => folded.forEach((one) => { one.open = false; }));
for (const part of all("[data-js]")) part.hidden = false;
