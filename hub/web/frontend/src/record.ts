// How a record's request stands, while it is being read at its provider: the page is asked again
// until that is in. Without this script the page refreshes itself whole.

const MOST = 60; // questions; after that a person presses again

let asked = 0;

function again(): void {
  const standing = document.querySelector<HTMLElement>("[data-standing]");
  const seconds = Number(standing?.dataset.again ?? 0);
  if (seconds > 0 && asked < MOST) window.setTimeout(ask, seconds * 1000);
}

async function ask(): Promise<void> {
  if (document.hidden) return; // it is asked when somebody looks again
  asked += 1;
  try {
    const answer = await fetch(location.href, { cache: "no-store" });
    if (answer.ok) show(new DOMParser().parseFromString(await answer.text(), "text/html"));
  } catch {
    // The connection comes back, or the questions come to their end.
  }
  again();
}

function show(fresh: Document): void {
  const standing = fresh.querySelector("[data-standing]");
  const said = fresh.querySelector<HTMLElement>("[data-said]");
  const here = document.querySelector<HTMLElement>("[data-said]");
  if (standing) document.querySelector("[data-standing]")?.replaceWith(document.adoptNode(standing));
  if (said && here) {
    here.hidden = said.hidden;
    if (here.textContent !== said.textContent) here.replaceChildren(...Array.from(said.childNodes));
  }
}

document.addEventListener("visibilitychange", () => {
  if (!document.hidden) again();
});
again();
