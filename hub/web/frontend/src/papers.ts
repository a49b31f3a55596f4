// Ticking lines, sending codes and telling what was looked at, without loading the page anew. The
// server decides everything; without this script the same forms are sent by their buttons.

import { setUpWords } from "./papers/words";

interface Told {
  said: string;
  problem?: string;
}

interface Totals extends Told {
  gross: string;
  rows: [string, string][];
}

async function send<Answer extends Told>(form: HTMLFormElement, to: string): Promise<Answer> {
  const answer = await fetch(to, {
    method: "POST",
    headers: { Accept: "application/json" },
    body: new URLSearchParams(new FormData(form) as unknown as Record<string, string>),
  });
  const json = (answer.headers.get("Content-Type") ?? "").startsWith("application/json");
  if (!json) throw new Error(String(answer.status));
  return (await answer.json()) as Answer;
}

// Lines: each tick is saved at once; what was asked for last is what is shown.
function setUpLines(section: HTMLElement): void {
  const form = document.getElementById("act") as HTMLFormElement;
  const update = section.querySelector<HTMLElement>("[data-update]");
  const button = update?.querySelector("button");
  const unsaved = section.querySelector<HTMLElement>("[data-unsaved]");
  const said = section.querySelector<HTMLElement>("[data-said]");
  let asked = 0;

  function show(totals: Totals): void {
    document.querySelectorAll("[data-gross]").forEach((place) => {
      place.textContent = totals.gross;
    });
    const list = section.querySelector(".totals");
    list?.querySelectorAll("[data-row]").forEach((row) => row.remove());
    for (const [label, amount] of [...totals.rows].reverse()) {
      const row = document.createElement("div");
      row.dataset.row = "";
      row.append(document.createElement("dt"), document.createElement("dd"));
      row.children[0].textContent = label;
      row.children[1].textContent = amount;
      list?.prepend(row);
    }
    if (said) said.textContent = totals.said;
  }

  async function save(): Promise<void> {
    const mine = ++asked;
    try {
      const totals = await send<Totals>(form, button?.formAction ?? "");
      if (mine === asked) show(totals);
    } catch {
      if (mine !== asked) return;
      if (unsaved) unsaved.hidden = false;
      if (update) update.hidden = false;
      return;
    }
    if (unsaved) unsaved.hidden = true;
    if (update) update.hidden = true;
  }

  if (update) update.hidden = true;
  section.addEventListener("change", (event) => {
    const box = event.target as HTMLInputElement;
    if (!box.matches("[data-line]")) return;
    box.closest(".line")?.classList.toggle("left-out", !box.checked);
    void save();
  });
}

// A code is asked for without losing what is filled in or drawn.
function setUpCode(button: HTMLButtonElement): void {
  button.addEventListener("click", async (event) => {
    const form = button.form;
    const told = form?.querySelector<HTMLElement>("[data-told]");
    if (!form || !told) return;
    event.preventDefault();
    if (button.getAttribute("aria-disabled") === "true") return;
    button.setAttribute("aria-disabled", "true");
    try {
      const answer = await send<Told>(form, button.formAction);
      told.textContent = answer.said || answer.problem || "";
      form.querySelector<HTMLInputElement>("input[name=code]")?.focus();
    } catch {
      form.action = button.formAction; // the page itself says what is wrong
      form.submit();
    } finally {
      button.removeAttribute("aria-disabled");
    }
  });
}

const lines = document.getElementById("lines");
if (lines?.querySelector("[data-line]")) setUpLines(lines);
document.querySelectorAll<HTMLButtonElement>("[data-send-code]").forEach(setUpCode);
setUpWords();
// Back from a file or an attachment: what is said about it may be old.
window.addEventListener("pageshow", (event) => {
  if (event.persisted && document.getElementById("act")) location.reload();
});
