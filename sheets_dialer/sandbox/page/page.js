/* Ties the page together: looks for news every second, and turns what a person does into the same
   Google Sheets requests that any client sends. */

import { Calls } from "./calls.js";
import { Charts } from "./charts.js";
import { element } from "./element.js";
import { Entry } from "./entry.js";
import { Grid } from "./grid.js";
import { letters, parseBlock } from "./text.js";

const EVERY = 1000;
const EVERY_UNSEEN = 5000;
const FORMULAS_EVERY = 10000;
const byId = (id) => document.getElementById(id);

let state = null;
let chosenDocument = new URLSearchParams(location.search).get("document") ?? "";
let chosenTab = null;
let clipboard = null;
let complaintEnds = 0;

function complain(text) {
  byId("message").textContent = text;
  byId("message").hidden = !text;
  clearTimeout(complaintEnds);
  if (text) complaintEnds = setTimeout(() => complain(""), 8000);
}

async function ask(method, path, body) {
  let response;
  try {
    response = await fetch(`/_page/${path}`, { method, body: body && JSON.stringify(body) });
  } catch {
    complain("The sandbox doesn't answer. Is it still running?");
    return null;
  }
  if (response.status === 204) return null;
  const answer = await response.json().catch(() => null);
  if (response.ok) return answer;
  complain(answer?.error?.message ?? `The sandbox answered ${response.status}.`);
  return null;
}

/* Every change goes through here: done in order, and seen at once. */
let queue = Promise.resolve();
function change(...steps) {
  queue = queue.then(async () => {
    for (const [method, path, body] of steps) {
      if (!(await ask(method, path, body))) break;
    }
    await look();
  });
  return queue;
}

const tab = () => grid.tab;
const spreadsheet = () => `v4/spreadsheets/${encodeURIComponent(state.document.id)}`;
const batch = (...requests) => ["POST", `${spreadsheet()}:batchUpdate`, { requests }];
const dimension = (startIndex, endIndex) => ({ sheetId: tab().id, dimension: "ROWS", startIndex, endIndex });
const gridRange = ({ rows, columns }) => ({
  sheetId: tab().id,
  startRowIndex: rows[0], endRowIndex: rows[1] + 1,
  startColumnIndex: columns[0], endColumnIndex: columns[1] + 1,
});

function writeStep(row, column, values) {
  const width = Math.max(...values.map((line) => line.length));
  const block = values.map((line) => [...line, ...Array(width - line.length).fill("")]);
  const title = `'${tab().title.replaceAll("'", "''")}'`;
  const last = `${letters(column + width - 1)}${row + values.length}`;
  const range = encodeURIComponent(`${title}!${letters(column)}${row + 1}:${last}`);
  return ["PUT", `${spreadsheet()}/values/${range}?valueInputOption=USER_ENTERED`, { values: block }];
}

function growth(row, column, values) {
  const rows = row + values.length - tab().rows;
  const columns = column + Math.max(...values.map((line) => line.length)) - tab().columns.length;
  const append = (name, length) => ({ appendDimension: { sheetId: tab().id, dimension: name, length } });
  const requests = [rows > 0 && append("ROWS", rows), columns > 0 && append("COLUMNS", columns)].filter(Boolean);
  return requests.length ? [batch(...requests)] : [];
}

const source = {
  async rows(start, end) {
    const query = new URLSearchParams({ document: state.document.id, sheet: tab().id, start, end });
    const shown = tab().id;
    const answer = await ask("GET", `rows?${query}`);
    if (answer && tab().id === shown) charts.show(answer.charts);
    return answer;
  },

  behind: () => look(),
  complain,

  selected() {
    const { row, column } = grid.cursor;
    const cell = grid.cell(row, column);
    const { rows, columns } = grid.area();
    const one = rows[0] === rows[1] && columns[0] === columns[1];
    const corner = (r, c) => `${letters(c)}${r + 1}`;
    byId("address").textContent = one ? corner(row, column) : `${corner(rows[0], columns[0])}:${corner(rows[1], columns[1])}`;
    entry.show(cell.raw ?? cell.text ?? "");
    byId("note").textContent = cell.note ?? "";
    byId("note").hidden = !cell.note;
  },

  write: (row, column, values) => change(...growth(row, column, values), writeStep(row, column, values)),

  clear() {
    const { rows, columns } = grid.area();
    const line = Array(columns[1] - columns[0] + 1).fill("");
    change(writeStep(rows[0], columns[0], Array(rows[1] - rows[0] + 1).fill(line)));
  },

  copied(what) {
    clipboard = { ...what, source: gridRange(what), document: state.document.id };
  },

  /* What was copied here is pasted by Google's own cut and copy, which carry formats and formulas. */
  paste(text) {
    const { rows, columns } = grid.area();
    if (clipboard && clipboard.text === text && clipboard.document === state.document.id) {
      const cut = clipboard.mode === "cut";
      const place = { sheetId: tab().id, rowIndex: rows[0], columnIndex: columns[0] };
      const request = cut
        ? { cutPaste: { source: clipboard.source, destination: place, pasteType: "PASTE_NORMAL" } }
        : { copyPaste: { source: clipboard.source, destination: gridRange({ rows, columns }), pasteType: "PASTE_NORMAL" } };
      if (cut) clipboard = null;
      change(batch(request));
      return;
    }
    const values = parseBlock(text);
    change(...growth(rows[0], columns[0], values), writeStep(rows[0], columns[0], values));
    const first = { row: rows[0], column: columns[0] };
    const width = Math.max(...values.map((line) => line.length));
    grid.select(first, { row: rows[0] + values.length - 1, column: columns[0] + width - 1 }, first);
  },
};

function sort(sortOrder) {
  const range = { sheetId: tab().id, startRowIndex: tab().frozen_rows };
  const [dimensionIndex] = grid.area().columns;
  return batch({ sortRange: { range, sortSpecs: [{ dimensionIndex, sortOrder }] } });
}

const commands = {
  "insert-row": () => {
    const [first, last] = grid.area().rows;
    return batch({ insertDimension: { range: dimension(first, last + 1), inheritFromBefore: false } });
  },
  "delete-rows": () => {
    const [first, last] = grid.area().rows;
    return batch({ deleteDimension: { range: dimension(first, last + 1) } });
  },
  "add-rows": () => batch({ appendDimension: { sheetId: tab().id, dimension: "ROWS", length: 100 } }),
  "sort-up": () => sort("ASCENDING"),
  "sort-down": () => sort("DESCENDING"),
};

const entry = new Entry(byId("raw"), {
  begin: () => tab() && { document: state.document.id, tab: tab().id, ...grid.cursor },
  done: (place, value) => {
    if (state?.document?.id === place.document && tab().id === place.tab) source.write(place.row, place.column, [[value]]);
    else complain("The tab went away while you were typing. Nothing was written.");
  },
  leave: () => byId("grid").focus({ preventScroll: true }),
});
const grid = new Grid(byId("grid"), source);
const charts = new Charts(grid);
const calls = new Calls((callId, act) => change(["POST", "call", { call_id: callId, act }]));

for (const button of document.querySelectorAll("[data-do]")) {
  button.addEventListener("click", () => tab() && change(commands[button.dataset.do]()));
}
for (const button of document.querySelectorAll("button[data-view]")) {
  button.addEventListener("click", () => {
    document.querySelector("main").dataset.view = button.dataset.view;
    for (const each of document.querySelectorAll("button[data-view]")) {
      each.setAttribute("aria-selected", String(each === button));
    }
  });
}
byId("show-hidden").addEventListener("change", (event) => {
  grid.setShowHidden(event.target.checked);
  charts.draw();
});
byId("documents").addEventListener("change", (event) => {
  chosenDocument = event.target.value;
  chosenTab = null;
  state = null;
  look();
});

function showDocuments({ documents, document: shown }) {
  const select = byId("documents");
  const options = documents.map(({ id, title }) => element("option", { value: id, textContent: title }));
  if (document.activeElement !== select) {
    select.replaceChildren(...options);
    select.value = shown?.id ?? "";
  }
  select.disabled = documents.length < 2;
  document.title = `${shown?.title ?? "No spreadsheet"} – Sandbox`;
}

function showTabs({ tabs }) {
  const current = tabs.find((each) => each.id === chosenTab) ?? tabs.find((each) => !each.hidden) ?? tabs[0];
  chosenTab = current.id;
  const visible = tabs.filter((each) => !each.hidden || byId("show-hidden").checked || each === current);
  byId("tabs").replaceChildren(...visible.map((each) => {
    const button = element("button", { type: "button", textContent: each.title, dir: "auto" });
    button.setAttribute("aria-current", String(each === current));
    button.classList.toggle("out-of-sight", each.hidden);
    if (each.color) button.style.setProperty("--tab", each.color);
    button.addEventListener("click", () => {
      if (chosenTab !== each.id) charts.show([]);
      chosenTab = each.id;
      showTabs(state.document);
    });
    return button;
  }));
  grid.show(current, state.document.revision);
}

async function look() {
  const query = new URLSearchParams({ since: state?.version ?? "", document: chosenDocument });
  const news = await ask("GET", `state?${query}`);
  if (!news) return;
  const before = state;
  state = news;
  chosenDocument = news.document?.id ?? "";
  showDocuments(news);
  calls.show(news);
  byId("sheet").hidden = !news.document;
  if (news.document && JSON.stringify(news.document) !== JSON.stringify(before?.document)) showTabs(news.document);
}

byId("show-hidden").addEventListener("change", () => state?.document && showTabs(state.document));

async function watch() {
  await look();
  setTimeout(watch, document.visibilityState === "visible" ? EVERY : EVERY_UNSEEN);
}

setInterval(() => document.visibilityState === "visible" && tab() && grid.refresh(), FORMULAS_EVERY);
watch();
