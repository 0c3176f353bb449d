"use strict";

// Shows how far an import is while its page is looked at; at its end the page is loaded again with all results.
(() => {
  const EVERY_MS = 2000;
  // Asking keeps the session alive: a page that was left open must not do so for ever.
  const MOST_TIMES = 300;
  const part = document.querySelector("[data-progress]");
  let times = 0;

  function show(upload) {
    const bar = part.querySelector("progress");
    part.querySelector("[data-state]").textContent = upload.label;
    part.querySelector("[data-note]").textContent = upload.note;
    part.querySelector("[data-counts]").textContent = upload.counts;
    part.querySelector("[data-done]").textContent = upload.done;
    if (upload.total) {
      part.querySelector("[data-total]").textContent = upload.total;
      bar.max = upload.total;
    }
    bar.value = upload.done;
  }

  async function look() {
    times += 1;
    if (!document.hidden) {
      const answer = await fetch(part.dataset.progress, { redirect: "error" });
      if (!answer.ok) return;
      const upload = await answer.json();
      show(upload);
      if (!upload.open) {
        location.reload();
        return;
      }
    }
    follow();
  }

  function follow() {
    if (times < MOST_TIMES) setTimeout(() => look().catch(() => {}), EVERY_MS);
  }

  if (part) follow();
})();
