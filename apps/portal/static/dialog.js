"use strict";
// Dialogs: the rest of the page is out of reach while one is open, Escape closes it, the focus goes back.
(function (W) {
  const REACHABLE = "a[href], button:not([disabled]), input:not([disabled]), select, textarea, [tabindex='0']";
  let current = null;

  function setBehind(hidden) {
    const app = W.byId("app");
    if (hidden) app.setAttribute("aria-hidden", "true");
    else app.removeAttribute("aria-hidden");
    app.inert = hidden;
    document.body.classList.toggle("has-dialog", hidden);
  }

  function close() {
    if (!current) return;
    const closed = current;
    current = null;
    closed.veil.remove();
    setBehind(false);
    if (closed.opener && document.contains(closed.opener)) closed.opener.focus();
  }

  function reachable(box) {
    return Array.from(box.querySelectorAll(REACHABLE)).filter((one) => one.offsetParent !== null);
  }

  function keepInside(event) {
    const all = reachable(current.box);
    const last = all[all.length - 1];
    const first = all[0];
    const at = document.activeElement;
    if (event.shiftKey && (at === first || at === current.box)) {
      event.preventDefault();
      last.focus();
    } else if (!event.shiftKey && at === last) {
      event.preventDefault();
      first.focus();
    }
  }

  function onKey(event) {
    if (!current) return;
    if (event.key === "Escape") {
      event.preventDefault();
      close();
    } else if (event.key === "Tab") {
      keepInside(event);
    }
  }

  function head(title, id) {
    const bar = W.make("div", "dialog-head");
    const heading = W.make("h2", "", title);
    heading.id = id;
    bar.append(heading, W.makeButton("dialog-close", "关闭", close));
    return bar;
  }

  function build(title, content, actions) {
    const id = W.uniqueId("dialog");
    const box = W.make("section", "dialog");
    box.setAttribute("role", "dialog");
    box.setAttribute("aria-modal", "true");
    box.setAttribute("aria-labelledby", id);
    box.tabIndex = -1;
    const body = W.make("div", "dialog-body");
    // What scrolls must be reachable by keyboard.
    body.tabIndex = 0;
    body.setAttribute("role", "group");
    body.setAttribute("aria-labelledby", id);
    body.append(content);
    box.append(head(title, id), body);
    if (actions.length) {
      const foot = W.make("div", "dialog-foot");
      actions.forEach((action) => foot.append(action));
      box.append(foot);
    }
    return box;
  }

  // Opens over the page; a dialog that was open gives way and leaves its opener.
  W.openDialog = function (title, content, actions) {
    const opener = current ? current.opener : document.activeElement;
    if (current) current.veil.remove();
    const veil = W.make("div", "veil");
    const box = build(title, content, actions || []);
    veil.append(box);
    veil.addEventListener("click", (event) => event.target === veil && close());
    document.body.append(veil);
    current = { veil: veil, box: box, opener: opener };
    setBehind(true);
    box.focus();
    return box;
  };

  W.closeDialog = close;
  W.isOpen = (box) => Boolean(current && current.box === box);
  document.addEventListener("keydown", onKey);
})(window.Weizheng);
