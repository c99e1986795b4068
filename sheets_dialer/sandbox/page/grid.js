/* A tab as a table of which only the rows in sight exist. Knows nothing of the network: it asks
   `source.rows(start, end)` for cells and tells `source` what the person wants. */

import { cellElement, spacer } from "./cell.js";
import { Editor } from "./editor.js";
import { element, mark } from "./element.js";
import { Merges } from "./merges.js";
import { asBlock, letters } from "./text.js";

export const ROW = 28;
export const NUMBERS_WIDTH = 52;
const BLOCK = 100;
const SPARE = 12;

export class Grid {
  constructor(root, source) {
    this.root = root;
    this.source = source;
    this.tab = null;
    this.showHidden = false;
    this.cursor = { row: 0, column: 0 };
    this.corner = { row: 0, column: 0 };
    this.blocks = new Map();
    this.table = element("table");
    this.head = this.table.createTHead();
    this.body = this.table.createTBody();
    root.append(this.table);
    root.addEventListener("scroll", () => this.scrolled());
    root.addEventListener("pointerdown", (event) => this.pressed(event));
    root.addEventListener("pointerover", (event) => this.dragged(event));
    root.addEventListener("dblclick", (event) => this.cellOf(event) && this.edit());
    root.addEventListener("keydown", (event) => this.key(event));
    root.addEventListener("copy", (event) => this.copy(event, "copy"));
    root.addEventListener("cut", (event) => this.copy(event, "cut"));
    root.addEventListener("paste", (event) => {
      if (event.target === this.editor?.input) return;
      event.preventDefault();
      this.source.paste(event.clipboardData.getData("text/plain"));
    });
    new ResizeObserver(() => this.tab && this.draw()).observe(root);
  }

  /* Shows a tab in a state of its document; another tab begins at its top. */
  show(tab, revision) {
    const other = this.tab?.id !== tab.id;
    if (other) {
      this.close(false);
      this.blocks.clear();
      this.cursor = { row: 0, column: 0 };
      this.corner = this.cursor;
    }
    this.tab = tab;
    this.merges = new Merges(tab);
    this.revision = revision;
    this.cursor = this.inside(this.cursor);
    this.corner = this.inside(this.corner);
    this.layOut();
    if (other) this.root.scrollTo(0, 0);
    this.draw();
    this.source.selected();
  }

  setShowHidden(showHidden) {
    this.showHidden = showHidden;
    this.layOut();
    this.draw();
  }

  inside({ row, column }) {
    return {
      row: Math.max(0, Math.min(row, this.tab.rows - 1)),
      column: Math.max(0, Math.min(column, this.tab.columns.length - 1)),
    };
  }

  /* Which rows and columns are there to see, and how wide the table is. */
  layOut() {
    const { tab } = this;
    this.columns = tab.columns.map((column, index) => ({ ...column, index }))
      .filter((column) => this.showHidden || !column.hidden);
    this.lines = null;
    if (tab.hidden_rows.length && !this.showHidden) {
      this.lines = [];
      let next = 0;
      for (const [start, end] of [...tab.hidden_rows, [tab.rows, tab.rows]]) {
        for (; next < start; next += 1) this.lines.push(next);
        next = end;
      }
    }
    const isFrozen = (row) => row < tab.frozen_rows;
    this.frozen = Array.from({ length: Math.min(tab.frozen_rows, 20) }, (_, row) => row)
      .filter((row) => !this.lines || this.lines.includes(row));
    if (this.lines) this.lines = this.lines.filter((row) => !isFrozen(row));
    this.lineCount = this.lines ? this.lines.length : tab.rows - this.frozen.length;
    this.table.dir = tab.right_to_left ? "rtl" : "ltr";
    const widths = [NUMBERS_WIDTH, ...this.columns.map((column) => column.width)];
    this.table.style.width = `${widths.reduce((sum, width) => sum + width, 0)}px`;
    this.table.querySelector("colgroup")?.remove();
    this.table.prepend(element("colgroup", {}, ...widths.map((width) => {
      const col = element("col");
      col.style.width = `${width}px`;
      return col;
    })));
    let left = NUMBERS_WIDTH;
    for (const column of this.columns) {
      column.stuck = column.index < tab.frozen_columns;
      column.left = left;
      left += column.width;
    }
  }

  row(line) { return this.lines ? this.lines[line] : line + this.frozen.length; }

  line(row) { return this.lines ? this.lines.indexOf(row) : row - this.frozen.length; }

  scrolled() {
    const first = Math.floor(this.root.scrollTop / ROW);
    if (Math.abs(first - this.drawnFrom) > SPARE / 2) this.draw();
  }

  draw() {
    const first = Math.max(0, Math.floor(this.root.scrollTop / ROW) - SPARE);
    const most = Math.ceil(this.root.clientHeight / ROW) + 2 * SPARE;
    const last = Math.min(this.lineCount, first + most);
    this.drawnFrom = Math.floor(this.root.scrollTop / ROW);
    const rows = [];
    for (let line = first; line < last; line += 1) rows.push(this.row(line));
    const corners = this.merges.all.filter((each) => rows.some((row) => each.top <= row && row < each.bottom));
    this.need([...this.frozen, ...rows, ...corners.map((each) => each.top)]);
    this.head.replaceChildren(
      this.lettersRow(), ...this.frozen.map((row) => this.rowElement(row, this.frozen, "frozen")));
    this.body.replaceChildren(
      spacer(first * ROW), ...rows.map((row) => this.rowElement(row, rows, "")),
      spacer((this.lineCount - last) * ROW));
    this.paint();
  }

  /* Marks the selection on the cells that are there. They are not replaced: a double click needs
     the same element twice. */
  paint() {
    const { rows, columns } = this.area();
    for (const th of this.head.rows[0].cells) {
      const column = Number(th.dataset.column ?? -1);
      th.classList.toggle("chosen", columns[0] <= column && column <= columns[1]);
    }
    for (const tr of this.table.querySelectorAll("tr[data-row]")) {
      const row = Number(tr.dataset.row);
      const isChosen = rows[0] <= row && row <= rows[1];
      for (const cell of tr.cells) {
        const column = Number(cell.dataset.column ?? -1);
        if (column < 0) cell.classList.toggle("chosen", isChosen);
        else {
          const at = Number(cell.dataset.row);
          const merge = this.merges.at(at, column) ?? { top: at, bottom: at + 1, left: column, right: column + 1 };
          cell.classList.toggle("chosen", merge.top <= rows[1] && rows[0] < merge.bottom
            && merge.left <= columns[1] && columns[0] < merge.right);
          cell.classList.toggle("cursor", at === this.cursor.row && column === this.cursor.column);
        }
      }
    }
  }

  /* Fetches the blocks of these rows that aren't there or are of another state. */
  need(rows) {
    for (const number of new Set(rows.map((row) => Math.floor(row / BLOCK)))) {
      const block = this.blocks.get(number);
      if (block?.asked === this.revision) continue;
      this.blocks.set(number, { rows: block?.rows, looks: block?.looks, asked: this.revision });
      this.fetch(number);
    }
  }

  async fetch(number) {
    const { tab, revision } = this;
    const answer = await this.source.rows(number * BLOCK, (number + 1) * BLOCK);
    if (this.tab.id !== tab.id || !answer) {
      if (!answer) this.blocks.delete(number);
      return;
    }
    this.blocks.set(number, { rows: answer.rows, looks: answer.looks, formulas: answer.formulas, asked: revision });
    if (answer.revision !== revision) this.source.behind();
    this.draw();
    this.source.selected();
  }

  /* Asks again for cells in sight that change by themselves, such as NOW(). */
  refresh() {
    for (const [number, block] of this.blocks) {
      if (block.formulas) block.asked = null;
      else if (block.asked !== this.revision) this.blocks.delete(number);
    }
    this.draw();
  }

  cell(row, column) {
    const block = this.blocks.get(Math.floor(row / BLOCK));
    return block?.rows?.[row % BLOCK]?.[column] ?? {};
  }

  look(row, cell) {
    return cell.look === undefined ? {} : this.blocks.get(Math.floor(row / BLOCK)).looks[cell.look];
  }

  lettersRow() {
    const corner = element("th", { className: "stuck" });
    corner.style.insetInlineStart = "0";
    return element("tr", {}, corner, ...this.columns.map((column, place) => {
      const th = element("th", { textContent: letters(column.index) });
      const before = place ? this.columns[place - 1].index : -1;
      const skipped = column.index - before - 1;
      th.dataset.column = column.index;
      if (column.hidden) mark(th, "out-of-sight", "Hidden column");
      if (skipped) mark(th, "gap-before", `Hidden: ${letters(before + 1)}${skipped > 1 ? `–${letters(column.index - 1)}` : ""}`);
      this.stick(th, column);
      return th;
    }));
  }

  /* One of the rows that are drawn below one another. */
  rowElement(row, rows, className) {
    const number = element("th", { className: "stuck", textContent: row + 1 });
    number.style.insetInlineStart = "0";
    const isHidden = this.showHidden && this.tab.hidden_rows.some(([start, end]) => start <= row && row < end);
    if (isHidden) mark(number, "out-of-sight", "Hidden row");
    const tr = element("tr", { className }, number, ...this.columns.flatMap((column) => {
      const merge = this.merges.at(row, column.index);
      const drawn = merge && this.merges.drawn(merge, row, column.index, rows, this.columns);
      if (drawn === null) return [];
      const place = this.merges.corner({ row, column: column.index });
      const cell = this.cell(place.row, place.column);
      const td = Object.assign(cellElement(cell, this.look(place.row, cell)), drawn);
      Object.assign(td.dataset, place);
      if (column.hidden || isHidden) td.classList.add("out-of-sight");
      this.stick(td, column);
      return td;
    }));
    tr.dataset.row = row;
    return tr;
  }

  stick(cell, column) {
    if (!column.stuck) return;
    cell.classList.add("stuck");
    cell.style.insetInlineStart = `${column.left}px`;
    if (column.index === this.tab.frozen_columns - 1) cell.classList.add("last-stuck");
  }

  /* The selection with its first and last row and column. */
  area() {
    const span = (one, other) => [Math.min(one, other), Math.max(one, other)];
    return {
      rows: span(this.cursor.row, this.corner.row),
      columns: span(this.cursor.column, this.corner.column),
    };
  }

  /* Selects from one cell to another and scrolls to `seen`, if anything. */
  select(cursor, corner = cursor, seen = corner) {
    this.cursor = this.inside(cursor);
    this.corner = this.inside(corner);
    if (seen) this.reveal(this.inside(seen));
    this.paint();
    this.source.selected();
  }

  reveal({ row, column }) {
    const headHeight = ROW * (1 + this.frozen.length);
    const line = this.line(row);
    if (line >= 0 && !this.frozen.includes(row)) {
      const top = line * ROW;
      const below = top + ROW - (this.root.clientHeight - headHeight);
      if (top < this.root.scrollTop) this.root.scrollTop = top;
      else if (below > this.root.scrollTop) this.root.scrollTop = below + 4;
    }
    const place = this.columns.find((each) => each.index === column);
    if (!place || place.stuck || this.tab.right_to_left) return;
    const stuck = this.columns.filter((each) => each.stuck).reduce((sum, each) => sum + each.width, NUMBERS_WIDTH);
    const right = place.left + place.width - this.root.clientWidth;
    if (place.left - stuck < this.root.scrollLeft) this.root.scrollLeft = place.left - stuck;
    else if (right > this.root.scrollLeft) this.root.scrollLeft = right + 4;
  }

  cellOf(event) {
    const cell = event.target.closest?.("td, th");
    if (!cell || !this.table.contains(cell)) return null;
    const { row } = { ...cell.parentElement.dataset, ...cell.dataset };
    const { column } = cell.dataset;
    return {
      row: row === undefined ? null : Number(row),
      column: column === undefined ? null : Number(column),
    };
  }

  pressed(event) {
    const place = this.cellOf(event);
    if (!place || event.button !== 0) return;
    const isTouch = event.pointerType === "touch";
    const again = place.row === this.cursor.row && place.column === this.cursor.column;
    if (isTouch && again && !this.editor) {
      this.root.addEventListener("click", () => this.edit(), { once: true });
      return;
    }
    this.close(true);
    const end = { row: this.tab.rows - 1, column: this.tab.columns.length - 1 };
    const from = { row: place.row ?? 0, column: place.column ?? 0 };
    const to = { row: place.row ?? end.row, column: place.column ?? end.column };
    this.select(event.shiftKey ? this.cursor : from, to, null);
    this.dragging = !isTouch && place.row !== null && place.column !== null;
    this.root.focus({ preventScroll: true });
  }

  dragged(event) {
    if (!(event.buttons & 1)) this.dragging = false;
    const place = this.dragging && this.cellOf(event);
    if (place && place.row !== null && place.column !== null) {
      this.corner = place;
      this.paint();
      this.source.selected();
    }
  }

  key(event) {
    if (event.target === this.editor?.input || event.isComposing) return;
    const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], Enter: null, F2: null };
    const page = Math.max(1, Math.floor(this.root.clientHeight / ROW) - 3);
    const far = { PageUp: [-page, 0], PageDown: [page, 0], Home: [0, -1e6], End: [0, 1e6], Tab: [0, event.shiftKey ? -1 : 1] };
    const step = steps[event.key] ?? far[event.key];
    if (step) {
      const extends_ = event.shiftKey && event.key !== "Tab";
      const next = this.stepped(extends_ ? this.corner : this.cursor, step);
      this.select(extends_ ? this.cursor : next, next);
    } else if (event.key === "Enter" || event.key === "F2") this.edit();
    else if (event.key === "Delete" || event.key === "Backspace") this.source.clear();
    else if (event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey) this.edit(event.key);
    else return;
    event.preventDefault();
  }

  /* One step over what is in sight: hidden rows and columns are passed over. */
  stepped(from, [down, right]) {
    const { row, column } = this.merges.beyond(from, [down, right]);
    const rows = this.tab.rows;
    const isHidden = (index) => !this.showHidden && this.tab.hidden_rows.some(([start, end]) => start <= index && index < end);
    let next = Math.max(0, Math.min(rows - 1, row + down));
    while (down && isHidden(next) && next + Math.sign(down) >= 0 && next + Math.sign(down) < rows) next += Math.sign(down);
    const place = this.columns.findIndex((each) => each.index >= column);
    const to = Math.max(0, Math.min(this.columns.length - 1, place + right));
    return this.merges.corner({ row: isHidden(next) ? row : next, column: this.columns[to]?.index ?? 0 });
  }

  /* Opens the editor on the cursor's cell, with what stands there or with a first letter. */
  edit(text) {
    this.close(true);
    this.reveal(this.cursor);
    this.draw();
    const { row, column } = this.cursor;
    const place = this.columns.find((each) => each.index === column);
    if (!place) return;
    const frozenLine = this.frozen.indexOf(row);
    const box = {
      top: frozenLine >= 0
        ? this.root.scrollTop + ROW * (1 + frozenLine) : ROW * (1 + this.frozen.length + this.line(row)),
      left: place.stuck ? this.root.scrollLeft + place.left : place.left,
      width: Math.max(place.width, 120),
    };
    this.editor = new Editor(this.root, `${letters(column)}${row + 1}`, this.cell(row, column), text, box, {
      done: (value) => {
        this.editor = null;
        if (value !== null) this.source.write(row, column, [[value]]);
      },
      move: (step) => {
        this.root.focus({ preventScroll: true });
        if (step) this.select(this.stepped(this.cursor, step));
      },
      paste: (pasted) => this.source.paste(pasted),
    });
  }

  close(keep) { this.editor?.close(keep); }

  copy(event, mode) {
    if (event.target === this.editor?.input) return;
    event.preventDefault();
    const { rows, columns } = this.area();
    const block = [];
    for (let row = rows[0]; row <= rows[1]; row += 1) {
      if (!this.blocks.get(Math.floor(row / BLOCK))?.rows) {
        this.source.complain("Only rows that were in sight can be copied. Select fewer rows.");
        return;
      }
      const line = [];
      for (let column = columns[0]; column <= columns[1]; column += 1) line.push(this.cell(row, column).text ?? "");
      block.push(line);
    }
    const text = asBlock(block);
    event.clipboardData.setData("text/plain", text);
    this.source.copied({ mode, rows, columns, text });
  }
}
