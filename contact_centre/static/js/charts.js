// Draws the charts beside the tables of figures. A figure stays hidden where this script does not run: the table
// says the same. Colours are those of the page, so they follow dark mode and high contrast.
(() => {
  "use strict";

  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const dashes = [[], [6, 4], [2, 3]];
  const tones = ["--cc-brand", "--cc-accent", "--cc-work"];

  function dataset(series, index, isLine) {
    const tone = colour(series.is_guide ? "--cc-line-strong" : tones[index % tones.length]);
    return {
      label: series.name,
      data: series.values,
      borderColor: tone,
      backgroundColor: tone,
      borderWidth: series.is_guide ? 1 : 2,
      borderDash: isLine ? dashes[index % dashes.length] : [],
      pointRadius: series.is_guide ? 0 : 3,
      spanGaps: true,
    };
  }

  function axis(isPercent) {
    return {
      ...(isPercent ? { min: 0, max: 100 } : {}),
      ticks: { color: colour("--cc-ink-soft"), ...(isPercent ? { callback: (value) => `${value} %` } : {}) },
      grid: { color: colour("--cc-line") },
    };
  }

  function settings(chart) {
    const isLine = chart.kind === "line";
    return {
      type: chart.kind,
      data: { labels: chart.labels, datasets: chart.series.map((series, index) => dataset(series, index, isLine)) },
      options: {
        animation: false,
        maintainAspectRatio: false,
        indexAxis: isLine ? "x" : "y",
        scales: { x: axis(!isLine), y: axis(isLine) },
        plugins: { legend: { labels: { color: colour("--cc-ink") } } },
      },
    };
  }

  function draw() {
    for (const figure of document.querySelectorAll("[data-chart]")) {
      const chart = JSON.parse(document.getElementById(figure.dataset.chart).textContent);
      if (!chart.labels.length) continue;
      figure.hidden = false;
      const canvas = figure.querySelector("canvas");
      Chart.getChart(canvas)?.destroy();
      new Chart(canvas, settings(chart));
    }
  }

  draw();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
})();
