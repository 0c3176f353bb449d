"use strict";
// 长者模式: large type and high contrast, remembered on this device.
(function (W) {
  const button = W.byId("elder");

  function show(on) {
    document.documentElement.classList.toggle("elder", on);
    button.setAttribute("aria-pressed", String(on));
  }

  show(W.local.get("elder") === "1");
  button.addEventListener("click", function () {
    const on = button.getAttribute("aria-pressed") !== "true";
    show(on);
    W.local.set("elder", on ? "1" : "");
    W.say(on ? "已打开长者模式" : "已退出长者模式");
  });
})(window.Weizheng);
