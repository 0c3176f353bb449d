"use strict";
// What all scripts of the page use. Classic scripts in one namespace, as the oldest WebViews know no modules.
(function (W) {
  W.byId = (id) => document.getElementById(id);

  // Everything that is shown comes in through textContent: a text never becomes markup.
  W.make = function (tag, className, text) {
    const element = document.createElement(tag);
    if (className) element.className = className;
    if (text !== undefined && text !== null) element.textContent = text;
    return element;
  };

  W.makeButton = function (className, text, onClick) {
    const button = W.make("button", className, text);
    button.type = "button";
    button.addEventListener("click", onClick);
    return button;
  };

  W.isLink = (url) => typeof url === "string" && /^(https?:\/\/|tel:)/i.test(url.trim());

  W.makeLink = function (url, text) {
    const link = W.make("a", "", text);
    link.href = url.trim();
    if (!/^tel:/i.test(link.href)) link.target = "_blank";
    link.rel = "noopener noreferrer";
    return link;
  };

  W.newId = function () {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  };

  let serial = 0;
  W.uniqueId = (prefix) => prefix + "-" + (serial += 1);

  // Storage may be forbidden or full: then nothing is remembered, and nothing breaks.
  function makeStore(name) {
    return {
      get: function (key) {
        try {
          return window[name].getItem("weizheng." + key);
        } catch (error) {
          return null;
        }
      },
      set: function (key, value) {
        try {
          if (value) window[name].setItem("weizheng." + key, value);
          else window[name].removeItem("weizheng." + key);
        } catch (error) {
          return;
        }
      },
    };
  }

  W.local = makeStore("localStorage");
  W.session = makeStore("sessionStorage");

  // The same sentence twice is spoken twice only when the region was empty in between.
  W.say = function (text) {
    const status = W.byId("status");
    status.textContent = "";
    setTimeout(() => (status.textContent = text), 60);
  };

  W.reveal = function (element, block) {
    const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (element) element.scrollIntoView({ block: block, behavior: calm ? "auto" : "smooth" });
  };

  W.focusOn = function (element) {
    if (!element.hasAttribute("tabindex")) element.tabIndex = -1;
    element.focus();
  };
})((window.Weizheng = window.Weizheng || {}));
