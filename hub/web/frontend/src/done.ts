// The page after the last signature: the signed PDF appears as soon as it is made. The server is
// asked with growing pauses, some minutes long; after that, and without this script, a link loads
// the page anew.

const FIRST = 1_000;
const GROWTH = 1.5;
const LONGEST = 15_000;
const MOST = 26; // questions: about five minutes

function setUp(section: HTMLElement): void {
  const facts = section.dataset as Record<string, string>;
  const told = section.querySelector<HTMLElement>("[data-told]");
  const again = section.querySelector<HTMLElement>("[data-again]");
  const pulse = section.querySelector<HTMLElement>("[data-pulse]");
  let asked = 0;
  let timer = 0;
  let over = false;

  function end(words: string): void {
    over = true;
    if (pulse) pulse.hidden = true;
    if (told) told.textContent = words;
  }

  function show(files: string[]): void {
    section.querySelectorAll<HTMLElement>("[data-file]").forEach((link) => {
      link.hidden = !files.includes(link.dataset.file ?? "");
    });
    section.querySelector<HTMLElement>("[data-downloads]")?.removeAttribute("hidden");
    end(facts.ready);
  }

  function giveUp(): void {
    end(facts.late);
    if (again) again.hidden = false;
  }

  function later(): void {
    window.clearTimeout(timer);
    if (asked >= MOST) return giveUp();
    timer = window.setTimeout(ask, Math.min(FIRST * GROWTH ** asked, LONGEST));
  }

  async function ask(): Promise<void> {
    timer = 0;
    if (document.hidden) return; // it is asked when somebody looks again
    asked += 1;
    try {
      const answer = await fetch(facts.waiting, { cache: "no-store" });
      if (answer.status === 404) return giveUp();
      if (!answer.ok) throw new Error(String(answer.status));
      const { files } = (await answer.json()) as { files: string[] };
      if (files.length > 0) return show(files);
    } catch {
      // The connection comes back, or the questions come to their end.
    }
    later();
  }

  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && timer === 0 && !over) later();
  });
  if (again) again.hidden = true;
  if (pulse) pulse.hidden = false;
  later();
}

const section = document.querySelector<HTMLElement>("[data-waiting]");
if (section) setUp(section);
