"use strict";
// What the citizen does with recommended items, told to the portal; nothing waits for it, nothing fails by it.
(function (W) {
  const PATH = "/api/interactions";
  const SEEN_MS = 1000;
  const SEEN_SHARE = 0.5;
  // Views of one moment go as one list, of which the portal takes no longer one.
  const GATHER_MS = 500;
  const MOST = 20;
  const timers = new Map();
  let seen = [];
  let views = [];
  let sending = 0;

  const eventId = () => (crypto.randomUUID ? crypto.randomUUID() : W.newId());

  function eventOf(type, itemId, more) {
    const event = { event_id: eventId(), item_id: itemId, type: type, occurred_at: new Date().toISOString() };
    return Object.assign(event, more);
  }

  // The page may be left meanwhile.
  async function send(body) {
    try {
      const response = await fetch(PATH, {
        method: "POST",
        credentials: "same-origin",
        keepalive: true,
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(body),
      });
      return response.ok ? await response.json() : null;
    } catch (error) {
      return null;
    }
  }

  // Resolves to what the portal says of it, or to null.
  W.note = (type, itemId, more) => send(eventOf(type, itemId, more));

  function sendViews() {
    clearTimeout(sending);
    sending = 0;
    while (views.length) send(views.splice(0, MOST));
  }

  function forget(element) {
    clearTimeout(timers.get(element));
    timers.delete(element);
  }

  function count(element) {
    const itemId = Number(element.dataset.offer);
    forget(element);
    watcher.unobserve(element);
    if (document.hidden || seen.indexOf(itemId) >= 0) return;
    seen.push(itemId);
    views.push(eventOf("view", itemId));
    if (!sending) sending = setTimeout(sendViews, GATHER_MS);
  }

  function look(entries) {
    entries.forEach(function (entry) {
      const element = entry.target;
      if (!entry.isIntersecting) forget(element);
      else if (!timers.has(element)) timers.set(element, setTimeout(() => count(element), SEEN_MS));
    });
  }

  const watcher =
    typeof IntersectionObserver === "function"
      ? new IntersectionObserver(look, { threshold: SEEN_SHARE })
      : { observe: () => undefined, unobserve: () => undefined };

  // Notes a view once a card has been on the screen for a second, each item once.
  W.watchOffer = (element) => watcher.observe(element);
  W.forgetSeen = function () {
    seen = [];
    views = [];
  };
  window.addEventListener("pagehide", sendViews);
  document.addEventListener("visibilitychange", () => document.hidden && sendViews());
})(window.Weizheng);
