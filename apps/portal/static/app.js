"use strict";
// Everything that is shown comes in through textContent: a text never becomes markup.

const byId = (id) => document.getElementById(id);
const log = byId("log");
const form = byId("form");
const field = byId("text");
const send = byId("send");
const typing = byId("typing");
const LOST = "网络不通或服务没有响应，请稍后重试。";
// The server answers within its deadline, be it with an error; this is for what the network adds.
const SLACK_MS = 5000;
let patienceMs = 20000;
// Nothing is sent before the earlier conversation is shown.
let busy = true;

function make(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined && text !== null) element.textContent = text;
  return element;
}

function makeButton(className, text, onClick) {
  const button = make("button", className, text);
  button.type = "button";
  button.addEventListener("click", onClick);
  return button;
}

function isLink(url) {
  return typeof url === "string" && /^(https?:\/\/|tel:)/i.test(url.trim());
}

function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/* Bubbles */

function addBubble(role, content, className) {
  const row = make("div", "row " + role);
  row.append(make("span", "unseen", role === "citizen" ? "您：" : "微政通："));
  const bubble = make("div", "bubble" + (className ? " " + className : ""));
  bubble.append(content);
  row.append(bubble);
  log.append(row);
  return row;
}

// Web addresses and nothing else become links; the rest stays text.
function paragraph(text) {
  const element = make("p", "text");
  String(text).split(/(https?:\/\/[\w\-.~:/?#@!$&*+,;=%]+)/i).forEach((piece, at) => {
    element.append(at % 2 ? makeLink(piece, piece) : document.createTextNode(piece));
  });
  return element;
}

function makeLink(url, text) {
  const link = make("a", "", text);
  link.href = url.trim();
  if (!/^tel:/i.test(link.href)) link.target = "_blank";
  link.rel = "noopener noreferrer";
  return link;
}

function guideHead(message) {
  const head = make("div", "guide");
  head.append(make("strong", "", message.item.name));
  if (message.aspect_label) head.append(make("span", "tag", message.aspect_label));
  if (message.item.agency) head.append(make("span", "agency", message.item.agency));
  return head;
}

function citationItem(citation) {
  const item = make("li", "citation");
  const title = citation.title || citation.external_id;
  item.append(isLink(citation.url) ? makeLink(citation.url, title) : make("span", "", title));
  const facts = [citation.document_number, citation.agency, citation.published_on].filter(Boolean);
  if (facts.length) {
    const line = make("span", "facts");
    facts.forEach((fact, at) => line.append(at ? " · " : "", make("span", "fact", fact)));
    item.append(line);
  }
  return item;
}

function related(items) {
  const box = make("div", "related");
  box.append(make("p", "label", "您可能还想办"));
  items.forEach((item) => {
    box.append(makeButton("choice", item.name, () => ask({ text: item.name }, item.name)));
  });
  return box;
}

function answerContent(message) {
  const box = document.createDocumentFragment();
  if (message.item) box.append(guideHead(message));
  box.append(paragraph(message.text));
  const citations = message.citations || [];
  if (citations.length) {
    const sources = make("div", "sources");
    sources.append(make("p", "label", "依据"));
    const list = make("ul");
    citations.forEach((citation) => list.append(citationItem(citation)));
    sources.append(list);
    box.append(sources);
  }
  if ((message.related || []).length) box.append(related(message.related));
  return box;
}

function choicesContent(message) {
  const box = document.createDocumentFragment();
  box.append(paragraph(message.text));
  const buttons = make("div", "choices");
  message.choices.forEach((choice) => {
    buttons.append(makeButton("choice", choice.title, () => ask({ payload: choice.payload }, choice.title)));
  });
  box.append(buttons);
  return box;
}

function show(message) {
  const role = message.role || "assistant";
  if (message.kind === "answer") return addBubble(role, answerContent(message), message.item ? "card" : "");
  if (message.kind === "choices") return addBubble(role, choicesContent(message));
  if (typeof message.text === "string") return addBubble(role, paragraph(message.text));
  return null;
}

/* Talking */

function setBusy(now) {
  busy = now;
  typing.hidden = !now;
  send.disabled = now;
  log.setAttribute("aria-busy", String(now));
}

function reveal(row, block) {
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  if (row) row.scrollIntoView({ block: block, behavior: calm ? "auto" : "smooth" });
}

function failure(text, again) {
  return Object.assign(new Error(text), { again: again });
}

async function request(path, options) {
  const control = new AbortController();
  const timer = setTimeout(() => control.abort(), patienceMs);
  let status = 0;
  try {
    const response = await fetch(path, Object.assign({ signal: control.signal }, options));
    if (!response.ok) status = response.status;
    const body = await response.json();
    if (response.ok) return body;
    throw failure(body.error.message, isPassing(status));
  } catch (error) {
    // Only our own sentences are shown, never the browser's.
    throw "again" in error ? error : failure(LOST, isPassing(status));
  } finally {
    clearTimeout(timer);
  }
}

// Whether the same message may be answered another time; 0 where nothing came back.
function isPassing(status) {
  return status === 0 || status === 429 || status >= 500;
}

async function ask(body, shown) {
  if (busy) return;
  const row = addBubble("citizen", paragraph(shown));
  reveal(row, "nearest");
  await deliver(Object.assign({ client_message_id: newId() }, body), row);
}

async function deliver(body, row) {
  setBusy(true);
  reveal(typing, "end");
  try {
    const reply = await request("/api/chat", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    const rows = reply.messages.map(show).filter(Boolean);
    setBusy(false);
    reveal(rows[0] || row, rows.length > 1 ? "start" : "nearest");
  } catch (error) {
    setBusy(false);
    reveal(showError("again" in error ? error : failure(LOST, true), body, row), "end");
  }
}

function showError(error, body, row) {
  const notice = addBubble("assistant", make("p", "text", error.message), "error");
  if (error.again) addRetry(notice, body, row);
  return notice;
}

function addRetry(notice, body, row) {
  notice.querySelector(".bubble").append(
    makeButton("choice retry", "重试", () => {
      if (busy) return;
      notice.remove();
      field.focus();
      deliver(body, row);
    })
  );
}

function submit() {
  const text = field.value.trim();
  if (!text || busy) return;
  field.value = "";
  fit();
  ask({ text: text }, text);
}

function fit() {
  field.style.height = "auto";
  field.style.height = Math.min(field.scrollHeight, 140) + "px";
}

/* Beginning */

function greet(city) {
  const box = document.createDocumentFragment();
  box.append(make("p", "text", "您好，我是" + city + "政务服务助手。您可以问我办事需要什么材料、怎么办、去哪里办，也可以问政策规定。"));
  const examples = make("div", "choices");
  ["居住证需要什么材料", "新生儿怎么上户口", "公积金怎么提取"].forEach((text) => {
    examples.append(makeButton("choice", text, () => ask({ text: text }, text)));
  });
  box.append(examples);
  addBubble("assistant", box);
}

function introduce(about) {
  byId("title").textContent = about.city_name + "微政通";
  const hotline = byId("hotline");
  hotline.textContent = "人工热线 " + about.hotline;
  hotline.href = "tel:" + about.hotline;
  hotline.hidden = false;
  byId("demo").hidden = !about.demo;
  patienceMs = about.deadline_s * 1000 + SLACK_MS;
}

// What cannot be loaded is done without.
function load(path) {
  return request(path).catch(() => null);
}

async function begin() {
  const [about, history] = await Promise.all([load("/api/about"), load("/api/conversation")]);
  try {
    if (about) introduce(about);
    greet(about ? about.city_name : "本市");
    const rows = (history ? history.messages : []).map(show).filter(Boolean);
    if (rows.length) log.lastElementChild.scrollIntoView({ block: "end" });
  } finally {
    setBusy(false);
    document.body.dataset.ready = "yes";
  }
}

send.disabled = true;
form.addEventListener("submit", (event) => {
  event.preventDefault();
  submit();
});
field.addEventListener("input", fit);
field.addEventListener("keydown", (event) => {
  // Safari ends the composition before the key that ended it; 229 tells that key from a plain Enter.
  const composing = event.isComposing || event.keyCode === 229;
  if (event.key === "Enter" && !event.shiftKey && !composing) {
    event.preventDefault();
    submit();
  }
});
begin();
