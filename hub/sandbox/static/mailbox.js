// Keeps the list of mails up to date: asks every two seconds, and loads the page anew when one came.

import { localise } from "./moments.js";

const mailbox = document.getElementById("mailbox");
localise(document, mailbox.dataset.language);

async function watch() {
  try {
    const answer = await fetch(`/mailbox/messages?after=${mailbox.dataset.last}`);
    if (answer.ok && (await answer.json()).messages.length > 0) {
      const page = await (await fetch(location.href)).text();
      const fresh = new DOMParser().parseFromString(page, "text/html");
      // Only the list changes, so that a mail being read stays where it is.
      document.querySelector(".mails").replaceWith(fresh.querySelector(".mails"));
      mailbox.dataset.last = fresh.getElementById("mailbox").dataset.last;
      localise(document, mailbox.dataset.language);
    }
  } catch {
    // The sandbox is restarting; the next look finds it.
  }
  setTimeout(watch, 2000);
}

setTimeout(watch, 2000);
