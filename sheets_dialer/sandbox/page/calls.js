/* The portal's side of the page: calls with their buttons, the account, the counters. */

import { element } from "./element.js";

const byId = (id) => document.getElementById(id);

function phone(number) {
  const pakistani = /^92(3\d\d)(\d{7})$/.exec(number);
  return pakistani ? `+92 ${pakistani[1]} ${pakistani[2]}` : `+${number}`;
}

function actsOf(call) {
  const keys = [1, 2, 3].map((key) => [`press ${key}`, String(key), "key"]);
  if (call.status === 2) return [...keys, ["hang up", "Hang up", ""]];
  return [
    ["answer", "Answer", "main"], ...keys,
    ["busy", "Busy", ""], ["no answer", "No answer", ""],
  ];
}

export class Calls {
  constructor(act) {
    this.act = act;
    this.known = new Map();
    setInterval(() => this.tick(), 250);
  }

  show(state) {
    this.clock = { now: state.now, at: performance.now(), speed: state.speed };
    const { calls } = state;
    byId("balance").textContent = Number(state.balance).toLocaleString("en", { minimumFractionDigits: 2 });
    byId("accepted").textContent = calls.accepted;
    byId("in-progress").textContent = calls.in_progress;
    byId("switch-count").textContent = calls.in_progress ? `(${calls.in_progress})` : "";
    const more = calls.in_progress - calls.shown.length;
    byId("quiet").textContent = more > 0 ? `and ${more} more` : calls.in_progress ? "" : "None at the moment.";
    const kept = new Map();
    this.list(byId("shown"), calls.shown, kept);
    this.list(byId("ended"), calls.ended, kept);
    this.known = kept;
    byId("ended").previousElementSibling.hidden = !calls.ended.length;
    this.requests(state.requests);
    this.tick();
  }

  /* Cards that haven't changed keep their elements, so that a press on a button is never lost. */
  list(parent, calls, kept) {
    const cards = calls.map((call) => {
      const content = JSON.stringify(call);
      const old = this.known.get(call.call_id);
      const card = old?.content === content ? old.card : this.card(call);
      kept.set(call.call_id, { content, card });
      return card;
    });
    const same = cards.length === parent.children.length && cards.every((card, i) => parent.children[i] === card);
    if (!same) parent.replaceChildren(...cards);
  }

  card(call) {
    const key = call.dtmf === null ? "" : ` · key ${call.dtmf}`;
    const retry = call.retry ? ` · retry ${call.retry}` : "";
    const item = element("li", { className: "call" },
      element("div", { className: "top" },
        element("span", { className: "number", textContent: phone(call.caller_id) }),
        ...(call.ended ? [] : [element("span", { className: "seconds" })]),
        element("span", { className: `pill s${call.status}`, textContent: call.word + key + retry })));
    if (call.texts.length) {
      const texts = call.texts.flatMap((text) => [" · ", element("bdi", { textContent: text })]);
      item.append(element("div", { className: "for" }, ...texts.slice(1)));
    }
    item.dataset.callId = call.call_id;
    item.title = `Call ${call.call_id}`;
    if (!call.ended) {
      item.dataset.since = call.since;
      item.append(element("div", { className: "acts" }, ...actsOf(call).map(([what, label, className]) => {
        const button = element("button", { type: "button", textContent: label, className });
        button.setAttribute("aria-label", `${what} ${phone(call.caller_id)}`);
        button.dataset.act = what;
        button.addEventListener("click", () => this.act(call.call_id, what));
        return button;
      })));
    }
    return item;
  }

  tick() {
    if (!this.clock) return;
    const { now, at, speed } = this.clock;
    const moment = now + ((performance.now() - at) / 1000) * speed;
    for (const item of byId("shown").children) {
      const seconds = Math.max(0, Math.floor(moment - Number(item.dataset.since)));
      item.querySelector(".seconds").textContent = `${seconds} s`;
    }
  }

  requests(counts) {
    const lines = [];
    for (const [service, kinds] of Object.entries(counts)) {
      const { total = 0, read, write, ...rest } = kinds;
      const share = read || write ? `${total} (${read ?? 0} read, ${write ?? 0} write)` : total;
      lines.push(line("", service, share));
      for (const [kind, count] of Object.entries(rest)) {
        if (kind !== service) lines.push(line("kind", kind, count));
      }
    }
    byId("requests").tBodies[0].replaceChildren(...lines);
  }
}

function line(className, label, value) {
  return element("tr", { className },
    element("td", { textContent: label }), element("td", { textContent: value }));
}
