"use strict";
// The page that tries the service: builds a call, shows the cards, sends feedback.
// Everything from the service is written as text, never as HTML.

const at = (id) => document.getElementById(id);
const KINDS = { critical: "Critical", warning: "Warning", info: "Information" };
let people = [];

function made(tag, text, kind) {
  const one = document.createElement(tag);
  if (text) one.textContent = text;
  if (kind) one.className = kind;
  return one;
}

function say(text) { at("status").textContent = text; }

async function ask(url, body) {
  const how = body === undefined ? {} : {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
  };
  const answer = await fetch(url, how);
  const found = await answer.json();
  if (!answer.ok) throw new Error(`${answer.status}: ${found.error.message}`);
  return found;
}

function paragraphs(markdown) {
  // The service's Markdown: paragraphs, lists, and escaped signs. The page says the last
  // paragraph, the disclaimer, once at its top.
  const parts = markdown.split("\n\n").filter((part) => !/^\*.*\*$/.test(part));
  return parts.map((part) => {
    const plain = (text) => text.replace(/\\(.)/g, "$1");
    if (!part.startsWith("- ")) return made("p", plain(part));
    const list = made("ul");
    for (const row of part.split("\n")) list.append(made("li", plain(row.slice(2))));
    return list;
  });
}

function linked(label, url) {
  const item = made("li");
  if (!url || !/^https?:\/\//.test(url)) { item.textContent = label; return item; }
  const link = made("a", label);
  link.href = url; link.rel = "noreferrer noopener"; link.target = "_blank";
  item.append(link);
  return item;
}

function feedback(card, service, box) {
  const send = async (item, done) => {
    const time = new Date().toISOString();
    try {
      await ask(`cds-services/${service}/feedback`, { feedback: [{ card: card.uuid, outcomeTimestamp: time, ...item }] });
      for (const one of box.querySelectorAll("button, select, input")) one.disabled = true;
      say(done);
      box.append(made("p", done, "hint"));
    } catch (error) { say(`The feedback was not kept. ${error.message}`); }
  };
  for (const one of card.suggestions ?? []) {
    const button = made("button", one.label);
    button.type = "button";
    button.addEventListener("click", () => send(
      { outcome: "accepted", acceptedSuggestions: [{ id: one.uuid }] }, "Accepted; the service has kept it."));
    box.append(button, " ");
  }
  let reason = null;
  if (card.overrideReasons) {
    const label = made("label", "Reason for overriding");
    reason = made("select");
    reason.id = `reason-${card.uuid}`;
    label.htmlFor = reason.id;
    reason.append(new Option("No reason given", ""));
    for (const one of card.overrideReasons) reason.append(new Option(one.display, one.code));
    box.append(label, reason);
  }
  const button = made("button", reason ? "Override" : "Dismiss", "quiet");
  button.type = "button";
  button.setAttribute("aria-label", `${button.textContent}: ${card.summary}`);
  button.addEventListener("click", () => {
    const item = { outcome: "overridden" };
    const chosen = (card.overrideReasons ?? []).find((one) => one.code === reason?.value);
    if (chosen) item.overrideReason = { reason: chosen };
    send(item, "Overridden; the service has kept it.");
  });
  box.append(button);
}

function show(card, service) {
  const box = made("li", "", `card ${card.indicator}`);
  box.append(made("p", KINDS[card.indicator], "kind"), made("h3", card.summary), ...paragraphs(card.detail));
  const sources = made("ul", "", "sources");
  sources.append(linked(card.source.label, card.source.url));
  for (const one of card.links ?? []) sources.append(linked(one.label, one.url));
  box.append(made("p", "Where it comes from", "hint"), sources);
  feedback(card, service, box);
  return box;
}

function chosen() { return people.find((one) => String(one.id) === at("patient").value); }

function refresh() {
  const one = chosen();
  at("why").textContent = one.facts;
  at("order").value = one.order;
  at("order-part").hidden = at("hook").value === "patient-view";
}

async function call(event) {
  event.preventDefault();
  const hook = at("hook").value;
  at("send").disabled = true;
  say("Asking …");
  try {
    const query = new URLSearchParams({ patient: at("patient").value, hook, orders: at("order").value });
    const body = await ask(`try/request?${query}`);
    body.hookInstance = crypto.randomUUID();
    const service = `medai-${hook}`;
    const found = await ask(`cds-services/${service}`, body);
    at("cards").replaceChildren(...found.cards.map((card) => show(card, service)));
    if (!found.cards.length) at("cards").append(made("li", "No cards. Nothing fired; that is not the same as safe."));
    at("request").textContent = JSON.stringify(body, null, 2);
    at("response").textContent = JSON.stringify(found, null, 2);
    at("answer").hidden = false;
    say(`${found.cards.length} card${found.cards.length === 1 ? "" : "s"}.`);
    at("answer-title").focus();
  } catch (error) { say(error.message); }
  at("send").disabled = false;
}

async function start() {
  try {
    const found = await ask("try/patients");
    people = found.patients;
    for (const one of people) at("patient").append(new Option(one.label, one.id));
    for (const name of found.orders) at("orders").append(new Option(name));
    refresh();
  } catch (error) { say(error.message); }
  at("patient").addEventListener("change", refresh);
  at("hook").addEventListener("change", () => { at("order-part").hidden = at("hook").value === "patient-view"; });
  at("call").addEventListener("submit", call);
}

start();
