// The words of a page beside its picture: fetched when somebody opens them, so that a long document
// is not loaded twice. Without this script, or where the fetch fails, a link leads to them.

async function fill(place: HTMLElement, link: HTMLAnchorElement, image: string): Promise<void> {
  try {
    const answer = await fetch(image.replace(/\.webp$/, ".txt"));
    if (!answer.ok) throw new Error(String(answer.status));
    const bare = place.closest<HTMLElement>("[data-bare]")?.dataset.bare ?? "";
    place.textContent = (await answer.text()) || bare;
  } catch {
    place.replaceChildren(link); // opened once more, it is tried again
  }
}

function setUp(link: HTMLAnchorElement): void {
  const image = link.closest("figure")?.querySelector("img");
  if (!image) return;
  const [details, summary, place] = ["details", "summary", "div"].map((name) =>
    document.createElement(name),
  ) as [HTMLDetailsElement, HTMLElement, HTMLElement];
  details.className = "words";
  place.className = "text";
  place.dir = "auto";
  summary.append(...[...link.childNodes].map((node) => node.cloneNode(true)));
  link.replaceWith(details);
  details.append(summary, place);
  details.addEventListener("toggle", () => {
    if (details.open && !place.firstChild?.nodeValue) void fill(place, link, image.src);
  });
}

export function setUpWords(): void {
  document.querySelectorAll<HTMLAnchorElement>("a[data-words]").forEach(setUp);
}
