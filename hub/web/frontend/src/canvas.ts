// Signing on the page: draw or type. What was drawn survives rotation, reload and a lost network.
// Without this script the form is a plain one with a typed name.
import { Board, Kept } from "./canvas/board";
import { clipped, fault, written } from "./canvas/ink";
import { send } from "./canvas/sending";

interface Memory extends Kept {
  name: string;
  method: string;
}

function setUp(form: HTMLFormElement): void {
  const facts = form.dataset as Record<string, string>;
  const key = `canvas:${facts.order}`;
  const one = <T extends HTMLElement>(selector: string) => form.querySelector<T>(selector);
  const all = (selector: string) => [...form.querySelectorAll<HTMLElement>(selector)];
  const canvas = one<HTMLCanvasElement>("canvas");
  const undo = one<HTMLButtonElement>("[data-undo]");
  const clear = one<HTMLButtonElement>("[data-clear]");
  const retry = one("[data-retry]");
  const named = one<HTMLInputElement>("input[name=name]");
  const board = canvas ? new Board(canvas, () => mark(true), changed) : null;
  let busy = false;

  function method(): string {
    return String(new FormData(form).get("method") ?? "");
  }

  function say(text = ""): void {
    const status = one("[data-said]");
    if (status) status.textContent = text;
  }

  function complain(field: string, text: string): void {
    const place = one(`[data-problem="${field}"]`);
    if (!place) return say(text);
    const words = place.querySelector("[data-words]") ?? place;
    words.textContent = text;
    place.hidden = !text;
    one(`[name="${field}"]`)?.setAttribute("aria-invalid", String(Boolean(text)));
    place.closest(".field")?.classList.toggle("wrong", Boolean(text));
  }

  function remember(): void {
    if (!board) return;
    const memory: Memory = { ...board.kept, name: named?.value ?? "", method: method() };
    try {
      sessionStorage.setItem(key, JSON.stringify(memory));
    } catch {
      // Full or forbidden: then a reload loses the drawing, nothing else.
    }
  }

  function forget(): void {
    try {
      sessionStorage.removeItem(key);
    } catch {
      // As above.
    }
  }

  function recall(): Memory | null {
    try {
      return JSON.parse(sessionStorage.getItem(key) ?? "null") as Memory | null;
    } catch {
      return null;
    }
  }

  function mark(inked: boolean): void {
    canvas?.parentElement?.toggleAttribute("data-inked", inked);
  }

  function changed(): void {
    if (!board) return;
    const inked = board.kept.strokes.length > 0;
    mark(inked);
    if (undo) undo.disabled = !board.canUndo;
    if (clear) clear.disabled = !inked;
    if (inked) complain("ink", "");
    if (!busy) say();
    remember();
  }

  function showWay(): void {
    const chosen = method();
    all("[data-way]").forEach((part) => (part.hidden = part.dataset.way !== chosen));
    board?.fit();
    changed();
  }

  function showName(): void {
    const typed = one("[data-typed]");
    if (typed && named) typed.textContent = named.value;
  }

  // The faults that the page knows by itself, field by field; true when there is none.
  function good(): boolean {
    const found: Record<string, string> = {};
    all("[data-problem]").forEach((place) => {
      const field = place.dataset.problem as string;
      const given = new FormData(form).get(field);
      found[field] = place.dataset.say && !String(given ?? "").trim() ? place.dataset.say : "";
    });
    const ink = one<HTMLInputElement>("input[name=ink]");
    if (ink) ink.value = "";
    if (board && ink && method() === "drawn") {
      const [width, height] = board.size;
      const word = fault(clipped(board.strokes, width, height), width, Number(facts.least));
      found.ink = word && (one('[data-problem="ink"]')?.dataset[word] ?? word);
      if (!word) ink.value = written(board.strokes, width, height, board.pen);
    }
    return tell(found);
  }

  function tell(found: Record<string, string>): boolean {
    Object.entries(found).forEach(([field, text]) => complain(field, text));
    const first = all("[data-problem]").find((place) => !place.hidden);
    if (!first) return !Object.values(found).some(Boolean);
    const field = one(`[name="${first.dataset.problem}"]:not([type=hidden])`);
    (field ?? first).focus();
    return false;
  }

  async function submit(): Promise<void> {
    if (busy || !good()) return;
    hold(true);
    say(facts.sending);
    const outcome = await send(form);
    if (outcome.kind === "done") {
      forget();
      return location.assign(outcome.location);
    }
    if (outcome.kind === "plain") return form.submit();
    hold(false);
    say(outcome.kind === "lost" ? facts.lost : "");
    if (retry) {
      retry.hidden = outcome.kind !== "lost";
      retry.scrollIntoView({ block: "nearest" });
    }
    if (outcome.kind === "wrong") tell(outcome.errors);
  }

  function hold(on: boolean): void {
    busy = on;
    form.toggleAttribute("data-busy", on);
    form.querySelectorAll<HTMLButtonElement>("button:not([type=button])").forEach((button) => {
      if (on) button.setAttribute("aria-disabled", "true");
      else button.removeAttribute("aria-disabled");
    });
  }

  function pick(way: string): void {
    const radio = one<HTMLInputElement>(`input[name=method][value="${way}"][type=radio]`);
    if (radio) radio.checked = true;
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    event.stopPropagation(); // the guard against double taps for plain forms stays out of it
    if (retry) retry.hidden = true;
    void submit();
  });
  form.addEventListener("change", showWay);
  form.addEventListener("input", () => {
    showName();
    remember();
  });
  undo?.addEventListener("click", () => {
    board?.undo();
    changed();
    say(facts.undone);
  });
  clear?.addEventListener("click", () => {
    board?.clear();
    changed();
    say(facts.cleared);
  });
  // Back out of the cache: the server knows whether this is signed by now.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });

  all("[data-scripted]").forEach((part) => (part.hidden = false));
  const memory = recall();
  pick(memory?.method || facts.prefer);
  if (memory && named && memory.name && !facts.given) named.value = memory.name;
  showName();
  if (memory?.strokes?.length) board?.restore(memory);
  showWay();
}

document.querySelectorAll<HTMLFormElement>("form[data-canvas]").forEach(setUp);
