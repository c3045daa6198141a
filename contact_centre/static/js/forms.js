// Comfort for forms that work without it: drafts, one submit at a time, chosen files, characters left,
// and the error summary in focus. Everything is found by data attributes, also in parts htmx brings.
(() => {
  "use strict";

  const DRAFT = "draft:";
  const SUBMIT_RELEASE = 15_000;
  const PAUSE = 600;
  const NEARLY_FULL = 500; // More room than this is of no interest to anybody.

  // --- drafts: what is typed in a textarea outlives a reload, in this tab only --------------------

  const draftKey = (area) => `${DRAFT}${area.form.dataset.draft}:${area.name}`;

  function store(action) {
    try {
      return action(sessionStorage);
    } catch {
      return null; // Storage may be switched off or full; the form works without it.
    }
  }

  function forgetDrafts(prefix) {
    store((storage) => {
      for (const key of Object.keys(storage)) {
        if (key.startsWith(DRAFT + prefix)) storage.removeItem(key);
      }
    });
  }

  function restoreDraft(area) {
    const text = store((storage) => storage.getItem(draftKey(area)));
    if (text && !area.value) {
      area.value = text;
      area.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }

  function keepDraft(area) {
    store((storage) =>
      area.value ? storage.setItem(draftKey(area), area.value) : storage.removeItem(draftKey(area)),
    );
  }

  // --- chosen files ------------------------------------------------------------------------------

  function size(bytes) {
    const unit = bytes >= 1_000_000 ? "megabyte" : "kilobyte";
    const value = bytes / (unit === "megabyte" ? 1_000_000 : 1_000);
    const style = { style: "unit", unit, maximumFractionDigits: unit === "megabyte" ? 1 : 0 };
    return new Intl.NumberFormat(document.documentElement.lang, style).format(value);
  }

  function line(name, note, isWrong) {
    const item = document.createElement("li");
    item.classList.toggle("wrong", isWrong);
    for (const text of [name, note].filter(Boolean)) {
      const part = document.createElement("span");
      part.textContent = text;
      item.append(part);
    }
    return item;
  }

  // More than all files of a form may hold together would be refused by the server without a look at the words.
  function isTooMuch(input) {
    const together = Number(input.dataset.maxFiles) * Number(input.dataset.maxBytes) || Infinity;
    return [...input.files].reduce((sum, file) => sum + file.size, 0) > together;
  }

  function listFiles(input) {
    const list = document.querySelector(`[data-file-list="${input.id}"]`);
    if (!list) return;
    const maxBytes = Number(input.dataset.maxBytes) || Infinity;
    const maxFiles = Number(input.dataset.maxFiles) || Infinity;
    const files = [...input.files];
    const lines = files.map((file) => {
      const isBig = file.size > maxBytes;
      const note = isBig ? `${size(file.size)}: ${list.dataset.textTooBig}` : size(file.size);
      return line(file.name, note, isBig);
    });
    if (isTooMuch(input)) lines.unshift(line(list.dataset.textTooMuch, "", true));
    if (files.length > maxFiles) lines.unshift(line(list.dataset.textTooMany, "", true));
    list.replaceChildren(...lines);
  }

  // --- characters left ---------------------------------------------------------------------------

  const pauses = new WeakMap();

  // Said after a pause in typing: a screen reader should not count every key.
  function countSoon(area) {
    const counter = document.querySelector(`[data-counter-for="${area.id}"]`);
    if (!counter || area.maxLength < 0) return;
    clearTimeout(pauses.get(area));
    const say = () => {
      const left = area.maxLength - area.value.length;
      counter.textContent = left < NEARLY_FULL ? counter.dataset.text.replace("{n}", String(left)) : "";
    };
    pauses.set(area, setTimeout(say, PAUSE));
  }

  // --- one submit at a time ----------------------------------------------------------------------

  function release(form) {
    delete form.dataset.sending;
    // Buttons of a form may stand elsewhere on the page, as those of the languages do.
    for (const button of form.elements) {
      button.removeAttribute("aria-busy");
      button.removeAttribute("aria-disabled");
    }
  }

  function submitted(event) {
    const form = event.target;
    if (form.matches("[data-forget-drafts]")) forgetDrafts("");
    if (event.defaultPrevented || form.method !== "post") return; // htmx has taken it, or a search.
    const tooMuch = [...form.elements].find((field) => field.type === "file" && isTooMuch(field));
    if (tooMuch) {
      event.preventDefault();
      listFiles(tooMuch);
      tooMuch.focus();
      return;
    }
    if (form.dataset.sending) {
      event.preventDefault();
      return;
    }
    form.dataset.sending = "yes";
    event.submitter?.setAttribute("aria-busy", "true");
    event.submitter?.setAttribute("aria-disabled", "true");
    setTimeout(() => release(form), SUBMIT_RELEASE); // The server knows a repeat; nobody is locked out.
  }

  // --- everywhere --------------------------------------------------------------------------------

  function prepare(root) {
    for (const mark of root.querySelectorAll("[data-draft-clear]")) forgetDrafts(mark.dataset.draftClear);
    for (const area of root.querySelectorAll("form[data-draft] textarea")) restoreDraft(area);
    for (const area of root.querySelectorAll("textarea[maxlength]")) countSoon(area);
    root.querySelector("[data-error-summary]")?.focus();
  }

  document.addEventListener("input", (event) => {
    const field = event.target;
    if (!(field instanceof HTMLTextAreaElement)) return;
    if (field.form?.dataset.draft) keepDraft(field);
    countSoon(field);
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("input[type=file]")) listFiles(event.target);
  });
  document.addEventListener("submit", submitted);
  document.addEventListener("htmx:afterSwap", (event) => prepare(event.target));
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) document.querySelectorAll("form[data-sending]").forEach(release);
  });

  // htmx tells of answers that nobody else would show: no network, or a failing server.
  function trouble(isThere) {
    const box = document.querySelector("[data-trouble]");
    if (box) box.hidden = !isThere;
  }

  document.addEventListener("htmx:sendError", () => trouble(true));
  document.addEventListener("htmx:responseError", () => trouble(true));
  document.addEventListener("htmx:beforeOnLoad", () => trouble(false));

  prepare(document);
})();
