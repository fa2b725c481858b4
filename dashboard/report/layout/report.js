// Draws every figure once, as wide as there is room and never wider than a sheet of A4 between its margins: what is
// drawn is not drawn again for printing.
"use strict";
const WIDEST = 660;
const figures = JSON.parse(document.getElementById("figures").textContent);
const charts = [...document.querySelectorAll(".chart")];
const width = () => Math.min(WIDEST, document.querySelector("main").clientWidth - 32);
for (const chart of charts) {
  const { data, layout } = figures[Number(chart.dataset.figure)];
  const light = { width: width(), autosize: false, paper_bgcolor: "#fff", plot_bgcolor: "#fff" };
  Plotly.newPlot(chart, data, { ...layout, ...light }, { displayModeBar: false, staticPlot: false }).then(() => {
    chart.dataset.drawn = "yes";
  });
}
let drawn = width();
addEventListener("resize", () => {
  if (width() === drawn || matchMedia("print").matches) return;
  drawn = width();
  for (const chart of charts) Plotly.relayout(chart, { width: drawn });
});
