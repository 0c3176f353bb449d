"use strict";
// 好差评: five levels for this service or for a service item, with reasons. Nobody has to, nothing is blocked.
(function (W) {
  const LEVELS = ["非常满意", "满意", "基本满意", "不满意", "非常不满意"];
  const REASONS = {
    conversation: [
      ["unsolved", "问题没有解决"],
      ["wrong", "答复不准确"],
      ["unclear", "说明看不懂"],
      ["incomplete", "没有一次说清"],
      ["inconvenient", "网页或网上办理不好用"],
      ["other", "其他"],
    ],
    item: [
      ["different", "实际办理与指南不一致"],
      ["extra", "要求指南以外的材料或条件"],
      ["unclear", "说明看不懂"],
      ["incomplete", "没有一次说清"],
      ["slow", "超过承诺的时限"],
      ["errands", "多头跑、来回跑"],
      ["inconvenient", "网页或网上办理不好用"],
      ["attitude", "服务态度不好"],
      ["other", "其他"],
    ],
  };
  const LONGEST = 500;
  const QUIET_MS = 60000;
  const PROMISE = "不满意的评价会在15个工作日内核实处理，并原样保留，任何人都不能要求您修改。不用留电话。";
  // After these nobody is asked how the service was.
  const UNASKED = ["referred_urgent", "blocked_abuse", "blocked_sensitive"];
  const place = W.byId("rating");
  // For this visit: whoever has rated or waved it away is not asked again.
  const DONE = "rated";
  let timer = 0;

  const isBad = (level) => level <= 2;
  // The best level stands first.
  const levelOf = (at) => LEVELS.length - at;

  function levels(legend, onChange) {
    const set = W.make("fieldset", "reasons");
    const name = W.uniqueId("level");
    set.append(W.make("legend", "", legend));
    LEVELS.forEach(function (label, at) {
      const chip = W.chip("radio", name, String(levelOf(at)), label);
      chip.firstChild.addEventListener("change", () => onChange(levelOf(at)));
      set.append(chip);
    });
    return set;
  }

  function reasons(kind) {
    const set = W.make("fieldset", "reasons");
    set.append(W.make("legend", ""));
    REASONS[kind].forEach((one) => set.append(W.chip("checkbox", "", one[0], one[1])));
    return set;
  }

  function rest(kind) {
    const box = W.make("details", "rating-rest");
    const why = reasons(kind);
    const label = W.make("label", "remark-field");
    const text = W.make("textarea");
    text.rows = 3;
    text.maxLength = LONGEST;
    label.append(W.make("span", "", "补充说明（可以不填，请勿写姓名、电话等个人信息）"), text);
    const promise = W.make("p", "reason", PROMISE);
    box.append(W.make("summary", "", "说明原因（可以不填）"), why, label, promise);
    box.hidden = true;
    return box;
  }

  function hasContent(box) {
    return Boolean(box.querySelector("input:checked") || box.querySelector("textarea").value.trim());
  }

  // Of a good rating the reasons are folded away, unless something stands there already.
  function showRest(box, level) {
    box.hidden = false;
    box.open = isBad(level) || hasContent(box);
    box.querySelector("legend").textContent = isBad(level)
      ? "哪里不满意？（可多选，可以不选）"
      : "哪里还可以改进？（可以不选）";
    box.querySelector(".reason").hidden = !isBad(level);
  }

  function said(form, target) {
    const chosen = form.querySelector("input[type=radio]:checked");
    const text = form.querySelector("textarea").value.trim();
    const body = { target: target, level: Number(chosen.value) };
    body.reasons = Array.from(form.querySelectorAll("input[type=checkbox]:checked")).map((one) => one.value);
    if (text) body.text = text;
    return body;
  }

  function thanks(kept) {
    const box = W.make("div", "rating-thanks");
    const words = W.make("p", "thanks", "谢谢，评价已经记下了。" + promised(kept));
    box.append(words);
    if (isBad(kept.level) && !kept.told) {
      const open = W.makeButton("act", "查看隐私设置", W.openPrivacy);
      box.append(open);
    }
    return box;
  }

  function promised(kept) {
    if (!isBad(kept.level)) return "";
    const then = "我们会在15个工作日内核实。";
    if (kept.told) return then + "回复会放在“消息”里。";
    return then + "想收到回复，请在“隐私”里同意“有了答复或更正时通知我”，也不要在“消息”里停止接收。不用留电话。";
  }

  function tellFailure(form, error) {
    const old = form.querySelector(".problem");
    if (old) old.remove();
    const problem = W.make("p", "problem", W.asFailure(error).message);
    problem.setAttribute("role", "alert");
    form.append(problem);
  }

  async function deliver(form, target, onDone) {
    const submit = form.querySelector("[type=submit]");
    submit.disabled = true;
    try {
      const told = thanks(await W.sendJson("POST", "/api/ratings", said(form, target)));
      form.replaceWith(told);
      W.focusOn(told.querySelector(".thanks"));
      onDone();
    } catch (error) {
      submit.disabled = false;
      tellFailure(form, error);
    }
  }

  function buttons(label, onCancel) {
    const line = W.make("div", "acts");
    const submit = W.make("button", "act main", "提交评价");
    submit.type = "submit";
    submit.hidden = true;
    line.append(submit, W.makeButton("act", label, onCancel));
    return line;
  }

  function makeForm(target, legend, cancel, onCancel, onDone) {
    const form = W.make("form", "feedback-form rating-form");
    const more = rest(target.kind);
    const line = buttons(cancel, onCancel);
    const choose = function (level) {
      showRest(more, level);
      line.firstChild.hidden = false;
      W.reveal(more.open ? more.querySelector("fieldset") : line, "nearest");
    };
    form.append(levels(legend, choose), more, line);
    form.addEventListener("submit", function (event) {
      event.preventDefault();
      deliver(form, target, onDone);
    });
    return form;
  }

  // On a card: the button opens the form below the card's line of acts.
  W.rateItemButton = function (item) {
    let form = null;
    function close() {
      if (form) form.remove();
      form = null;
      button.setAttribute("aria-expanded", "false");
    }
    function closeAndReturn() {
      close();
      button.focus();
    }
    function open() {
      const legend = "“" + item.name + "”这项服务怎么样？（可以不填）";
      form = makeForm({ kind: "item", item_id: item.item_id }, legend, "取消", closeAndReturn, function () {
        form = null;
        button.setAttribute("aria-expanded", "false");
      });
      const old = button.parentNode.parentNode.querySelector(".rating-thanks");
      if (old) old.remove();
      button.parentNode.after(form);
      button.setAttribute("aria-expanded", "true");
      form.querySelector("input").focus();
      W.reveal(form, "nearest");
    }
    const button = W.makeButton("act", "评价事项", () => (form ? close() : open()));
    button.setAttribute("aria-label", "评价事项：" + item.name);
    button.setAttribute("aria-expanded", "false");
    return button;
  };

  function finish() {
    W.session.set(DONE, "1");
  }

  function wave() {
    finish();
    place.textContent = "";
    // Not the field: on a phone that would open the keyboard.
    W.focusOn(place);
  }

  function offer() {
    if (W.session.get(DONE) || place.firstChild) return;
    const main = place.closest("main");
    const atEnd = main.scrollHeight - main.scrollTop - main.clientHeight < 40;
    place.append(makeForm({ kind: "conversation" }, "这次服务怎么样？（可以不填）", "不评价", wave, finish));
    // Whoever reads further up is left there.
    if (atEnd) W.reveal(place, "nearest");
  }

  // Some quiet after an answer: then the question whether it was of use stands in nobody's way.
  // The bar moves what is above it: nothing that somebody writes in, or reads in a dialog.
  function isBusy() {
    const open = document.querySelector("#log form, [role=dialog]");
    return Boolean(W.byId("text").value.trim() || open);
  }

  function awaitQuiet() {
    clearTimeout(timer);
    timer = setTimeout(() => (isBusy() ? awaitQuiet() : offer()), QUIET_MS);
  }

  W.afterReply = function (status) {
    if (UNASKED.indexOf(status) < 0) awaitQuiet();
  };

  // Whoever asks on has not finished; what they began to fill in stays.
  W.asksOn = function () {
    clearTimeout(timer);
    if (!place.querySelector("input:checked")) place.textContent = "";
  };

  W.forgetRating = function () {
    clearTimeout(timer);
    place.textContent = "";
    W.session.set(DONE, "");
  };
})(window.Weizheng);
