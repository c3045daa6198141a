// The case page: a refresh never takes a form away from somebody who is filling it in, an agent who accepts a
// suggestion does not have to wait for the server, and a field that one choice alone needs is shown with that
// choice. All of it works without this script.
(() => {
  "use strict";

  const acts = () => document.getElementById("acts");

  // Somebody is at it: a form is open, or has been typed into.
  function isBusy() {
    const area = acts();
    if (!area) return false;
    return Boolean(area.querySelector("details[open], form[data-touched]")) || area.contains(document.activeElement);
  }

  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (form?.closest("#acts")) form.dataset.touched = "yes";
  });

  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    if (event.detail.target?.id !== "acts" || !isBusy()) return;
    event.detail.shouldSwap = false;
    const banner = document.getElementById("case-changed");
    if (banner) banner.hidden = false;
  });

  // data-shown-for="channel:PHONE,COUNTER": shown while the field of that name has one of these values, or when it
  // is wrong.
  function showWhatIsNeeded(root) {
    for (const field of root.querySelectorAll("[data-shown-for]")) {
      const [name, values] = field.dataset.shownFor.split(":");
      const box = field.closest(".field") ?? field;
      const form = field.closest("form");
      if (!form) continue;
      const isNeeded = values.split(",").includes(form.elements[name]?.value);
      box.hidden = !isNeeded && !box.classList.contains("field-wrong");
    }
  }

  document.addEventListener("change", (event) => {
    if (event.target.form) showWhatIsNeeded(event.target.form);
  });
  document.addEventListener("htmx:afterSettle", () => showWhatIsNeeded(document));
  showWhatIsNeeded(document);

  // data-choose="becomes:LINK": what is accepted means this choice too.
  function choose(form, choice) {
    const [name, value] = choice?.split(":") ?? [];
    const option = name && form?.querySelector(`input[type="radio"][name="${name}"][value="${value}"]`);
    if (!option) return;
    option.checked = true;
    option.dispatchEvent(new Event("change", { bubbles: true }));
  }

  // "Accept" buttons of the suggestions: fill the field and tell those who listen to it.
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-fill]");
    const field = button && document.getElementById(button.dataset.fill);
    if (!field) return;
    event.preventDefault();
    field.value = button.dataset.value;
    field.dispatchEvent(new Event("change", { bubbles: true }));
    choose(field.form, button.dataset.choose);
    button.setAttribute("aria-pressed", "true");
  });
})();
