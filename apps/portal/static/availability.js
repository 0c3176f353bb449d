"use strict";
// Whether questions are answered now. While they are not, a banner says so until they are again.
(function (W) {
  // Not all at once: many pages come back after one switch.
  const EVERY_MS = 4000;
  const SPREAD_MS = 2000;
  const banner = W.byId("off");
  let timer = 0;

  W.showOff = function (words) {
    const told = W.byId("off-words");
    if (told.textContent !== words) told.textContent = words;
    banner.hidden = false;
    clearTimeout(timer);
    timer = setTimeout(W.askWhetherOn, EVERY_MS + Math.random() * SPREAD_MS);
  };

  function showOn() {
    clearTimeout(timer);
    if (banner.hidden) return;
    banner.hidden = true;
    W.say("智能咨询已恢复，可以继续提问。");
    W.greetAgain();
  }

  W.askWhetherOn = async function () {
    const state = await W.load("/api/availability");
    if (state && state.open === false) W.showOff(state.message || "智能咨询暂停服务。");
    else if (state) showOn();
    // Without an answer it stays as it is, and is asked again.
    else if (!banner.hidden) W.showOff(W.byId("off-words").textContent);
  };

  document.addEventListener("visibilitychange", function () {
    if (document.visibilityState === "visible") W.askWhetherOn();
  });
})(window.Weizheng);
