// Times as the reader's own clock tells them; the page holds UTC for readers without scripts.

export function moment(iso, language) {
  const at = new Date(iso);
  const day = new Intl.DateTimeFormat(language, { day: "numeric", month: "short" }).format(at);
  const time = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hour12: false }).format(at);
  return `${day} ${time}`;
}

export function localise(root, language) {
  for (const element of root.querySelectorAll("time[datetime]")) {
    element.textContent = moment(element.dateTime, language);
  }
}
