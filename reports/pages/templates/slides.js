"use strict";
// Without this script the deck is a document. With it one slide is shown at a time, and its number stands in the address.
const slides = [...document.querySelectorAll(".slide")];
const root = document.documentElement;
const narrow = matchMedia("(max-width: 46rem)");
const SMALLEST = 0.5;
const presenter = new URLSearchParams(location.search).has("notes"); // this window is the speaker's: this slide, the next, notes, a clock
let other = presenter ? opener : null; // the speaker's window, or the one that the room sees
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
  if (presenter) {
    root.style.setProperty("--now", (0.62 * innerWidth) / 1280);
    root.style.setProperty("--next", (0.34 * innerWidth) / 1280);
    for (const slide of slides.slice(now, now + 2)) fit(slide, 720, 1280);
  } else if (narrow.matches) text(slides[now]).style.zoom = 1;
  else fit(slides[now], innerHeight, root.clientWidth);
}

// Moving to a slide moves the focus to its heading, which is then read aloud; nothing else speaks.
function show(place) {
  now = Math.min(Math.max(place, 0), slides.length - 1);
  slides.forEach((slide, each) => {
    slide.classList.toggle("now", each === now);
    slide.classList.toggle("next", presenter && each === now + 1);
    slide.inert = presenter && each !== now;
  });
  for (const one of document.querySelectorAll(".notes article")) one.hidden = presenter && one.id !== slides[now].dataset.notes;
  document.querySelector(".now-of").textContent = `${now + 1} / ${slides.length}`;
  document.querySelector("progress").value = now + 1;
  for (const button of document.querySelectorAll("[data-step]")) button.disabled = !slides[now + Number(button.dataset.step)];
  scrollTo(0, 0);
  fitNow();
}

function go(place) {
  turn(place);
  other?.postMessage({ slide: now }, "*"); // opened from a folder, pages have no origin to name
}

function turn(place) {
  show(place);
  history.replaceState(null, "", `#${now + 1}`);
  slides[now].querySelector("h2").focus({ preventScroll: true });
}

// The address names a slide by its number, or a claim.
function arrive() {
  const named = slides.findIndex((slide) => slide.id === location.hash.slice(1) || slide.dataset.claim === location.hash.slice(1));
  if (named >= 0) go(named);
}

// The speaker's window goes where this one goes, and the other way round.
function present() {
  other = open(`${location.href.split(/[?#]/)[0]}?notes#${now + 1}`, "notes", "popup,width=1280,height=760") ?? other;
}

addEventListener("message", ({ source, data }) => {
  if (source && source === other && Number.isInteger(data?.slide) && data.slide !== now) turn(data.slide);
});

if (presenter) {
  const began = Date.now();
  const clock = document.querySelector(".clock");
  const two = (number) => String(Math.floor(number)).padStart(2, "0");
  const tick = () => {
    const seconds = (Date.now() - began) / 1000;
    clock.textContent = `${new Date().toTimeString().slice(0, 5)}, begun ${two(seconds / 60)}:${two(seconds % 60)} ago`;
  };
  tick();
  setInterval(tick, 1000);
}

const STEPS = { ArrowRight: 1, PageDown: 1, ArrowLeft: -1, PageUp: -1 };
addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.key.toLowerCase() === "s" && !presenter) return present();
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
  if (target.closest("[data-presenter]")) present();
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
root.classList.toggle("presenter", presenter);
for (const part of document.querySelectorAll("[data-js]")) part.hidden = false;
show(0);
arrive();
