"use strict";
// Opens a form where what was quoted is written: the field has the focus, and the words are marked.
(function () {
  const spot = document.querySelector("[data-spot]");
  const place = spot && document.getElementById(spot.dataset.spot);
  const inside = "textarea, input:not([type=hidden]), select";
  const first = (where) => (where.matches(inside) ? where : where.querySelector(inside));
  const named = spot && document.querySelector("[name^='" + spot.dataset.spot + ".']");
  const field = place ? first(place) : named;
  if (!field) return;
  field.focus({ preventScroll: true });
  const end = Number(spot.dataset.end);
  if (end && field.setSelectionRange) {
    field.setSelectionRange(Number(spot.dataset.start), end);
    // How far down the words stand cannot be asked for: about as far as in the text.
    field.scrollTop = field.scrollHeight * (Number(spot.dataset.start) / field.value.length) - 40;
  }
  // Below the question, which stays in sight.
  field.scrollIntoView({ block: "start" });
})();
