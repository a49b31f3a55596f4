// Keeps the phone up to date: asks once a second what came, and adds it.

import { localise, moment } from "./moments.js";

const phones = document.getElementById("phones");
const thread = document.getElementById("thread");
const numbers = document.getElementById("numbers");
const nothing = document.getElementById("nothing");
const clock = document.getElementById("clock");
const language = phones.dataset.language;
const unread = new Set();
let last = Number(phones.dataset.last);

const LINK = /https?:\/\/[^\s<>"]+[^\s<>".,;:!?)\]]/g;

function linked(text) {
  const pieces = document.createDocumentFragment();
  let position = 0;
  for (const match of text.matchAll(LINK)) {
    pieces.append(text.slice(position, match.index));
    const link = document.createElement("a");
    Object.assign(link, { href: match[0], textContent: match[0], target: "_blank", rel: "noopener" });
    pieces.append(link);
    position = match.index + match[0].length;
  }
  pieces.append(text.slice(position));
  return pieces;
}

function element(name, className, ...children) {
  const made = document.createElement(name);
  made.className = className;
  made.append(...children);
  return made;
}

function time(iso) {
  const made = element("time", "", moment(iso, language));
  made.dateTime = iso;
  return made;
}

function show(message) {
  nothing.hidden = true;
  const who = element("p", "who", `${message.sender} · `, time(message.at));
  thread.append(element("article", "sms fresh", who, element("p", "bubble", linked(message.text))));
  thread.scrollTop = thread.scrollHeight;
}

function showNumbers(lines) {
  numbers.replaceChildren(...lines.map((line) => {
    const link = element("a", unread.has(line.number) ? "unread" : "",
      element("b", "", line.number), element("span", "", `${line.sender}: ${line.preview}`));
    link.href = `?to=${encodeURIComponent(line.number)}`;
    if (line.number === phones.dataset.number) link.setAttribute("aria-current", "true");
    const item = document.createElement("li");
    item.append(link);
    return item;
  }));
}

async function look() {
  const answer = await fetch(`/phone/messages?after=${last}`, { headers: { Accept: "application/json" } });
  if (!answer.ok) return;
  const news = await answer.json();
  if (news.messages.length === 0) return;
  if (!phones.dataset.number) {
    location.reload();
    return;
  }
  for (const message of news.messages) {
    if (message.to === phones.dataset.number) show(message);
    else unread.add(message.to);
    last = message.number;
  }
  showNumbers(news.lines);
}

function tick() {
  clock.textContent = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hour12: false }).format(new Date());
}

async function watch() {
  tick();
  try {
    await look();
  } catch {
    // The sandbox is restarting; the next look finds it.
  }
  setTimeout(watch, 1000);
}

localise(document, language);
thread.scrollTop = thread.scrollHeight;
watch();
