// Follows one document: asks whether it has changed, and renews the parts of the page that show it.
// Forms that somebody is filling in stand outside those parts.
const poll = document.querySelector('[data-poll]')?.dataset.poll;
const EVERY_MS = 1500;
let seen = '';

async function renew() {
  const page = await fetch(location.href, { cache: 'no-store' });
  if (!page.ok) return;
  const fresh = new DOMParser().parseFromString(await page.text(), 'text/html');
  for (const part of document.querySelectorAll('[data-live]')) {
    const next = fresh.querySelector(`[data-live="${part.dataset.live}"]`);
    if (next && next.innerHTML !== part.innerHTML) part.replaceWith(next);
  }
}

async function follow() {
  try {
    const answer = await fetch(poll, { cache: 'no-store' });
    if (answer.ok) {
      const { version } = await answer.json();
      if (seen && version !== seen) await renew();
      seen = version;
    }
  } catch {
    // the simulator is restarting; the next round asks again
  }
  setTimeout(follow, EVERY_MS);
}

if (poll) follow();
