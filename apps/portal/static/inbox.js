"use strict";
// The citizen's notices: a bell with what is unread, and a list from which each kind can be stopped.
(function (W) {
  const NAMES = {
    followup: "答复通知",
    correction: "答复更正",
    reply: "对您反馈的回复",
    subscription: "订阅消息",
    push: "政策推送",
  };
  const EMPTY = "还没有消息。您同意“有了答复或更正时通知我”以后，消息会出现在这里。";
  const PAGE = "/api/inbox?limit=20";
  const bell = W.byId("bell");
  let notices = [];
  let stopped = [];
  let unread = 0;
  let more = false;
  // While the list is open: where its parts stand.
  let shown = null;

  const isOpen = () => Boolean(shown) && W.isOpen(shown.dialog);

  function showCount() {
    const count = W.byId("bell-count");
    count.textContent = unread > 99 ? "99+" : String(unread);
    count.hidden = unread === 0;
    bell.setAttribute("aria-label", unread ? "消息，" + unread + "条未读" : "消息");
  }

  function told(words) {
    if (!isOpen()) return;
    shown.status.textContent = words;
  }

  function failed(error) {
    told("没有成功：" + W.asFailure(error).message);
  }

  function time(instant) {
    const options = { timeZone: "Asia/Shanghai", month: "long", day: "numeric", hour: "2-digit", minute: "2-digit" };
    const at = W.make("time", "when", new Date(instant).toLocaleString("zh-CN", options));
    at.dateTime = instant;
    return at;
  }

  function link(url) {
    // A path of the page's own, or the web: nothing else becomes a link.
    return /^(https?:\/\/|\/(?![\/\\]))/i.test(url) ? W.makeLink(url, "查看详情") : null;
  }

  function why(notice) {
    const box = W.make("details", "why");
    box.append(W.make("summary", "", "为什么收到"), W.make("p", "reason", notice.why));
    return box;
  }

  function stopButton(kind) {
    const button = W.makeButton("act", "", () => setStopped(kind, stopped.indexOf(kind) < 0));
    button.dataset.kind = kind;
    return button;
  }

  function card(notice) {
    const box = W.make("article", "told" + (notice.read ? "" : " new"));
    const heading = W.make("h3", "", notice.title);
    heading.id = W.uniqueId("told");
    box.setAttribute("aria-labelledby", heading.id);
    const facts = W.make("p", "told-facts");
    if (!notice.read) facts.append(W.make("span", "tag", "未读"));
    facts.append(W.make("span", "kind", NAMES[notice.kind] || "消息"), time(notice.sent_at));
    const acts = W.make("div", "acts");
    acts.append(stopButton(notice.kind));
    box.append(heading, facts, W.paragraph(notice.text, "text"));
    const target = notice.url ? link(notice.url) : null;
    if (target) box.append(target);
    box.append(why(notice), acts);
    return box;
  }

  // Buttons say what they would do now.
  function showStops() {
    if (!isOpen()) return;
    shown.dialog.querySelectorAll("[data-kind]").forEach(function (button) {
      const off = stopped.indexOf(button.dataset.kind) >= 0;
      const name = NAMES[button.dataset.kind] || "此类消息";
      button.textContent = off ? "恢复接收此类" : "不再接收此类";
      button.setAttribute("aria-label", button.textContent + "：" + name);
    });
    const everything = stopped.length >= Object.keys(NAMES).length;
    shown.all.textContent = everything ? "恢复接收全部消息" : "全部停止";
    shown.all.classList.toggle("danger", !everything);
    const names = stopped.map((kind) => NAMES[kind] || kind).join("、");
    shown.stops.textContent = names ? "已停止接收：" + names + "。" : "";
    shown.stops.hidden = !names;
  }

  async function setStopped(kind, off) {
    try {
      stopped = (await W.sendJson("POST", "/api/inbox/stop", { kind: kind, stopped: off })).stopped;
      showStops();
      const name = kind === "all" ? "全部消息" : NAMES[kind] || "此类消息";
      told(off ? "已停止接收" + name + "，随时可以恢复。" : "已恢复接收" + name + "。");
    } catch (error) {
      failed(error);
    }
  }

  async function markRead() {
    const ids = notices.filter((one) => !one.read).map((one) => one.notice_id).slice(0, 100);
    if (!ids.length) return;
    try {
      unread = (await W.sendJson("POST", "/api/inbox/read", { notice_ids: ids })).unread;
      notices.forEach((one) => (one.read = one.read || ids.indexOf(one.notice_id) >= 0));
      showCount();
    } catch (error) {
      failed(error);
    }
  }

  function showList() {
    shown.list.textContent = "";
    if (!notices.length) {
      shown.list.append(W.make("p", "", EMPTY), W.makeButton("act", "选择要接收的消息", W.openPrivacy));
    }
    notices.forEach((one) => shown.list.append(card(one)));
    shown.older.hidden = !more;
    showStops();
  }

  async function loadOlder() {
    const last = notices[notices.length - 1];
    const page = await W.load(PAGE + "&before=" + last.notice_id);
    if (!page || !isOpen()) return told("没有成功，请稍后再试。");
    const first = page.items.filter((one) => !isKnown(one))[0];
    notices = notices.concat(page.items.filter((one) => !isKnown(one)));
    more = page.more;
    showList();
    await markRead();
    // The focus goes on with what is new: the button may be gone.
    if (first) W.focusOn(shown.list.querySelectorAll(".told")[notices.indexOf(first)]);
  }

  function open() {
    const content = document.createDocumentFragment();
    const part = {
      status: W.make("p", "told-status"),
      stops: W.make("p", "stops"),
      list: W.make("div", "told-list"),
      older: W.makeButton("act", "更早的消息", loadOlder),
      all: W.makeButton("act", "", () => setStopped("all", stopped.length < Object.keys(NAMES).length)),
    };
    part.status.setAttribute("role", "status");
    content.append(part.status, part.stops, part.list, part.older, W.subscriptionList(told));
    part.dialog = W.openDialog("消息", content, [part.all]);
    shown = part;
    showList();
    markRead();
    // What was agreed to elsewhere, as in another window, is not known here yet.
    W.refreshInbox();
  }

  const ids = (list) => list.map((one) => one.notice_id).join();
  const isKnown = (notice) => notices.some((one) => one.notice_id === notice.notice_id);

  // What the server says of the whole inbox.
  W.showInbox = function (page) {
    const known = ids(notices);
    notices = page.items;
    stopped = page.stopped;
    unread = page.unread;
    more = page.more;
    showCount();
    if (!isOpen()) return;
    // Cards that stay keep the focus, which would be lost with them.
    if (ids(notices) === known) showStops();
    else showList();
    markRead();
  };

  // One that has come just now.
  W.addNotice = function (notice) {
    if (isKnown(notice)) return;
    notices.unshift(notice);
    unread += 1;
    showCount();
    if (!isOpen()) return W.say("有新消息：" + notice.title);
    if (notices.length === 1) shown.list.textContent = "";
    shown.list.insertBefore(card(notice), shown.list.firstChild);
    showStops();
    told("有新消息：" + notice.title);
    markRead();
  };

  W.emptyInbox = function () {
    W.showInbox({ items: [], stopped: [], unread: 0, more: false });
  };

  bell.addEventListener("click", open);
  showCount();
})(window.Weizheng);
