// Follows one case: asks for its values and writes changed ones into the page.
const board = document.querySelector('[data-poll]');
const EVERY_MS = 1500;

function show(values) {
  for (const node of document.querySelectorAll('[data-field]')) {
    const text = values.fields[node.dataset.field] ?? '';
    if (node.querySelector('a') || node.textContent.trim() === text.trim()) continue;
    node.textContent = text;
    if ('tone' in node.dataset) node.className = `pill ${values.tone}`;
    node.classList.remove('fresh');
    void node.offsetWidth;
    node.classList.add('fresh');
  }
  const lock = document.querySelector('[data-locked]');
  if (lock) lock.hidden = !values.locked;
}

async function follow() {
  try {
    const answer = await fetch(board.dataset.poll, { cache: 'no-store' });
    if (answer.ok) {
      const values = await answer.json();
      show(values);
      if (String(values.history) !== board.dataset.history) await renewHistory(values.history);
    }
  } catch {
    // the simulator is restarting; the next round asks again
  }
  setTimeout(follow, EVERY_MS);
}

async function renewHistory(length) {
  const page = await fetch(location.href, { cache: 'no-store' });
  if (!page.ok) return;
  const fresh = new DOMParser().parseFromString(await page.text(), 'text/html');
  for (const [old, next] of [['.history', '.history'], ['[data-field="signed_documents"]', '[data-field="signed_documents"]']]) {
    const here = document.querySelector(old);
    const there = fresh.querySelector(next);
    if (here && there) here.replaceWith(there);
  }
  board.dataset.history = String(length);
}

if (board) setTimeout(follow, EVERY_MS);
