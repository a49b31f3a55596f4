// Small comforts of the customer's pages; everything works without them.

// A second tap while the first one is under way sends nothing.
document.addEventListener("submit", (event) => {
  const form = event.target as HTMLFormElement;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  const pressed = (event as SubmitEvent).submitter;
  pressed?.setAttribute("aria-disabled", "true");
});

// Back from the next page: the form can be sent again.
window.addEventListener("pageshow", () => {
  document.querySelectorAll<HTMLFormElement>("form[data-sent]").forEach((form) => {
    delete form.dataset.sent;
    form.querySelectorAll("[aria-disabled]").forEach((button) => {
      button.removeAttribute("aria-disabled");
    });
  });
});
