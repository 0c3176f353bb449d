"use strict";
// The beginning: whose assistant this is, what others ask, and the earlier conversation.
(function (W) {
  const EXAMPLES = ["居住证需要什么材料", "新生儿怎么上户口", "公积金怎么提取"];
  const MOST = 6;
  let city = "本市";
  let hot = W.make("div");

  function introduce(about) {
    city = about.city_name;
    W.byId("title").textContent = city + "微政通";
    const hotline = W.byId("hotline");
    hotline.textContent = "";
    hotline.append(W.make("span", "", "人工热线 "), W.make("span", "", about.hotline));
    hotline.href = "tel:" + about.hotline;
    hotline.hidden = false;
    W.byId("demo").hidden = !about.demo;
    W.setDeadline(about.deadline_s);
  }

  async function refreshHot() {
    const region = W.region();
    const body = await W.load("/api/hot" + (region ? "?region=" + region : ""));
    // The district may have been changed again meanwhile.
    if (region !== W.region()) return;
    const asked = body && Array.isArray(body.items) ? body.items.map((item) => item.question) : [];
    const fresh = W.questionButtons("choices", asked.length ? asked.slice(0, MOST) : EXAMPLES);
    hot.replaceWith(fresh);
    hot = fresh;
  }

  W.greet = function () {
    const box = document.createDocumentFragment();
    const words = "您好，我是" + city + "政务服务助手。您可以问我办事需要什么材料、怎么办、去哪里办，也可以问政策规定。";
    box.append(W.make("p", "text", words), W.make("p", "label", "大家常问"), hot, W.bundleChips());
    W.addBubble("assistant", box, "greeting");
  };

  W.greetAgain = refreshHot;

  function refreshForDistrict() {
    refreshHot();
    W.refreshOffers();
  }

  async function offerRegions() {
    const body = await W.load("/api/regions");
    W.offerRegions(body && Array.isArray(body.regions) ? body.regions : [], refreshForDistrict);
  }

  async function begin() {
    W.askWhetherOn();
    offerRegions();
    refreshHot();
    const [about, history] = await Promise.all([W.load("/api/about"), W.load("/api/conversation")]);
    try {
      if (about) introduce(about);
      W.greet();
      const rows = W.showAll(history ? history.messages : []);
      if (rows.length) rows[rows.length - 1].scrollIntoView({ block: "end" });
    } finally {
      W.setBusy(false);
      W.refreshInbox();
      W.refreshOffers();
      document.body.dataset.ready = "yes";
    }
  }

  begin();
})(window.Weizheng);
