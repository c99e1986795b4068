/* Draws a tab's charts over its cells: bars, columns and lines, plainly. Of other kinds it shows the
   title. */

import { element } from "./element.js";
import { NUMBERS_WIDTH, ROW } from "./grid.js";

const SVG = "http://www.w3.org/2000/svg";
const COLOURS = ["#0b6e5f", "#4a7fd1", "#d99a00", "#b3261e", "#7a5ea8", "#667078"];
const HEIGHTENED = ROW / 21; // rows are higher here than at Google
const EDGE = { top: 34, bottom: 40, left: 44, right: 44 };

export class Charts {
  constructor(grid) {
    this.grid = grid;
    this.list = [];
    this.layer = element("div", { id: "charts" });
    grid.root.append(this.layer);
  }

  show(list) {
    if (JSON.stringify(list) === JSON.stringify(this.list) && this.layer.childElementCount === list.length) return;
    this.list = list;
    this.draw();
  }

  draw() {
    this.layer.replaceChildren(...this.list.map((asked) => {
      const chart = { ...asked, height: Math.round(asked.height * HEIGHTENED) };
      const card = element("figure", { className: "chart" });
      const before = this.grid.columns.filter((column) => column.index < chart.column);
      const left = before.reduce((sum, column) => sum + column.width, NUMBERS_WIDTH);
      Object.assign(card.style, {
        left: `${left + chart.left}px`, top: `${ROW * (1 + chart.row) + chart.top}px`,
        width: `${chart.width}px`, height: `${chart.height}px`,
      });
      card.append(element("figcaption", { textContent: chart.title, dir: "auto" }));
      if (chart.series) card.append(drawing(chart));
      return card;
    }));
  }
}

function drawing(chart) {
  const svg = shape("svg", { width: chart.width, height: chart.height, role: "img", "aria-label": chart.title });
  const lying = chart.kind === "BAR";
  const box = { ...EDGE, left: lying ? 200 : EDGE.left, bottom: lying ? 44 : 108 };
  const across = chart.width - box.left - box.right;
  const down = chart.height - box.top - box.bottom;
  const step = (lying ? down : across) / Math.max(1, chart.labels.length);
  const bars = chart.series.filter((series) => series.kind !== "LINE");
  const most = (axis) => Math.max(...chart.series.filter((series) => series.axis === axis).flatMap((series) => series.values).map((value) => value ?? 0), 0) || 1;
  chart.labels.forEach((label, place) => {
    const middle = (place + 0.5) * step;
    svg.append(lying
      ? text(label, box.left - 6, box.top + middle + 4, { "text-anchor": "end" })
      : text(label, 0, 0, { "text-anchor": "end", transform: `translate(${box.left + middle + 4} ${box.top + down + 10}) rotate(-55)` }));
  });
  svg.append(shape("path", { d: `M${box.left} ${box.top}v${down}h${across}`, class: "axis" }));
  chart.series.forEach((series, number) => {
    const colour = COLOURS[number % COLOURS.length];
    const top = most(series.axis);
    if (series.kind === "LINE") {
      const points = series.values.map((value, place) => value === null ? null
        : `${box.left + (place + 0.5) * step},${box.top + down - (value / top) * down}`).filter(Boolean);
      svg.append(shape("polyline", { points: points.join(" "), stroke: colour, class: "line" }));
      for (const [cx, cy] of points.map((point) => point.split(","))) svg.append(shape("circle", { cx, cy, r: 3, fill: colour }));
    } else {
      const thick = (step * 0.7) / bars.length;
      const shift = step * 0.15 + bars.indexOf(series) * thick;
      series.values.forEach((value, place) => {
        if (!value) return;
        const start = place * step + shift;
        const long = (value / top) * (lying ? across : down);
        svg.append(shape("rect", lying
          ? { x: box.left, y: box.top + start, width: long, height: thick, fill: colour }
          : { x: box.left + start, y: box.top + down - long, width: thick, height: long, fill: colour }));
        if (lying) svg.append(text(value, box.left + long + 4, box.top + start + thick / 2 + 4));
      });
    }
    const title = [series.name, chart.axes[series.axis]].filter(Boolean).join(": ");
    const x = box.left + number * Math.min(150, (chart.width - box.left) / chart.series.length);
    svg.append(shape("rect", { x, y: chart.height - 16, width: 10, height: 10, fill: colour }), text(title, x + 15, chart.height - 7));
  });
  for (const [axis, x] of [["LEFT_AXIS", box.left - 6], ["RIGHT_AXIS", box.left + across + 30]]) {
    if (lying || !chart.series.some((series) => series.axis === axis)) continue;
    const top = most(axis);
    const isShare = chart.series.some((series) => series.axis === axis && series.kind === "LINE") && top <= 1;
    svg.append(text(isShare ? `${Math.round(top * 100)} %` : top, x, box.top + 8, { "text-anchor": "end" }));
  }
  return svg;
}

function shape(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

function text(content, x, y, attributes = {}) {
  const made = shape("text", { x, y, ...attributes });
  made.textContent = content;
  return made;
}
