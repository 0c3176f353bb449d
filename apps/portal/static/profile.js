"use strict";
// 我的情况: what the citizen told, what was learned of them, what is recommended no more; each to be changed.
(function (W) {
  const PATH = "/api/profile";
  const FACTS = "/api/profile/facts";
  const TITLE = "我的情况";
  const UNREAD = "现在打不开，请稍后再试。";
  const PURPOSE = "profile_facts";
  // Words of the guides; others that the citizen has told are shown beside them.
  const LIFE_EVENTS = [
    "生育", "子女入学", "毕业", "就业", "失业", "创业", "结婚", "买房", "租房", "养老", "退休", "亲人离世",
  ];
  const FLAGS = [["", "不填"], ["yes", "是"], ["no", "否"]];

  function option(value, text) {
    const one = W.make("option", "", text);
    one.value = value;
    return one;
  }

  function select(pairs, value) {
    const control = W.make("select", "fact-value");
    // What was told stays until it is changed, be it offered no more or not yet.
    const isOffered = pairs.some((pair) => pair[0] === value);
    const all = isOffered ? pairs : pairs.concat([[value, "已保存的（" + value + "）"]]);
    all.forEach((pair) => control.append(option(pair[0], pair[1])));
    control.value = value;
    return control;
  }

  function districts() {
    const offered = Array.from(W.byId("region").options).filter((one) => one.value);
    return [["", "不填"]].concat(offered.map((one) => [one.value, one.textContent]));
  }

  function number(fact, value) {
    const control = W.make("input", "fact-value");
    control.type = "number";
    control.inputMode = "numeric";
    control.min = "0";
    control.max = String(fact.most);
    control.step = "1";
    control.value = value === undefined ? "" : String(value);
    return control;
  }

  function control(fact, value) {
    if (fact.kind === "flag") return select(FLAGS, value === undefined ? "" : value ? "yes" : "no");
    if (fact.kind === "number") return number(fact, value);
    if (fact.kind === "district") return select(districts(), value || "");
    const choices = Object.keys(fact.choices).map((word) => [word, fact.choices[word]]);
    return select([["", "不填"]].concat(choices), value || "");
  }

  function valueOf(fact, field) {
    if (field.value === "") return null;
    if (fact.kind === "flag") return field.value === "yes";
    return fact.kind === "number" ? Number(field.value) : field.value;
  }

  function factRow(fact, value) {
    const row = W.make("div", "fact-row");
    const label = W.make("label", "", fact.question + (fact.unit ? "（" + fact.unit + "）" : ""));
    const field = control(fact, value);
    field.id = W.uniqueId("fact");
    field.dataset.fact = fact.name;
    label.htmlFor = field.id;
    row.append(label, field);
    return row;
  }

  function lifeEvents(told) {
    const set = W.make("fieldset", "reasons");
    set.append(W.make("legend", "", "正在经历或快要经历的事（可多选）"));
    const others = told.filter((one) => LIFE_EVENTS.indexOf(one) < 0);
    LIFE_EVENTS.concat(others).forEach(function (name) {
      const chip = W.chip("checkbox", "", name, name);
      chip.firstChild.checked = told.indexOf(name) >= 0;
      set.append(chip);
    });
    return set;
  }

  function changes(form, facts, profile) {
    const told = {};
    facts.forEach(function (fact) {
      const value = valueOf(fact, form.querySelector("[data-fact='" + fact.name + "']"));
      const before = profile.facts[fact.name];
      if (value !== (before === undefined ? null : before)) told[fact.name] = value;
    });
    const events = Array.from(form.querySelectorAll("fieldset input:checked")).map((one) => one.value);
    return { facts: told, life_events: events };
  }

  function factForm(state, change) {
    const form = W.make("form", "facts-form");
    state.facts.forEach((fact) => form.append(factRow(fact, state.profile.facts[fact.name])));
    const save = W.make("button", "act main", "保存");
    save.type = "submit";
    form.append(lifeEvents(state.profile.life_events), save);
    form.addEventListener("submit", function (event) {
      event.preventDefault();
      change(changes(form, state.facts, state.profile), "已保存。");
    });
    return form;
  }

  function agreement(state, tell) {
    const box = W.make("div", "");
    const purpose = state.notice.purposes.filter((one) => one.purpose === PURPOSE)[0];
    const button = W.makeButton("act main", "同意并填写", async function () {
      try {
        const path = "/api/consents?notice_version=" + encodeURIComponent(state.notice.version);
        await W.sendJson("PUT", path, { [PURPOSE]: true });
        W.openProfile();
      } catch (error) {
        tell(W.asFailure(error).message);
      }
    });
    box.append(W.make("p", "", "填写以后可以核对条件、少问您几句。不填也不影响办事。需要您先同意“" + purpose.title + "”："));
    box.append(W.paragraph(purpose.text, "notice"), W.make("p", "version", "隐私说明版本 " + state.notice.version), button);
    return box;
  }

  // A list of things with one button each, which takes the thing away.
  function removable(things, title, words, remove) {
    const list = W.make("ul", "papers");
    things.forEach(function (thing) {
      const row = W.make("li", "subscribed");
      const button = W.makeButton("act", words, () => remove(thing));
      button.setAttribute("aria-label", words + "：" + title(thing));
      row.append(W.make("span", "", title(thing)), button);
      list.append(row);
    });
    return list;
  }

  const tagOf = (one) => ({ tag: one.tag });
  const dismissedOf = (one) => ({ scope: one.scope, target: one.target });
  const without = (things, thing, keep) => things.filter((one) => one !== thing).map(keep);

  function learned(state, change) {
    const all = state.profile.learned;
    const box = document.createDocumentFragment();
    box.append(W.make("h3", "", "从您的提问归纳的主题"));
    if (!all.length) box.append(W.make("p", "notice", "没有。只有您同意“根据我的提问推荐”以后才会归纳，可以逐条删除。"));
    const remove = (one) => change({ learned: without(all, one, tagOf) }, "已删除“" + one.tag + "”。");
    box.append(removable(all, (one) => one.tag, "删除", remove));
    return box;
  }

  function dismissed(state, change) {
    const all = state.profile.dismissed;
    const box = document.createDocumentFragment();
    box.append(W.make("h3", "", "不再推荐的"));
    if (!all.length) box.append(W.make("p", "notice", "没有。"));
    const title = (one) => (one.scope === "theme" ? "“" + one.title + "”这一类" : one.title);
    const undo = (one) =>
      change({ dismissed: without(all, one, dismissedOf) }, "已恢复推荐" + title(one) + "。", W.forgetHiddenOffers);
    box.append(removable(all, title, "恢复推荐", undo));
    return box;
  }

  function show(state, words) {
    const content = W.make("div", "profile");
    const status = W.make("p", "told-status");
    status.setAttribute("role", "status");
    const tell = (text) => (status.textContent = text);
    async function change(body, done, whenDone) {
      try {
        const profile = await W.sendJson("PUT", PATH, body);
        if (whenDone) whenDone();
        show(Object.assign({}, state, { profile: profile }), done);
        W.refreshOffers();
      } catch (error) {
        tell("没有成功：" + W.asFailure(error).message);
      }
    }
    const agreed = state.consents[PURPOSE] && state.consents[PURPOSE].given;
    content.append(status, W.make("h3", "", "您告诉我的"));
    content.append(agreed ? factForm(state, change) : agreement(state, tell));
    content.append(learned(state, change), dismissed(state, change));
    W.openDialog(TITLE, content, [W.makeButton("act", "隐私说明", W.openPrivacy)]);
    // Spoken only where the region was there before its words.
    if (words) setTimeout(() => tell(words), 60);
  }

  W.openProfile = async function () {
    const waiting = W.openDialog(TITLE, W.make("p", "", "正在打开……"));
    const paths = [PATH, FACTS, "/api/consents", "/api/privacy-notice"];
    const [profile, facts, consents, notice] = await Promise.all(paths.map(W.load));
    if (!W.isOpen(waiting)) return;
    if (profile && facts && consents && notice) {
      show({ profile: profile, facts: facts.facts, consents: consents, notice: notice });
    } else W.openDialog(TITLE, W.make("p", "", UNREAD));
  };
})(window.Weizheng);
