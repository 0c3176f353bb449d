"use strict";
// A text of ours as a paragraph: web addresses and telephone numbers become links, names of
// fields stand out, the rest stays text.
(function (W) {
  const CANDIDATE = /https?:\/\/[\w\-.~:/?#@!$&*+,;=%]+|0\d{2,3}-\d{7,8}|\d+|^[\u4e00-\u9fff]{2,6}：/gim;
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

  // A link or the label of a field; null for words that stay as they are.
  function piece(word, before, after, withFields) {
    if (/：$/.test(word)) return withFields ? W.make("strong", "field", word) : null;
    const url = target(word, before, after);
    return url ? W.makeLink(url, word) : null;
  }

  // `withFields`: the text of a service item, whose lines begin with the name of a field.
  W.paragraph = function (text, className, withFields) {
    const whole = String(text);
    const element = W.make("p", className || "text");
    let done = 0;
    whole.replace(CANDIDATE, function (word, at) {
      const end = at + word.length;
      const shown = piece(word, whole.slice(0, at), whole.slice(end), withFields);
      if (shown) {
        element.append(document.createTextNode(whole.slice(done, at)), shown);
        done = end;
      }
      return word;
    });
    element.append(document.createTextNode(whole.slice(done)));
    return element;
  };
})(window.Weizheng);
