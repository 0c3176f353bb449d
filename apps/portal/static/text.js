"use strict";
// A text of ours as a paragraph: web addresses and telephone numbers become links, the rest stays text.
(function (W) {
  const CANDIDATE = /https?:\/\/[\w\-.~:/?#@!$&*+,;=%]+|0\d{2,3}-\d{7,8}|\d+/gi;
  const HOTLINE = /^(12[02-9]\d\d|96110)$/;
  const EMERGENCY = /^(110|119|120|122)$/;
  // "补贴120元" is no telephone number, "拨打120" is.
  const CALLED = /(打|或|、|和|报警|急救|火警)$/;
  const UNIT = /^\s*([元万亿千百人户件个份年月日号项天次种条岁名套平米分小时%％.\-/]|㎡)/;

  function target(word, before, after) {
    if (/^http/i.test(word)) return word;
    if (/^0\d+-/.test(word)) return "tel:" + word.replace("-", "");
    if (UNIT.test(after)) return null;
    if (HOTLINE.test(word)) return "tel:" + word;
    return EMERGENCY.test(word) && CALLED.test(before) ? "tel:" + word : null;
  }

  W.paragraph = function (text, className) {
    const whole = String(text);
    const element = W.make("p", className || "text");
    let done = 0;
    whole.replace(CANDIDATE, function (word, at) {
      const url = target(word, whole.slice(0, at), whole.slice(at + word.length));
      if (url) {
        element.append(document.createTextNode(whole.slice(done, at)), W.makeLink(url, word));
        done = at + word.length;
      }
      return word;
    });
    element.append(document.createTextNode(whole.slice(done)));
    return element;
  };
})(window.Weizheng);
