"use strict";
// Without this script the deck is a document. With it one slide is shown at a time, and its number stands in the address.
const slides = [...document.querySelectorAll(".slide")];
const root = document.documentElement;
const narrow = matchMedia("(max-width: 46rem)");
const SMALLEST = 0.5;
let now = 0;

// What may be set smaller: the text, and not the figure beside it.
const text = (slide) => slide.querySelector("[data-fit]") ?? slide.querySelector(".body");

// Set the text smaller until the slide is no larger than the room it has.
function fit(slide, height, width) {
  for (let size = 1; size >= SMALLEST; size -= 0.05) {
    text(slide).style.zoom = size;
    if (slide.scrollHeight <= height + 1 && slide.scrollWidth <= width + 1) return;
  }
}

function fitNow() {
  if (narrow.matches) text(slides[now]).style.zoom = 1;
  else fit(slides[now], innerHeight, root.clientWidth);
}

// Moving to a slide moves the focus to its heading, which is then read aloud; nothing else speaks.
function show(place) {
  now = Math.min(Math.max(place, 0), slides.length - 1);
  slides.forEach((slide, each) => slide.classList.toggle("now", each === now));
  document.querySelector(".now-of").textContent = `${now + 1} / ${slides.length}`;
  document.querySelector("progress").value = now + 1;
  for (const button of document.querySelectorAll("[data-step]")) button.disabled = !slides[now + Number(button.dataset.step)];
  scrollTo(0, 0);
  fitNow();
}

function go(place) {
  show(place);
  history.replaceState(null, "", `#${now + 1}`);
  slides[now].querySelector("h2").focus({ preventScroll: true });
}

// The address names a slide by its number, or a claim.
function arrive() {
  const named = slides.findIndex((slide) => slide.id === location.hash.slice(1) || slide.dataset.claim === location.hash.slice(1));
  if (named >= 0) go(named);
}

const STEPS = { ArrowRight: 1, PageDown: 1, ArrowLeft: -1, PageUp: -1 };
addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  const scrolls = root.scrollHeight > innerHeight + 1;
  const step = event.key === " " && !event.target.closest("a, button") ? (event.shiftKey ? -1 : 1)
    : scrolls ? STEPS[event.key] : { ...STEPS, ArrowDown: 1, ArrowUp: -1 }[event.key];
  const place = event.key === "Home" ? 0 : event.key === "End" ? slides.length - 1 : step && now + step;
  if (place === undefined) return;
  event.preventDefault();
  go(place);
});
addEventListener("click", ({ target }) => {
  const step = target.closest("[data-step]")?.dataset.step;
  if (step) go(now + Number(step));
});

let touched = null;
addEventListener("touchstart", ({ touches }) => { touched = touches.length === 1 ? touches[0] : null; }, { passive: true });
addEventListener("touchend", ({ changedTouches: [left] }) => {
  const [x, y] = touched ? [left.clientX - touched.clientX, left.clientY - touched.clientY] : [0, 0];
  if (Math.abs(x) > 60 && Math.abs(x) > 2 * Math.abs(y)) go(now + (x < 0 ? 1 : -1));
});

// On paper every slide is a page of 1280 by 720.
addEventListener("beforeprint", () => {
  root.classList.add("printing");
  for (const slide of slides) fit(slide, 720, 1280);
});
addEventListener("afterprint", () => { root.classList.remove("printing"); fitNow(); });
addEventListener("hashchange", arrive);
addEventListener("resize", fitNow);
root.classList.add("deck");
for (const part of document.querySelectorAll("[data-js]")) part.hidden = false;
show(0);
arrive();
