// Comfort for forms that work without it: drafts, one submit at a time, chosen files, characters left,
// and the error summary in focus. Everything is found by data attributes, also in parts htmx brings.
(() => {
  "use strict";

  const DRAFT = "draft:";
  const SUBMIT_RELEASE = 15_000;
  const PAUSE = 600;
  const NEARLY_FULL = 500; // More room than this is of no interest to anybody.

  // --- drafts: what is typed in a textarea outlives a reload, in this tab only --------------------
  // With data-draft-whole the short fields and choices do too: never a password, a file or a hidden field.

  const SHORT = new Set(["text", "tel", "email", "date", "number", "checkbox", "radio", "select-one"]);
  const BOXES = new Set(["checkbox", "radio"]);

  const isKept = (field) =>
    Boolean(field.name) && (field.type === "textarea" || ("draftWhole" in field.form.dataset && SHORT.has(field.type)));

  function draftKey(field) {
    const option = BOXES.has(field.type) ? `=${field.value}` : "";
    return `${DRAFT}${field.form.dataset.draft}:${field.name}${option}`;
  }

  const isOn = (is) => (is ? "on" : "");
  const valueOf = (field) => (BOXES.has(field.type) ? isOn(field.checked) : field.value);

  // What the page brought.
  function givenTo(field) {
    if (BOXES.has(field.type)) return isOn(field.defaultChecked);
    if (field.type !== "select-one") return field.defaultValue;
    const options = [...field.options];
    return (options.find((option) => option.defaultSelected) ?? options[0])?.value ?? "";
  }

  function give(field, value) {
    if (BOXES.has(field.type)) field.checked = value === "on";
    else if (field.type !== "select-one") field.value = value;
    else if ([...field.options].some((option) => option.value === value)) field.value = value;
  }

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

  const draftOf = (field) => store((storage) => JSON.parse(storage.getItem(draftKey(field))));

  // Only over what stood there when the person began: a page that brings something else knows better, be it a
  // link that fills the form in, a case that somebody changed, or the answer to what was sent.
  function isToRestore(field, draft) {
    return Boolean(draft) && draft.from === givenTo(field) && draft.from === valueOf(field);
  }

  // All are read before one is given back: the events below keep the form as it then is.
  function restoreDrafts(root) {
    const fields = [...root.querySelectorAll("form[data-draft] :is(input, select, textarea)")].filter(isKept);
    const drafts = fields.map((field) => [field, draftOf(field)]).filter((pair) => isToRestore(...pair));
    for (const [field, draft] of drafts) give(field, draft.value);
    for (const [field] of drafts) {
      field.dispatchEvent(new Event(field.type === "textarea" ? "input" : "change", { bubbles: true }));
      const told = field.form.querySelector("[data-draft-back]");
      if (told) told.hidden = false;
    }
  }

  function keepDraft(field) {
    const from = draftOf(field)?.from ?? givenTo(field);
    const value = valueOf(field);
    store((storage) => {
      if (value === from) storage.removeItem(draftKey(field));
      else storage.setItem(draftKey(field), JSON.stringify({ from, value }));
    });
  }

  // A radio button that goes out says nothing, so the whole form is looked at.
  function keepDrafts(form) {
    if (form?.dataset.draft) [...form.elements].filter(isKept).forEach(keepDraft);
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
    restoreDrafts(root);
    for (const area of root.querySelectorAll("textarea[maxlength]")) countSoon(area);
    root.querySelector("[data-error-summary]")?.focus();
  }

  document.addEventListener("input", (event) => {
    const field = event.target;
    keepDrafts(field.form);
    if (field instanceof HTMLTextAreaElement) countSoon(field);
  });
  document.addEventListener("change", (event) => {
    keepDrafts(event.target.form);
    if (event.target.matches("input[type=file]")) listFiles(event.target);
  });
  document.addEventListener("click", (event) => {
    const form = event.target.closest("[data-draft-drop]")?.form;
    if (!form) return;
    forgetDrafts(`${form.dataset.draft}:`);
    location.assign(form.action);
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
