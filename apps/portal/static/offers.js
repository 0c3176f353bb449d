"use strict";
// 为你推荐: the panel at the start, another batch, the choice without the person, and the consent in its place.
(function (W) {
  const PATH = "/api/recommendations";
  const PURPOSE = "personalize";
  const AT_ONCE = 3;
  const MOST = 12;
  // For this visit: who wants no personal recommendations, and who waved the consent away.
  const IMPERSONAL = "impersonal";
  const UNASKED = "personalize-unasked";
  const panel = W.byId("offers");
  const note = W.byId("offers-note");
  const acts = W.byId("offers-acts");
  const consent = W.byId("offers-consent");
  let list = W.byId("offers-list");
  let items = [];
  let from = 0;
  let personalized = false;
  let asked = 0;
  let isLeft = false;

  const isImpersonal = () => W.session.get(IMPERSONAL) === "1";

  // Without what was waved away, and what is of the same theme.
  function left() {
    const gone = items.filter(W.isHiddenOffer);
    const isGone = (item) => gone.some((one) => one === item || (one.theme && one.theme === item.theme));
    return items.filter((item) => !isGone(item));
  }

  const shownNow = () => left().slice(from, from + AT_ONCE);

  function drawCards() {
    const fresh = W.offerList(shownNow(), (item) => ({ text: item.name }));
    list.replaceWith(fresh);
    list = fresh;
  }

  function another() {
    from = from + AT_ONCE < left().length ? from + AT_ONCE : 0;
    drawCards();
    W.say("已换一批推荐");
  }

  function drawActs() {
    acts.textContent = "";
    if (items.length > AT_ONCE) acts.append(W.makeButton("act", "换一批", another));
    if (!personalized && !isImpersonal()) return;
    const words = isImpersonal() ? "恢复按个人推荐" : "不按个人推荐";
    acts.append(
      W.makeButton("act", words, async function () {
        W.session.set(IMPERSONAL, isImpersonal() ? "" : "1");
        await W.refreshOffers();
        W.focusOn(W.byId("offers-title"));
        W.say(isImpersonal() ? "已改为不按个人情况推荐" : "已恢复按个人情况推荐");
      })
    );
  }

  function agreeButton(notice, problem) {
    const button = W.makeButton("act main", "同意并开启", async function () {
      button.disabled = true;
      try {
        const path = "/api/consents?notice_version=" + encodeURIComponent(notice.version);
        await W.sendJson("PUT", path, { [PURPOSE]: true });
        W.closeDialog();
        W.session.set(IMPERSONAL, "");
        await W.refreshOffers();
        W.focusOn(W.byId("offers-title"));
        W.say("已开启，可以随时在“隐私”里撤回");
      } catch (error) {
        button.disabled = false;
        problem.textContent = W.asFailure(error).message;
      }
    });
    return button;
  }

  async function askConsent() {
    const notice = await W.load("/api/privacy-notice");
    const purpose = notice && notice.purposes.filter((one) => one.purpose === PURPOSE)[0];
    if (!purpose) return W.say("现在打不开隐私说明，请稍后再试。");
    const content = document.createDocumentFragment();
    const problem = W.make("p", "problem");
    problem.setAttribute("role", "alert");
    content.append(W.make("h3", "", purpose.title), W.paragraph(purpose.text, "notice"));
    content.append(W.make("p", "version", "隐私说明版本 " + notice.version), problem);
    const all = W.makeButton("act", "查看隐私说明", W.openPrivacy);
    const no = W.makeButton("act", "取消", W.closeDialog);
    W.openDialog("按我的情况推荐", content, [agreeButton(notice, problem), all, no]);
  }

  async function drawConsent() {
    consent.hidden = true;
    if (personalized || isImpersonal() || W.session.get(UNASKED)) return;
    const standing = await W.load("/api/consents");
    if (!standing || !standing[PURPOSE] || standing[PURPOSE].given) return;
    consent.textContent = "";
    const no = W.makeButton("act", "不用了", function () {
      W.session.set(UNASKED, "1");
      consent.hidden = true;
      W.focusOn(W.byId("offers-title"));
    });
    const words = "想让推荐更合您的情况？需要您先同意“根据我的提问推荐”。";
    consent.append(W.make("p", "", words), W.makeButton("act", "看说明再决定", askConsent), no);
    consent.hidden = false;
  }

  function draw() {
    panel.hidden = isLeft || !left().length;
    note.textContent = personalized
      ? "按您的情况和关心的事"
      : "常见或新上线的事项，没有用到您的个人情况";
    drawCards();
    drawActs();
  }

  W.refreshOffers = async function () {
    if (isLeft) return;
    const mine = (asked += 1);
    const region = W.region();
    const personal = isImpersonal() ? "&personal=false" : "";
    const body = await W.load(PATH + "?k=" + MOST + personal + (region ? "&region=" + region : ""));
    // The district or the choice may have been changed again meanwhile.
    if (mine !== asked) return;
    items = body && Array.isArray(body.items) ? body.items : [];
    personalized = Boolean(body && body.personalized);
    from = 0;
    draw();
    if (items.length) await drawConsent();
  };

  // Once something is asked the conversation has the page to itself.
  W.leaveOffers = function () {
    isLeft = true;
    panel.hidden = true;
  };

  W.forgetOffers = function () {
    W.session.set(IMPERSONAL, "");
    W.session.set(UNASKED, "");
    W.forgetHiddenOffers();
    W.forgetSeen();
    isLeft = false;
    W.refreshOffers();
  };
})(window.Weizheng);
