// Keeps a page fresh: listens on the WebSocket named by data-live-url and turns what it hears into one
// "live" event on <body>, which htmx refreshes parts by (hx-trigger="live from:body"). A message carries
// ids only. After a break, or a connection that took long, one event is sent, so that a page catches up on what it missed.
(() => {
  "use strict";

  const FIRST_DELAY = 500;
  const LONGEST_DELAY = 30_000;
  const CALM = 500; // At most two refreshes a second, and never a lost last one.
  const SLOW = 2_000; // Until the first connection nobody tells the page what changes.
  const PATIENCE = 4_000; // A shorter break is not worth telling anybody.
  const REFUSED = 4400; // Close codes 4400-4499: the server will not change its mind.

  const source = document.querySelector("[data-live-url]");
  if (!source) return;

  const states = document.querySelectorAll("[data-live-state]");
  const address = new URL(source.dataset.liveUrl, location.href);
  address.protocol = location.protocol === "https:" ? "wss:" : "ws:";

  let socket = null;
  let attempts = 0;
  let retryTimer = 0;
  let tellTimer = 0;
  let calmTimer = 0;
  let waiting = null;
  let wasConnected = false;
  let isRefused = false;
  let hiddenSince = 0;

  function show(state) {
    clearTimeout(tellTimer);
    for (const element of states) {
      if (element.dataset.state === state) continue;
      element.dataset.state = state;
      element.textContent = element.dataset[state === "on" ? "textOn" : "textOff"] ?? "";
    }
  }

  function dispatch(detail) {
    document.body.dispatchEvent(new CustomEvent("live", { detail }));
  }

  // The first message goes through at once; those that follow within a breath become one.
  function announce(message) {
    if (calmTimer) {
      waiting = message;
      return;
    }
    dispatch(message);
    calmTimer = setTimeout(() => {
      calmTimer = 0;
      const last = waiting;
      waiting = null;
      if (last) announce(last);
    }, CALM);
  }

  function hear(event) {
    try {
      announce(JSON.parse(event.data));
    } catch {
      announce({ kind: "UNREADABLE" });
    }
  }

  function opened() {
    attempts = 0;
    show("on");
    if (wasConnected || performance.now() > SLOW) announce({ kind: "CONNECTED" });
    wasConnected = true;
  }

  function closed(event) {
    socket = null;
    isRefused = event.code >= REFUSED && event.code < REFUSED + 100;
    if (isRefused) {
      show("off");
      return;
    }
    if (attempts === 0) tellTimer = setTimeout(() => show("off"), PATIENCE);
    const ceiling = Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** attempts);
    attempts += 1;
    retryTimer = setTimeout(connect, ceiling / 2 + (Math.random() * ceiling) / 2);
  }

  function connect() {
    clearTimeout(retryTimer);
    if (socket || isRefused) return;
    socket = new WebSocket(address);
    socket.addEventListener("open", opened);
    socket.addEventListener("message", hear);
    socket.addEventListener("close", closed);
  }

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) {
      hiddenSince = Date.now();
      return;
    }
    connect();
    // A sleeping laptop keeps a dead socket "open" for minutes.
    if (Date.now() - hiddenSince > 60_000) announce({ kind: "AWAKE" });
  });
  window.addEventListener("online", connect);
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) {
      connect();
      announce({ kind: "AWAKE" });
    }
  });

  connect();
})();
