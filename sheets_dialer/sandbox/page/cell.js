/* A cell of the table as an element: its text, its note and its look. */

import { element, mark } from "./element.js";

export function cellElement(cell, look) {
  const td = element("td", { textContent: cell.text ?? "", dir: "auto" });
  if (cell.note) mark(td, "noted", cell.note);
  if (look.background) td.style.backgroundColor = look.background;
  if (look.color) td.style.color = look.color;
  if (look.align) td.style.textAlign = look.align;
  if (look.bold) td.style.fontWeight = "600";
  if (look.italic) td.style.fontStyle = "italic";
  const lines = [look.underline && "underline", look.strikethrough && "line-through"].filter(Boolean);
  if (lines.length) td.style.textDecoration = lines.join(" ");
  if (look.wrap) td.classList.add("wrap");
  if (look.error) td.classList.add("error");
  return td;
}

/* What takes the place of rows that are out of sight. */
export function spacer(height) {
  const row = element("tr", { className: "spacer" });
  row.style.height = `${height}px`;
  row.hidden = height <= 0;
  return row;
}
