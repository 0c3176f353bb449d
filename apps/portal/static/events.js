"use strict";
// What the citizen does with recommended items, told to the portal; nothing waits for it, nothing fails by it.
(function (W) {
  const PATH = "/api/interactions";
  const SEEN_MS = 1000;
  const SEEN_SHARE = 0.5;
  const timers = new Map();
  let seen = [];

  const eventId = () => (crypto.randomUUID ? crypto.randomUUID() : W.newId());

  // Resolves to what the portal says of it, or to null. The page may be left meanwhile.
  W.note = async function (type, itemId, more) {
    const event = { event_id: eventId(), item_id: itemId, type: type, occurred_at: new Date().toISOString() };
    try {
      const response = await fetch(PATH, {
        method: "POST",
        credentials: "same-origin",
        keepalive: true,
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(Object.assign(event, more)),
      });
      return response.ok ? await response.json() : null;
    } catch (error) {
      return null;
    }
  };

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
    W.note("view", itemId);
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
  W.forgetSeen = () => (seen = []);
})(window.Weizheng);
