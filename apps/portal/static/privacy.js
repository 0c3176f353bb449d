"use strict";
// The privacy notice with a consent for each purpose; taking one's data along; ending and erasing.
(function (W) {
  const UNREAD = "隐私说明暂时打不开，请稍后再试。";
  const FINISH = "结束并清除";
  const OF_NOTICES = ["push_web", "followup_notice"];
  const WARNING =
    "这会删除本次对话和保存的全部个人数据，之后无法恢复。在公用手机或电脑上，离开前请清除。";

  function sections(notice) {
    const box = document.createDocumentFragment();
    notice.text_sections.forEach(function (section) {
      box.append(W.make("h3", "", section.title), W.paragraph(section.text, "notice"));
    });
    return box;
  }

  function showState(control, state, given) {
    control.checked = given;
    state.textContent = given ? "已同意" : "未同意";
  }

  async function change(notice, purpose, control, state, problem) {
    const wanted = control.checked;
    control.disabled = true;
    problem.textContent = "";
    try {
      const path = "/api/consents?notice_version=" + encodeURIComponent(notice.version);
      await W.sendJson("PUT", path, { [purpose.purpose]: wanted });
      showState(control, state, wanted);
      if (purpose.purpose === "personalize" || purpose.purpose === "profile_facts") W.refreshOffers();
      if (OF_NOTICES.indexOf(purpose.purpose) >= 0) {
        W.reloadSubscriptions();
        W.refreshInbox();
      }
    } catch (error) {
      showState(control, state, !wanted);
      problem.textContent = W.asFailure(error).message;
    }
    control.disabled = false;
    control.focus();
  }

  function consent(notice, purpose, standing) {
    const row = W.make("div", "consent");
    const control = W.make("input", "switch");
    control.type = "checkbox";
    control.setAttribute("role", "switch");
    control.id = W.uniqueId("consent");
    const label = W.make("label");
    label.htmlFor = control.id;
    const words = W.make("p", "notice", purpose.text);
    words.id = W.uniqueId("purpose");
    control.setAttribute("aria-describedby", words.id);
    const state = W.make("span", "state");
    const problem = W.make("p", "problem");
    problem.setAttribute("role", "alert");
    label.append(W.make("strong", "", purpose.title), state);
    showState(control, state, Boolean(standing && standing.given));
    control.addEventListener("change", () => change(notice, purpose, control, state, problem));
    const line = W.make("div", "consent-line");
    line.append(label, control);
    row.append(line, words, problem);
    return row;
  }

  function consents(notice, standing) {
    const box = document.createDocumentFragment();
    if (!standing) return box;
    box.append(W.make("h3", "", "逐项同意"));
    notice.purposes.forEach((one) => box.append(consent(notice, one, standing[one.purpose])));
    return box;
  }

  async function takeAlong(button) {
    button.disabled = true;
    const data = await W.load("/api/me/export");
    button.disabled = false;
    button.focus();
    if (data) W.download("weizheng-export.json", "application/json", JSON.stringify(data, null, 2));
    button.textContent = data ? "已导出" : "没能导出，请再试";
  }

  async function openPrivacy() {
    const waiting = W.openDialog("隐私说明", W.make("p", "", "正在打开……"));
    const loaded = await Promise.all([W.load("/api/privacy-notice"), W.load("/api/consents")]);
    if (!W.isOpen(waiting)) return;
    const notice = loaded[0];
    if (!notice) {
      W.openDialog("隐私说明", W.make("p", "", UNREAD));
      return;
    }
    const content = document.createDocumentFragment();
    content.append(sections(notice), consents(notice, loaded[1]));
    content.append(W.make("p", "version", "版本 " + notice.version));
    const take = W.makeButton("act", "导出我的数据", () => takeAlong(take));
    const profile = W.makeButton("act", "我的情况", W.openProfile);
    W.openDialog(notice.title || "隐私说明", content, [profile, take, W.makeButton("act danger", FINISH, openFinish)]);
  }

  function cleared(words) {
    W.closeDialog();
    W.forgetConversation();
    W.forgetRegion();
    W.forgetInbox();
    W.forgetOffers();
    W.forgetBundles();
    W.greet();
    const note = W.addBubble("assistant", W.make("p", "text", words), "cleared");
    W.focusOn(note.querySelector(".text"));
  }

  async function erase(button, problem) {
    button.disabled = true;
    problem.textContent = "";
    try {
      await W.request("/api/me", { method: "DELETE" });
      cleared("已结束并清除。");
    } catch (error) {
      const told = W.asFailure(error);
      // The rest of it is erased later; this browser's part is over.
      if (told.code === "erase_pending") return cleared(told.message);
      button.disabled = false;
      problem.textContent = "还没有清除：" + told.message;
    }
  }

  function openFinish() {
    const content = document.createDocumentFragment();
    const problem = W.make("p", "problem");
    problem.setAttribute("role", "alert");
    content.append(W.make("p", "", WARNING), problem);
    const yes = W.makeButton("act danger", "确认清除", () => erase(yes, problem));
    W.openDialog(FINISH, content, [yes, W.makeButton("act", "取消", W.closeDialog)]);
  }

  W.openPrivacy = openPrivacy;
  W.byId("privacy").addEventListener("click", openPrivacy);
  W.byId("finish").addEventListener("click", openFinish);
})(window.Weizheng);
