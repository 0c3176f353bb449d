"use strict";
// Keeps the inbox up to date: by the server's stream while the page is looked at, else by asking now and then.
(function (W) {
  const EVERY_MS = 60000;
  // Not all at once: many pages come back after one switch.
  const SPREAD_MS = 15000;
  let source = null;
  let timer = 0;
  // Counts up when the page is cleared: what was asked for before is then nobody's.
  let session = 0;

  const isSeen = () => document.visibilityState !== "hidden";

  function hangUp() {
    clearTimeout(timer);
    if (source) source.close();
    source = null;
  }

  function askLater() {
    clearTimeout(timer);
    timer = setTimeout(W.refreshInbox, EVERY_MS + Math.random() * SPREAD_MS);
  }

  function listen(from) {
    if (typeof EventSource !== "function") return askLater();
    const mine = new EventSource("/api/inbox/stream?last_event_id=" + encodeURIComponent(from));
    source = mine;
    mine.addEventListener("notice", (event) => source === mine && W.addNotice(JSON.parse(event.data)));
    mine.addEventListener("reset", () => source === mine && W.refreshInbox());
    mine.addEventListener("error", function () {
      // A stream that broke off comes back by itself; one that was refused does not.
      if (source !== mine || mine.readyState !== EventSource.CLOSED) return;
      source = null;
      askLater();
    });
  }

  W.refreshInbox = async function () {
    const mine = session;
    hangUp();
    // A page in the background holds no connection; it asks when it is looked at again.
    if (!isSeen()) return;
    const page = await W.load("/api/inbox?limit=20");
    if (mine !== session) return;
    if (!page) return askLater();
    W.showInbox(page);
    if (page.open && isSeen()) {
      hangUp();
      listen(page.last_event_id);
    }
  };

  W.forgetInbox = function () {
    session += 1;
    hangUp();
    W.emptyInbox();
    W.forgetSubscriptions();
  };

  document.addEventListener("visibilitychange", () => (isSeen() ? W.refreshInbox() : hangUp()));
})(window.Weizheng);
