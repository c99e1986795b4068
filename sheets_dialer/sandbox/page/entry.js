/* The line above the cells: shows what the selected cell holds, and edits it. */

export class Entry {
  /* `on.begin()` names the cell that typing would change; `on.done(place, value)` hears of what was
     typed for it; `on.leave()` of a key that ends the typing. */
  constructor(input, on) {
    this.input = input;
    this.on = on;
    this.place = null;
    input.addEventListener("focus", () => this.begin());
    input.addEventListener("blur", () => this.end());
    input.addEventListener("keydown", (event) => this.key(event));
  }

  /* Shows a cell's content, unless something else was typed: that isn't replaced under a person's
     hands. */
  show(text) {
    this.current = text;
    if (this.isTyped()) return;
    if (this.input.value !== text) this.input.value = text;
    if (this.place) this.begin();
  }

  isTyped() { return this.place !== null && this.input.value !== this.from; }

  /* What is typed is meant for the cell that is selected now, wherever the selection is by the end. */
  begin() {
    this.place = this.on.begin();
    this.from = this.input.value;
  }

  /* What was typed is kept however the line is left; only Escape, which puts back what stood there,
     gives it up. */
  end() {
    const typed = this.isTyped() ? [this.place, this.input.value] : null;
    this.place = null;
    this.input.value = this.current ?? "";
    if (typed) this.on.done(...typed);
  }

  key(event) {
    if (event.isComposing || (event.key !== "Enter" && event.key !== "Escape")) return;
    event.preventDefault();
    if (event.key === "Escape") this.input.value = this.from;
    this.on.leave();
  }
}
