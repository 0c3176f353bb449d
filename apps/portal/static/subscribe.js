"use strict";
// Subscribing to a service item, its agency or its theme: the menu on a card, the buttons of a message that speaks of
// it, the consent asked for in the same step, and the list of what is subscribed to.
(function (W) {
  const PATH = "/api/subscriptions";
  const PURPOSE = "push_web";
  const KINDS = { item: "事项", agency: "部门", theme: "主题" };
  // The server takes no more changes in one request.
  const AT_ONCE = 10;
  let standing = [];
  let loaded = null;

  const sameAs = (subject) => (one) => one.kind === subject.kind && one.target === subject.target;
  const isSubscribed = (subject) => standing.some(sameAs(subject));
  const nameOf = (subject) => KINDS[subject.kind] + "：" + subject.title;
  const subjectOf = (button) => ({
    kind: button.dataset.subject,
    target: button.dataset.target,
    title: button.dataset.title,
  });

  function showOn(button) {
    const subject = subjectOf(button);
    const on = isSubscribed(subject);
    button.textContent = (on ? "已订阅" : "订阅") + nameOf(subject);
    button.setAttribute("aria-label", (on ? "退订" : "订阅") + nameOf(subject));
    button.setAttribute("aria-pressed", String(on));
  }

  // What the menu's button says while that is closed: whether the item or its agency is subscribed to.
  function showOnMenu(button) {
    const own = { kind: "item", target: button.dataset.item };
    const on = isSubscribed(own) || isSubscribed({ kind: "agency", target: button.dataset.agency });
    button.textContent = on ? "已订阅" : "订阅";
    button.setAttribute("aria-label", button.textContent + "：" + button.dataset.name);
  }

  function showAll() {
    document.querySelectorAll("button[data-subject]").forEach(showOn);
    document.querySelectorAll("button[data-item]").forEach(showOnMenu);
  }

  async function send(changes, version) {
    const query = version ? "?notice_version=" + encodeURIComponent(version) : "";
    standing = (await W.sendJson("PUT", PATH + query, changes)).items;
    showAll();
  }

  const changeOf = (subject, on) => ({ kind: subject.kind, target: subject.target, subscribed: on });

  function load() {
    loaded =
      loaded ||
      W.load(PATH).then(function (body) {
        if (body) standing = body.items;
        else loaded = null;
        showAll();
      });
    return loaded;
  }

  function agreeButton(subject, version, problem) {
    const button = W.makeButton("act main", "同意并订阅", async function () {
      button.disabled = true;
      try {
        await send([changeOf(subject, true)], version);
        W.closeDialog();
        W.say("已订阅" + nameOf(subject));
        W.refreshInbox();
      } catch (error) {
        button.disabled = false;
        problem.textContent = W.asFailure(error).message;
      }
    });
    return button;
  }

  async function askConsent(subject) {
    const notice = await W.load("/api/privacy-notice");
    const purpose = notice && notice.purposes.filter((one) => one.purpose === PURPOSE)[0];
    if (!purpose) return W.say("订阅没有成功，请稍后再试。");
    const content = document.createDocumentFragment();
    const problem = W.make("p", "problem");
    problem.setAttribute("role", "alert");
    const what = "有与" + KINDS[subject.kind] + "“" + subject.title + "”相关的变化时，在本页面的消息里告诉您。需要您同意：";
    content.append(W.make("p", "", what));
    content.append(W.make("h3", "", purpose.title), W.paragraph(purpose.text, "notice"));
    content.append(W.make("p", "version", "隐私说明版本 " + notice.version), problem);
    const agree = agreeButton(subject, notice.version, problem);
    const all = W.makeButton("act", "查看隐私说明", W.openPrivacy);
    W.openDialog("订阅", content, [agree, all, W.makeButton("act", "取消", W.closeDialog)]);
  }

  async function change(button) {
    const subject = subjectOf(button);
    button.disabled = true;
    try {
      await load();
      const on = !isSubscribed(subject);
      await send([changeOf(subject, on)]);
      W.say((on ? "已订阅" : "已退订") + nameOf(subject));
      if (on) W.refreshInbox();
    } catch (error) {
      const told = W.asFailure(error);
      button.disabled = false;
      button.focus();
      if (told.code === "consent_needed") return askConsent(subject);
      W.say("没有成功：" + told.message);
    }
    button.disabled = false;
    button.focus();
  }

  // Subscribes to one subject and unsubscribes; says which it would do.
  function toggle(subject) {
    const button = W.makeButton("act", "", () => change(button));
    button.dataset.subject = subject.kind;
    button.dataset.target = subject.target;
    button.dataset.title = subject.title;
    showOn(button);
    return button;
  }

  function toggles(className, subjects) {
    const box = W.make("div", className);
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", "订阅");
    subjects.filter((one) => KINDS[one.kind]).forEach((one) => box.append(toggle(one)));
    load();
    return box;
  }

  // Agency and theme as the catalogue has them now; without it there is still the item.
  async function subjectsOf(item) {
    const guide = (await W.guideOf(item.item_id)) || { agency: null, theme: null };
    return [
      { kind: "item", target: String(item.item_id), title: item.name },
      { kind: "agency", target: guide.agency, title: guide.agency },
      { kind: "theme", target: guide.theme, title: guide.theme },
    ].filter((one) => one.title);
  }

  // The button on the card of a service item, and the place into which it opens its menu.
  W.subscribeMenu = function (item) {
    const place = W.make("div", "subscribe-menu");
    place.id = W.uniqueId("subscribe");
    place.hidden = true;
    const button = W.makeButton("act", "", async function () {
      const opens = place.hidden;
      if (opens && !place.hasChildNodes()) {
        button.disabled = true;
        place.append(toggles("acts", await subjectsOf(item)));
        button.disabled = false;
        button.focus();
      }
      place.hidden = !opens;
      button.setAttribute("aria-expanded", String(opens));
    });
    button.dataset.item = item.item_id;
    button.dataset.name = item.name;
    button.dataset.agency = item.agency || "";
    button.setAttribute("aria-expanded", "false");
    button.setAttribute("aria-controls", place.id);
    button.classList.add("opens");
    showOnMenu(button);
    load();
    return { button: button, place: place };
  };

  // The buttons below a message about subscribing; how it stands now counts, not how it stood then.
  W.subscribeToggles = (subjects) => toggles("acts", subjects);

  function entry(one, told, redraw) {
    const row = W.make("li", "subscribed");
    row.append(W.make("span", "", nameOf(one)));
    const end = W.makeButton("act", "退订", async function () {
      try {
        await send([changeOf(one, false)]);
        redraw();
        told("已退订" + nameOf(one));
      } catch (error) {
        told(W.asFailure(error).message);
      }
    });
    end.setAttribute("aria-label", "退订" + nameOf(one));
    row.append(end);
    return row;
  }

  function endAllButton(told, redraw) {
    const button = W.makeButton("act", "全部退订", async function () {
      const count = standing.length;
      button.disabled = true;
      try {
        while (standing.length) await send(standing.slice(0, AT_ONCE).map((one) => changeOf(one, false)));
        told("已全部退订，一共" + count + "项。");
      } catch (error) {
        told(W.asFailure(error).message);
      }
      redraw();
    });
    return button;
  }

  // The list in the dialog of notices; `told` says there what happened.
  W.subscriptionList = function (told) {
    const box = W.make("div", "subscriptions");
    function draw() {
      box.textContent = "";
      if (!standing.length) return;
      const list = W.make("ul", "papers");
      standing.forEach((one) => list.append(entry(one, told, redraw)));
      box.append(W.make("h3", "", "我的订阅"), list);
      if (standing.length > 1) box.append(endAllButton(told, redraw));
    }
    function redraw() {
      draw();
      W.focusOn(box);
    }
    load().then(draw);
    return box;
  };

  W.forgetSubscriptions = function () {
    standing = [];
    loaded = null;
    showAll();
  };

  // A consent that is withdrawn ends them; in the conversation they begin and end as well.
  W.reloadSubscriptions = function () {
    loaded = null;
    return load();
  };
})(window.Weizheng);
