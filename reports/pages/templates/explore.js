// The curves of explore.py, in powers of ten, and a picture of each as its sliders stand.
const POWER = {
  radius: ({ rho }, t) => t * Math.log10(rho),
  gain: ({ w, T }, a) => T * Math.log10(w / Math.cosh(a) ** 2),
  forget: ({ b }, n) => -n * Math.log1p(Math.exp(-b)) / Math.LN10,
};
// Those that add up to one, of the same file.
const SHARES = {
  softmax: ({ T, a, b, c }) => {
    const most = Math.max(a, b, c), powers = [a, b, c].map((one) => Math.exp((one - most) / T));
    return powers.map((one) => one / powers.reduce((sum, each) => sum + each));
  },
};
const [WIDTH, HEIGHT, LEFT, BOTTOM, TOP] = [640, 260, 60, 40, 10];
const [LOW, HIGH] = [-12, 12]; // powers of ten that are shown
const SVG = "http://www.w3.org/2000/svg";

function part(parent, name, attributes, text = "") {
  const made = parent.appendChild(document.createElementNS(SVG, name));
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.textContent = text;
  return made;
}

const height = (power) => TOP + (HEIGHT - TOP - BOTTOM) * (HIGH - power) / (HIGH - LOW);
const number = (power) => {
  if (power >= -4 && power <= 3) return [Number((10 ** power).toPrecision(3))];
  const whole = Math.floor(power), sup = document.createElement("sup");
  sup.textContent = whole;
  return [`${(10 ** (power - whole)).toFixed(1)}·10`, sup];
};

// How the sliders stand, by their names.
function settings(section) {
  const at = Object.fromEntries(all("input", section).map((one) => [one.name, Number(one.value)]));
  for (const one of all("output", section)) one.textContent = at[one.closest(".slider").querySelector("input").name];
  return at;
}

function draw(section) {
  const at = settings(section);
  const [from, to] = section.dataset.xs.split(" ").map(Number);
  const power = (x) => POWER[section.id](at, x);
  const across = (x) => LEFT + (WIDTH - LEFT - 20) * (x - from) / (to - from);
  const holder = section.querySelector(".drawn");
  holder.replaceChildren();
  const svg = part(holder, "svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, "aria-hidden": true });
  for (let y = LOW; y <= HIGH; y += 4) {
    part(svg, "path", { d: `M${LEFT},${height(y)}H${WIDTH - 20}`, class: y ? "grid" : "one" });
    const label = part(svg, "text", { x: LEFT - 8, y: height(y) + 4, "text-anchor": "end" }, y ? "10" : "1");
    if (y) part(label, "tspan", { dy: -5, "font-size": 10 }, String(y).replace("-", "−"));
  }
  for (let n = 0; n <= 4; n += 1) {
    const x = from + n * (to - from) / 4;
    part(svg, "text", { x: across(x), y: HEIGHT - 22, "text-anchor": "middle" }, String(Number(x.toPrecision(3))));
  }
  part(svg, "text", { x: across((from + to) / 2), y: HEIGHT - 4, "text-anchor": "middle" }, section.dataset.across);
  const points = Array.from({ length: 401 }, (_, n) => from + n * (to - from) / 400);
  const seen = points.filter((x) => power(x) >= LOW && power(x) <= HIGH); // what leaves the picture is cut off
  const line = seen.map((x) => `${across(x).toFixed(1)},${height(power(x)).toFixed(1)}`).join("L");
  if (line) part(svg, "path", { d: `M${line}`, class: "line" });
  section.querySelector(".finding").replaceChildren(`At ${section.dataset.across} = ${to}: `, ...number(power(to)));
}

// A bar for each share, with its number.
const shareOfOne = (share) => (share >= 0.0005 ? share.toFixed(3) : "under 0.001");
const [ROW, NAME] = [40, 130];
function drawShares(section) {
  const at = settings(section), shares = SHARES[section.id](at);
  const holder = section.querySelector(".drawn");
  holder.replaceChildren();
  const svg = part(holder, "svg", { viewBox: `0 0 ${WIDTH} ${ROW * shares.length}`, "aria-hidden": true });
  const named = all(".slider", section).slice(1).map((one) => `${one.querySelector("label").textContent} ${at[one.querySelector("input").name]}`);
  shares.forEach((share, n) => {
    part(svg, "text", { x: NAME - 8, y: ROW * n + 25, "text-anchor": "end" }, named[n]);
    part(svg, "rect", { x: NAME, y: ROW * n + 6, width: (WIDTH - NAME - 80) * share, height: ROW - 12, class: "share" });
    part(svg, "text", { x: NAME + (WIDTH - NAME - 80) * share + 8, y: ROW * n + 25 }, shareOfOne(share));
  });
  const said = shares.map(shareOfOne);
  section.querySelector(".finding").textContent = `Weights ${said.slice(0, -1).join(", ")} and ${said.at(-1)}.`;
}

for (const [kind, drawing] of [["curve", draw], ["shares", drawShares]])
  for (const section of all(`.${kind}`)) {
    section.addEventListener("input", () => drawing(section));
    section.querySelector("form").addEventListener("submit", (event) => event.preventDefault());
    drawing(section);
  }
