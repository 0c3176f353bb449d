"use strict";
// Subscribing to a service item: the button on its card, the consent asked for in the same step, and the list.
(function (W) {
  const PATH = "/api/subscriptions";
  const PURPOSE = "push_web";
  let standing = [];
  let loaded = null;

  const sameAs = (kind, target) => (one) => one.kind === kind && one.target === target;
  const isSubscribed = (item) => standing.some(sameAs("item", String(item.item_id)));

  function showOn(button, item) {
    const on = isSubscribed(item);
    button.textContent = on ? "已订阅" : "订阅";
    button.setAttribute("aria-label", (on ? "取消订阅：" : "订阅：") + item.name);
    button.setAttribute("aria-pressed", String(on));
  }

  function showAll() {
    const buttons = document.querySelectorAll("button[data-item]");
    buttons.forEach((one) => showOn(one, { item_id: one.dataset.item, name: one.dataset.name }));
  }

  async function send(kind, target, on, version) {
    const query = version ? "?notice_version=" + encodeURIComponent(version) : "";
    const change = { kind: kind, target: target, subscribed: on };
    standing = (await W.sendJson("PUT", PATH + query, [change])).items;
    showAll();
  }

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

  function failedIn(box) {
    return (error) => (box.textContent = W.asFailure(error).message);
  }

  function agreeButton(item, version, problem) {
    const button = W.makeButton("act main", "同意并订阅", async function () {
      button.disabled = true;
      try {
        await send("item", String(item.item_id), true, version);
        W.closeDialog();
        W.say("已订阅" + item.name);
        W.refreshInbox();
      } catch (error) {
        button.disabled = false;
        failedIn(problem)(error);
      }
    });
    return button;
  }

  async function askConsent(item) {
    const notice = await W.load("/api/privacy-notice");
    const purpose = notice && notice.purposes.filter((one) => one.purpose === PURPOSE)[0];
    if (!purpose) return W.say("订阅没有成功，请稍后再试。");
    const content = document.createDocumentFragment();
    const problem = W.make("p", "problem");
    problem.setAttribute("role", "alert");
    content.append(W.make("p", "", "有与“" + item.name + "”相关的变化时，在本页面的消息里告诉您。需要您同意："));
    content.append(W.make("h3", "", purpose.title), W.paragraph(purpose.text, "notice"));
    content.append(W.make("p", "version", "隐私说明版本 " + notice.version), problem);
    const all = W.makeButton("act", "查看隐私说明", W.openPrivacy);
    W.openDialog("订阅", content, [agreeButton(item, notice.version, problem), all, W.makeButton("act", "取消", W.closeDialog)]);
  }

  async function change(item, button) {
    const on = !isSubscribed(item);
    button.disabled = true;
    try {
      await load();
      await send("item", String(item.item_id), on);
      W.say(on ? "已订阅" + item.name : "已取消订阅" + item.name);
      if (on) W.refreshInbox();
    } catch (error) {
      const told = W.asFailure(error);
      button.disabled = false;
      button.focus();
      if (told.code === "consent_needed") return askConsent(item);
      W.say("没有成功：" + told.message);
    }
    button.disabled = false;
    button.focus();
  }

  W.subscribeButton = function (item) {
    const button = W.makeButton("act", "", () => change(item, button));
    button.dataset.item = item.item_id;
    button.dataset.name = item.name;
    showOn(button, item);
    load();
    return button;
  };

  function entry(one, told, redraw) {
    const row = W.make("li", "subscribed", one.title);
    const end = W.makeButton("act", "取消订阅", async function () {
      try {
        await send(one.kind, one.target, false);
        redraw();
        told("已取消订阅" + one.title);
      } catch (error) {
        told(W.asFailure(error).message);
      }
    });
    end.setAttribute("aria-label", "取消订阅：" + one.title);
    row.append(end);
    return row;
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

  // A consent that is withdrawn ends them.
  W.reloadSubscriptions = function () {
    loaded = null;
    return load();
  };
})(window.Weizheng);
