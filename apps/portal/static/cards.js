"use strict";
// The bubbles of the conversation: texts, answer cards, choices.
(function (W) {
  const WITH_FORMS = ["materials", "form"];

  W.addBubble = function (role, content, className) {
    const row = W.make("div", "row " + role);
    row.append(W.make("span", "unseen", role === "citizen" ? "您：" : "微政通："));
    const bubble = W.make("div", "bubble" + (className ? " " + className : ""));
    bubble.append(content);
    row.append(bubble);
    W.byId("log").append(row);
    return row;
  };

  function guideHead(message) {
    const head = W.make("div", "guide");
    head.append(W.make("strong", "", message.item.name));
    if (message.aspect_label) head.append(W.make("span", "tag", message.aspect_label));
    if (message.item.agency) head.append(W.make("span", "agency", message.item.agency));
    return head;
  }

  // In the card the first line would say again what its heading says.
  function bodyText(message) {
    const text = String(message.text);
    if (!message.item) return text;
    const end = text.indexOf("\n");
    const name = "【" + message.item.name + "】";
    const headings = [name, name + (message.aspect_label || ""), name + "（" + (message.item.agency || "") + "）"];
    return end > 0 && headings.indexOf(text.slice(0, end)) >= 0 ? text.slice(end + 1) : text;
  }

  function askButton(text, body) {
    return W.makeButton("choice", text, () => W.ask(body, text));
  }

  W.questionButtons = function (className, questions) {
    const box = W.make("div", className);
    questions.forEach((text) => box.append(askButton(text, { text: text })));
    return box;
  };

  function related(items) {
    const box = W.make("div", "related");
    const names = items.map((item) => item.name);
    box.append(W.make("p", "label", "您可能还想办"), W.questionButtons("choices", names));
    return box;
  }

  function readable(message, text) {
    const head = message.item ? message.item.name + "，" + (message.aspect_label || "") + "。\n" : "";
    return head + text.replace(/https?:\/\/[\w\-.~:/?#@!$&*+,;=%]+/gi, "");
  }

  function acts(message, text) {
    const box = document.createDocumentFragment();
    const line = W.make("div", "acts");
    const menu = message.item ? W.subscribeMenu(message.item) : null;
    const all = [
      message.item ? W.checklistButton(message.item) : null,
      menu ? menu.button : null,
      message.item ? W.rateItemButton(message.item) : null,
      W.printButton(),
      W.readButton(readable(message, text)),
    ];
    all.filter(Boolean).forEach((one) => line.append(one));
    box.append(line);
    if (menu) box.append(menu.place);
    return box;
  }

  function forms(message) {
    const box = W.make("div", "forms");
    if (message.item && WITH_FORMS.indexOf(message.aspect) >= 0) W.addForms(box, message.item.item_id);
    return box;
  }

  // `isLast`: no further card of the same reply follows, under which the rest can stand.
  function answerContent(message, isLast) {
    const text = bodyText(message);
    const box = document.createDocumentFragment();
    if (message.item) box.append(guideHead(message));
    box.append(W.paragraph(text, "text", Boolean(message.item)));
    if ((message.citations || []).length) box.append(W.sources(message.citations));
    box.append(forms(message), acts(message, text));
    if (isLast && (message.related || []).length) box.append(related(message.related));
    if (isLast && message.answer_id) box.append(W.feedbackBar(message.answer_id));
    if (message.reply) box.append(W.opinionReply(message.reply));
    return box;
  }

  function showAnswer(role, message, isLast) {
    const row = W.addBubble(role, answerContent(message, isLast), message.item ? "card" : "passage");
    const bubble = row.querySelector(".bubble");
    bubble.setAttribute("role", "group");
    bubble.setAttribute("aria-label", message.item ? message.item.name : "答复");
    return row;
  }

  function choicesContent(message) {
    const box = document.createDocumentFragment();
    box.append(W.paragraph(message.text));
    const buttons = W.make("div", "choices");
    message.choices.forEach((choice) => buttons.append(askButton(choice.title, { payload: choice.payload })));
    box.append(buttons);
    if (message.reply) box.append(W.opinionReply(message.reply));
    return box;
  }

  function textContent(role, message) {
    // What the citizen wrote stays as written.
    if (role === "citizen") return W.make("p", "text", message.text);
    const box = document.createDocumentFragment();
    box.append(W.paragraph(message.text));
    const read = W.readButton(readable(message, message.text));
    if (read) box.append(read);
    if (message.reply) box.append(W.opinionReply(message.reply));
    return box;
  }

  function subscriptionContent(role, message) {
    const box = textContent(role, message);
    if (message.targets.length) box.append(W.subscribeToggles(message.targets));
    return box;
  }

  function show(message, isLast) {
    const role = message.role || "assistant";
    if (message.kind === "answer") return showAnswer(role, message, isLast);
    if (message.kind === "choices") return W.addBubble(role, choicesContent(message));
    if (message.kind === "subscription") return W.addBubble(role, subscriptionContent(role, message));
    if (message.kind === "services") return W.addBubble(role, W.servicesContent(message), "passage");
    if (message.kind === "bundle") return W.showBundle(role, message);
    if (typeof message.text === "string") return W.addBubble(role, textContent(role, message));
    return null;
  }

  function isLastCard(messages, at) {
    const next = messages[at + 1];
    return !next || next.kind !== "answer" || next.answer_id !== messages[at].answer_id;
  }

  W.showAll = (messages) => messages.map((one, at) => show(one, isLastCard(messages, at))).filter(Boolean);
})(window.Weizheng);
