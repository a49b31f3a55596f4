// The signing page while the customer is in the app: a fresh QR code every second, a status every
// two. It decides nothing: when the server shows another screen, the page is loaded anew.

interface Status {
  screen: string;
  message: string;
  code: boolean;
  link: boolean;
  poll_after: number;
}

const SLOWEST = 10_000;
const page = document.querySelector<HTMLElement>("[data-signing]");

function setUp(root: HTMLElement): void {
  const facts = root.dataset as Record<string, string>;
  const message = root.querySelector<HTMLElement>("[data-message]");
  const picture = root.querySelector<HTMLImageElement>(".code img");
  let failures = 0;
  let timer = 0;

  function say(text: string): void {
    // Writing the same text again would make a screen reader repeat it.
    if (message && message.textContent !== text) message.textContent = text;
  }

  function show(part: string, visible: boolean): void {
    root.querySelectorAll<HTMLElement>(`[data-part="${part}"]`).forEach((element) => {
      element.hidden = !visible;
    });
  }

  function take(status: Status): void {
    if (status.screen !== facts.screen) {
      location.replace(facts.here);
      return;
    }
    say(status.message);
    show("code", status.code);
    show("link", status.link);
    again(status.poll_after * 1000);
  }

  async function ask(): Promise<void> {
    try {
      const answer = await fetch(facts.status, { cache: "no-store" });
      if (answer.status === 404) return location.replace(facts.here);
      if (!answer.ok) throw new Error(String(answer.status));
      failures = 0;
      take((await answer.json()) as Status);
    } catch {
      failures += 1;
      if (failures > 1) say(facts.offline);
      again(Math.min(Number(facts.poll) * 1000 * 2 ** (failures - 1), SLOWEST));
    }
  }

  function again(after: number): void {
    window.clearTimeout(timer);
    timer = window.setTimeout(ask, after);
  }

  function refreshCode(): void {
    if (!picture || document.hidden || picture.closest("[hidden]")) return;
    const next = new Image();
    next.onload = () => (picture.src = next.src);
    next.src = `${facts.code}?t=${Date.now()}`;
  }

  function openApp(): void {
    const link = root.querySelector<HTMLAnchorElement>("[data-start]");
    const key = `started:${facts.here}`;
    if (facts.auto !== "yes" || !link || sessionStorage.getItem(key)) return;
    sessionStorage.setItem(key, "yes"); // coming back must not open the app once more
    link.click();
  }

  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) again(0);
  });
  // A page out of the back/forward cache is as old as when it was left.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) location.replace(facts.here);
  });
  if (picture) window.setInterval(refreshCode, Number(facts.refresh) * 1000);
  again(Number(facts.poll) * 1000);
  openApp();
}

if (page) setUp(page);
