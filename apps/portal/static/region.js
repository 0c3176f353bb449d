"use strict";
// The district the citizen chose: for this session and this tab only, sent along with each question.
(function (W) {
  const select = W.byId("region");
  const KEY = "region";
  let chosen = W.session.get(KEY) || "";
  let whenChanged = () => undefined;

  W.region = () => chosen || null;

  function choose(code) {
    chosen = code;
    W.session.set(KEY, code);
    select.value = code;
  }

  function option(value, text) {
    const one = W.make("option", "", text);
    one.value = value;
    return one;
  }

  W.offerRegions = function (regions, onChange) {
    if (!regions.length) return;
    select.textContent = "";
    select.append(option("", "选择区"));
    regions.forEach((region) => select.append(option(region.code, region.name)));
    select.hidden = false;
    whenChanged = onChange;
    if (regions.some((region) => region.code === chosen)) select.value = chosen;
    else W.forgetRegion();
  };

  // A district named in words, or picked with a choice, is the one in force from then on.
  W.followRegion = function (code) {
    const offered = Array.from(select.options).some((one) => one.value === code);
    if (code && code !== chosen && offered) {
      choose(code);
      whenChanged();
    }
  };

  W.forgetRegion = function () {
    const known = Boolean(chosen);
    choose("");
    if (known) whenChanged();
  };

  select.addEventListener("change", function () {
    choose(select.value);
    const name = select.options[select.selectedIndex].textContent;
    W.say(select.value ? "已选择" + name + "，回答将按该区的规定" : "已取消选择");
    whenChanged();
  });
})(window.Weizheng);
