// Draws every figure as wide as there is room, and never wider than a sheet of A4 between its margins: printing does
// not draw it again.
"use strict";
const WIDEST = 660;
const figures = JSON.parse(document.getElementById("figures").textContent);
const charts = [...document.querySelectorAll(".chart")];
let drawn = 0;
let drawing = Promise.resolve();

function room() {
  return Math.min(WIDEST, charts[0].parentElement.clientWidth);
}

async function draw() {
  if (room() === drawn) return;
  drawn = room();
  const light = { width: drawn, autosize: false, paper_bgcolor: "#fff", plot_bgcolor: "#fff" };
  for (const chart of charts) {
    const { data, layout } = figures[Number(chart.dataset.figure)];
    await Plotly.react(chart, data, { ...layout, ...light }, { displayModeBar: false });
    chart.dataset.drawn = "yes";
  }
}

// One after the other: a figure that is not drawn yet cannot be drawn anew.
function drawAgain() {
  if (charts.length && !matchMedia("print").matches) drawing = drawing.then(draw);
}

drawAgain();
addEventListener("resize", drawAgain);
