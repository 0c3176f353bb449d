"use strict";
// The card of a recommended service item, in the panel and in the conversation: why, no more of its kind, undo.
(function (W) {
  const KEY = "hidden-offers";
  const SOURCES = {
    lightfm: "与您情况和需求相近的人常办这一项。",
    similar: "这一项常和您问过、看过的事项一起办。",
    life_event: "这一项是您正在经历的人生大事里要办的。",
  };

  const hidden = () => (W.session.get(KEY) || "").split(",").filter(Boolean);
  const keepHidden = (ids) => W.session.set(KEY, ids.join(","));

  // What was waved away in this visit is not shown again, whether or not that could be kept.
  W.isHiddenOffer = (item) => hidden().indexOf(String(item.item_id)) >= 0;
  W.forgetHiddenOffers = () => keepHidden([]);

  function explanation(item) {
    const box = W.make("div", "offer-why");
    box.id = W.uniqueId("why");
    box.hidden = true;
    box.append(W.make("p", "", "推荐理由：" + item.reason + "。" + (SOURCES[item.source] || "")));
    box.append(W.makeButton("act", "查看用到的情况", W.openProfile));
    return box;
  }

  function whyButton(item, box) {
    const button = W.makeButton("act opens", "为什么推荐", function () {
      box.hidden = !box.hidden;
      button.setAttribute("aria-expanded", String(!box.hidden));
    });
    button.setAttribute("aria-label", "为什么推荐：" + item.name);
    button.setAttribute("aria-expanded", "false");
    button.setAttribute("aria-controls", box.id);
    return button;
  }

  function onlineLink(item) {
    const link = W.makeLink(item.url, "网上办理");
    link.className = "act offer-link";
    link.setAttribute("aria-label", "网上办理：" + item.name + "（在新窗口打开）");
    link.addEventListener("click", () => W.note("open_link", item.item_id));
    return link;
  }

  const isMeant = (item) => (one) =>
    item.theme ? one.scope === "theme" && one.target === item.theme : one.target === String(item.item_id);

  async function undo(item) {
    const profile = await W.request("/api/profile");
    const left = profile.dismissed.filter((one) => !isMeant(item)(one));
    await W.sendJson("PUT", "/api/profile", {
      dismissed: left.map((one) => ({ scope: one.scope, target: one.target })),
    });
  }

  // The line in place of a card; `back` puts the card there again.
  function goneLine(item, kept, back) {
    const line = W.make("li", "offer-gone");
    const words = W.make("span", "");
    words.setAttribute("role", "status");
    const button = W.makeButton("act", "撤销", async function () {
      button.disabled = true;
      try {
        const told = await kept;
        if (told && told.personal) await undo(item);
        back();
      } catch (error) {
        button.disabled = false;
        words.textContent = "没有撤销：" + W.asFailure(error).message;
      }
    });
    const what = item.theme ? "“" + item.theme + "”这一类" : "“" + item.name + "”";
    button.setAttribute("aria-label", "撤销：恢复推荐" + what);
    line.append(words, button);
    words.textContent = "不再推荐" + what + "。";
    kept.then(function (told) {
      if (told && told.personal) return;
      const later = told
        ? "以后也记住，需要您在“隐私”里同意“根据我的提问推荐”。"
        : "没有保存成功，以后可能还会推荐；可以撤销后再试。";
      words.textContent = "这次不再显示" + what + "。" + later;
    });
    return line;
  }

  function dismissButton(item, card, whenChanged) {
    const button = W.makeButton("act", "不再推荐此类", function () {
      const kept = W.note("dismiss", item.item_id, { scope: item.theme ? "theme" : "item" });
      const id = String(item.item_id);
      keepHidden(hidden().concat(id));
      const line = goneLine(item, kept, function () {
        keepHidden(hidden().filter((one) => one !== id));
        line.replaceWith(card);
        whenChanged();
        button.focus();
      });
      card.replaceWith(line);
      whenChanged();
      line.querySelector("button").focus();
    });
    button.setAttribute("aria-label", "不再推荐此类：" + item.name);
    return button;
  }

  // `body`: what asking about it sends; `whenChanged`: called when it goes or comes back.
  function offerCard(item, body, whenChanged) {
    const card = W.make("li", "offer");
    card.dataset.offer = item.item_id;
    card.dataset.theme = item.theme || "";
    const open = W.makeButton("choice", item.name, function () {
      W.note("click", item.item_id);
      W.ask(body, item.name);
    });
    const why = explanation(item);
    const line = W.make("div", "acts");
    line.append(whyButton(item, why), dismissButton(item, card, whenChanged));
    if (W.isLink(item.url)) line.append(onlineLink(item));
    card.append(open);
    if (item.agency) card.append(W.make("p", "agency", item.agency));
    card.append(W.make("p", "offer-reason", item.reason));
    if (item.eligibility.total) card.append(W.make("p", "offer-fits " + item.eligibility.verdict, item.eligibility.text));
    card.append(line, why);
    W.watchOffer(card);
    return card;
  }

  // A theme that was waved away takes its other cards along, until that is undone.
  W.offerList = function (items, bodyOf) {
    const list = W.make("ul", "offer-list");
    function hideKin() {
      const gone = items.filter(W.isHiddenOffer).map((item) => item.theme);
      list.querySelectorAll(".offer").forEach(function (card) {
        card.hidden = Boolean(card.dataset.theme) && gone.indexOf(card.dataset.theme) >= 0;
      });
    }
    items.forEach((item) => list.append(offerCard(item, bodyOf(item), hideKin)));
    return list;
  };

  // A message of the conversation that recommends some.
  W.servicesContent = function (message) {
    const box = document.createDocumentFragment();
    const list = W.offerList(message.items, (item) => ({ payload: item.payload }));
    box.append(W.paragraph(message.text, "text"), list);
    return box;
  };
})(window.Weizheng);
