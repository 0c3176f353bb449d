"use strict";

// Shows how far open jobs are while the page is looked at; without it the page is loaded again by hand.
const EVERY_MS = 2000;
// Asking keeps the session alive: a page that was left open must not do so for ever.
const MOST_TIMES = 300;
const table = document.querySelector("table[data-progress]");
let times = 0;

function show(row, job) {
  row.querySelector("[data-state]").textContent = job.label;
  row.querySelector("[data-note]").textContent = job.note;
  const bar = row.querySelector("progress");
  if (bar && job.total) {
    bar.max = job.total;
    bar.value = job.done;
    row.querySelector("[data-done]").textContent = `${job.done} / ${job.total}`;
  }
  if (!job.open) {
    delete row.dataset.open;
    row.querySelector("[data-cancel]")?.remove();
  }
}

async function look() {
  times += 1;
  if (!document.hidden) {
    const answer = await fetch(table.dataset.progress, { redirect: "error" });
    if (!answer.ok) return;
    for (const job of (await answer.json()).jobs) {
      const row = table.querySelector(`tr[data-job="${job.id}"][data-open]`);
      if (row) show(row, job);
    }
  }
  follow();
}

function follow() {
  if (table.querySelector("[data-open]") && times < MOST_TIMES) setTimeout(() => look().catch(() => {}), EVERY_MS);
}

follow();
