"use strict";
// 有用 / 没用 with a reason, and 纠错, on an answer.
(function (W) {
  const REASONS = [
    ["wrong", "答错了"],
    ["outdated", "内容过时"],
    ["unclear", "看不懂"],
    ["incomplete", "不完整"],
    ["other", "其他"],
  ];
  const LONGEST = 500;

  function send(answerId, useful, reason, text) {
    const body = { answer_id: answerId, useful: useful };
    if (reason) body.reason = reason;
    if (text) body.text = text;
    return W.sendJson("POST", "/api/feedback", body);
  }

  W.chip = function (type, name, value, label) {
    const chip = W.make("label", "chip");
    const input = W.make("input");
    input.type = type;
    input.name = name;
    input.value = value;
    chip.append(input, W.make("span", "", label));
    return chip;
  };

  function reasons(legend, chosen) {
    const set = W.make("fieldset", "reasons");
    const name = W.uniqueId("reason");
    set.append(W.make("legend", "", legend));
    REASONS.forEach(function (one) {
      const chip = W.chip("radio", name, one[0], one[1]);
      chip.firstChild.checked = one[0] === chosen;
      set.append(chip);
    });
    return set;
  }

  function remark(words, required) {
    const label = W.make("label", "remark-field");
    const text = W.make("textarea");
    text.rows = 3;
    text.maxLength = LONGEST;
    text.required = required;
    label.append(W.make("span", "", words), text);
    return label;
  }

  function buttons(onCancel) {
    const line = W.make("div", "acts");
    const submit = W.make("button", "act main", "提交");
    submit.type = "submit";
    line.append(submit, W.makeButton("act", "取消", onCancel));
    return line;
  }

  function thank(bar) {
    const thanks = W.make("p", "thanks", "谢谢，已经记下了。");
    bar.textContent = "";
    bar.append(thanks);
    W.focusOn(thanks);
  }

  function tellFailure(bar, error) {
    const old = bar.querySelector(".problem");
    if (old) old.remove();
    const problem = W.make("p", "problem", W.asFailure(error).message);
    problem.setAttribute("role", "alert");
    bar.append(problem);
  }

  async function deliver(bar, pressed, work) {
    pressed.disabled = true;
    try {
      await work();
      thank(bar);
    } catch (error) {
      pressed.disabled = false;
      tellFailure(bar, error);
    }
  }

  function openForm(bar, answerId, opener, words) {
    closeForm(bar);
    const form = W.make("form", "feedback-form");
    form.append(reasons(words.legend, words.chosen), remark(words.remark, words.required));
    form.append(buttons(function () {
      closeForm(bar);
      opener.focus();
    }));
    form.addEventListener("submit", function (event) {
      event.preventDefault();
      const reason = form.querySelector("input:checked");
      const text = form.querySelector("textarea").value.trim();
      const submit = form.querySelector("[type=submit]");
      deliver(bar, submit, () => send(answerId, false, reason ? reason.value : "", text));
    });
    bar.append(form);
    opener.setAttribute("aria-expanded", "true");
    form.querySelector("input").focus();
    W.reveal(form, "nearest");
  }

  function closeForm(bar) {
    const form = bar.querySelector("form");
    if (form) form.remove();
    Array.from(bar.querySelectorAll("[aria-expanded]")).forEach((one) => one.setAttribute("aria-expanded", "false"));
  }

  function opening(bar, answerId, label, words) {
    const button = W.makeButton("act", label, function () {
      if (button.getAttribute("aria-expanded") === "true") closeForm(bar);
      else openForm(bar, answerId, button, words);
    });
    button.setAttribute("aria-expanded", "false");
    return button;
  }

  // What staff answered to what the citizen said of this answer.
  W.opinionReply = function (reply) {
    const box = W.make("div", "opinion-reply");
    const options = { timeZone: "Asia/Shanghai", year: "numeric", month: "long", day: "numeric" };
    const at = W.make("time", "when", new Date(reply.at).toLocaleDateString("zh-CN", options));
    at.dateTime = reply.at;
    const head = W.make("p", "label", "对您反馈的回复" + (reply.agency ? " · " + reply.agency : "") + " · ");
    head.append(at);
    box.append(head, W.paragraph(reply.text, "text"));
    return box;
  };

  W.feedbackBar = function (answerId) {
    const bar = W.make("div", "feedback");
    bar.setAttribute("role", "group");
    bar.setAttribute("aria-label", "评价这个回答");
    const useful = W.makeButton("act", "有用", () => deliver(bar, useful, () => send(answerId, true)));
    const useless = opening(bar, answerId, "没用", {
      legend: "哪里不满意？",
      chosen: "",
      remark: "补充说明（可以不填，请勿写个人信息）",
      required: false,
    });
    const correct = opening(bar, answerId, "纠错", {
      legend: "是哪种错误？",
      chosen: "wrong",
      remark: "请写明哪里不对（请勿写个人信息）",
      required: true,
    });
    const line = W.make("div", "acts");
    line.append(useful, useless, correct);
    bar.append(line);
    return bar;
  };
})(window.Weizheng);
