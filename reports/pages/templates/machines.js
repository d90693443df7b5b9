// The slider: least and most time on p processors, from the work and the chain that each row carries.
const slider = document.getElementById("p");
const power = (number) => {
  const [digits, exponent] = number.toExponential(1).split("e");
  return `${digits}·10<sup>${Number(exponent)}</sup>`;
};
const draw = () => {
  const p = Math.round(10 ** (slider.value / 4));
  document.getElementById("p-says").textContent = document.getElementById("p-head").textContent = p.toLocaleString("en");
  for (const row of document.querySelectorAll("tr[data-work]")) {
    const work = Number(row.dataset.work), chain = Number(row.dataset.chain);
    const least = Math.max(work / p, chain);
    row.querySelector(".least").innerHTML = `${power(least)} to ${power(work / p + chain)}`;
    row.classList.toggle("waits", chain > work / p);
  }
};
slider.addEventListener("input", draw);
draw();
