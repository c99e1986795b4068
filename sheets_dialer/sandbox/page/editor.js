/* The field in which one cell is edited, over the grid. */

import { element } from "./element.js";

export class Editor {
  /* `on.done(value)` hears of its end, with null when nothing is to be written; `on.move(step)` of
     the key that ended it; `on.paste(text)` of a whole block that was pasted into it. */
  constructor(root, address, cell, text, box, on) {
    this.on = on;
    this.from = cell.raw ?? cell.text ?? "";
    this.input = element("input", {
      id: "editor", dir: "auto", value: text ?? this.from, autocomplete: "off", spellcheck: false,
    });
    this.input.setAttribute("aria-label", `Edit ${address}`);
    this.input.style.cssText = `top:${box.top}px;inset-inline-start:${box.left}px;width:${box.width}px`;
    this.options = element("datalist", { id: "options" },
      ...(cell.options ?? []).map((value) => element("option", { value })));
    if (cell.options) this.input.setAttribute("list", "options");
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("blur", () => this.close(true));
    this.input.addEventListener("paste", (event) => this.paste(event));
    root.append(this.input, this.options);
    this.input.focus({ preventScroll: true });
  }

  /* What was typed is kept only if it differs from what stood there. */
  close(keep) {
    if (this.closed) return;
    this.closed = true;
    const { value } = this.input;
    this.input.remove();
    this.options.remove();
    this.on.done(keep && value !== this.from ? value : null);
  }

  key(event) {
    event.stopPropagation();
    if (event.isComposing) return;
    const back = event.shiftKey ? -1 : 1;
    const step = { Enter: [back, 0], Tab: [0, back] }[event.key];
    if (!step && event.key !== "Escape") return;
    event.preventDefault();
    this.close(event.key !== "Escape");
    this.on.move(step);
  }

  paste(event) {
    const pasted = event.clipboardData.getData("text/plain");
    if (!/[\t\r\n]/.test(pasted.trim())) return;
    event.preventDefault();
    this.close(false);
    this.on.paste(pasted);
  }
}
