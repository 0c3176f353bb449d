"use strict";
// Life events as bundles: steps in order, to be ticked, and one list of the materials of all. Ticks stay here.
(function (W) {
  const KEY = "bundles";
  const FORMS = { original: "原件", copy: "复印件", original_and_copy: "原件和复印件", electronic: "电子件" };
  // Not to be able to is not the same as not to have to.
  const OTHERS = { not_eligible: "按您说的情况暂不符合的", not_needed: "按您说的情况不用办的" };
  let chips = null;
  const DEMO = "演示数据，请勿作为办事依据";

  function allTicks() {
    try {
      return JSON.parse(W.local.get(KEY)) || {};
    } catch (error) {
      return {};
    }
  }

  function ticksOf(bundle) {
    const kept = allTicks()[bundle.bundle_id];
    const told = bundle.steps.filter((step) => step.state === "done").map((step) => step.item_id);
    return (Array.isArray(kept) ? kept : []).concat(told);
  }

  function keep(bundle, ids) {
    const all = allTicks();
    all[bundle.bundle_id] = ids;
    W.local.set(KEY, JSON.stringify(all));
  }

  W.forgetBundles = () => W.local.set(KEY, "");

  // As the server tells it: all that is necessary comes first, else one of what is optional.
  function heldUpBy(bundle, step, done) {
    const before = bundle.steps.filter((one) => step.after.indexOf(one.item_id) >= 0);
    const left = before.filter((one) => done.indexOf(one.item_id) < 0);
    if (before.some((one) => !one.optional)) return { joint: "”“", steps: left.filter((one) => !one.optional) };
    if (left.length < before.length) return { joint: "", steps: [] };
    const open = left.filter((one) => one.state !== "not_eligible");
    return { joint: "”或者“", steps: open.length ? open : left };
  }

  // Where a step stands, which changes with each tick.
  function standing(bundle, step, done) {
    if (done.indexOf(step.item_id) >= 0) return "已办";
    const first = heldUpBy(bundle, step, done);
    if (!first.steps.length) return "现在可以办。";
    const names = (steps, joint) => steps.map((one) => one.name).join(joint);
    const barred = names(first.steps.filter((one) => one.state === "not_eligible"), "”“");
    const why = barred ? "按您说的情况，“" + barred + "”暂不符合条件。" : "";
    return "先办“" + names(first.steps, first.joint) + "”。" + why;
  }

  function stepItem(bundle, step, redraw) {
    const item = W.make("li", "tick bundle-step");
    const label = W.make("label");
    const box = W.make("input");
    box.type = "checkbox";
    const words = W.make("span");
    const state = W.make("span", "remark bundle-state");
    words.append(W.make("strong", "", step.name));
    if (step.agency) words.append(W.make("span", "remark", step.agency));
    words.append(state);
    if (step.note) words.append(W.make("span", "remark", step.note));
    const rule = step.eligibility;
    if (rule && rule.total && rule.verdict === "unknown") words.append(W.make("span", "remark", rule.text));
    label.append(box, words);
    const how = W.makeButton("act bundle-how", "怎么办", function () {
      W.closeDialog();
      W.ask({ text: step.name }, step.name);
    });
    how.setAttribute("aria-label", "怎么办：" + step.name);
    item.append(label, how);
    box.addEventListener("change", () => redraw(step, box.checked));
    item.show = function (done) {
      // What the agency has told is no tick of the citizen's.
      box.disabled = step.state === "done";
      box.checked = done.indexOf(step.item_id) >= 0;
      state.textContent = standing(bundle, step, done);
      item.classList.toggle("waits", heldUpBy(bundle, step, done).steps.length > 0 && !box.checked);
    };
    return item;
  }

  function others(title, steps) {
    const box = W.make("details");
    box.append(W.make("summary", "", title + "（" + steps.length + "项）"));
    const list = W.make("ul", "papers");
    steps.forEach(function (step) {
      const item = W.make("li");
      item.append(W.make("strong", "", step.name), W.make("span", "remark", step.reason));
      list.append(item);
    });
    box.append(list);
    return box;
  }

  function stepList(bundle) {
    const mine = bundle.steps.filter((step) => !OTHERS[step.state]);
    const list = W.make("ol", "ticks bundle-steps");
    list.setAttribute("aria-label", bundle.name + "的步骤");
    const redraw = function (step, isDone) {
      const done = ticksOf(bundle).filter((id) => id !== step.item_id);
      keep(bundle, isDone ? done.concat([step.item_id]) : done);
      Array.from(list.children).forEach((one) => one.show(ticksOf(bundle)));
      W.say(isDone ? "已标记办完：" + step.name : "已取消标记：" + step.name);
    };
    mine.forEach((step) => list.append(stepItem(bundle, step, redraw)));
    Array.from(list.children).forEach((one) => one.show(ticksOf(bundle)));
    const box = document.createDocumentFragment();
    if (bundle.demo) box.append(W.make("p", "demo", DEMO));
    box.append(mine.length ? list : W.make("p", "reason", "按您说的情况，暂时没有可以办的。"));
    Object.keys(OTHERS).forEach(function (state) {
      const rest = bundle.steps.filter((step) => step.state === state);
      if (rest.length) box.append(others(OTHERS[state], rest));
    });
    if (mine.length) box.append(W.make("p", "version", "办完的可以打勾，只记在这个浏览器里。"));
    return box;
  }

  // The materials of what is still to be done.
  function wanted(bundle) {
    const done = ticksOf(bundle);
    return bundle.materials.filter((one) => one.for.some((id) => done.indexOf(id) < 0));
  }

  function details(bundle, material) {
    const done = ticksOf(bundle);
    const left = bundle.steps.filter((step) => material.for.indexOf(step.item_id) >= 0);
    const names = left.filter((step) => done.indexOf(step.item_id) < 0).map((step) => step.name);
    const copies = material.copies ? material.copies + " 份" : "";
    const amount = [FORMS[material.original] || "", copies, material.required ? "" : "非必需"];
    return [amount.filter(Boolean).join(" "), "用于：" + names.join("、")].concat(material.remarks).filter(Boolean);
  }

  function materialTick(bundle, material) {
    const item = W.make("li", "tick");
    const label = W.make("label");
    const box = W.make("input");
    box.type = "checkbox";
    const words = W.make("span");
    words.append(W.make("strong", "", material.name));
    details(bundle, material).forEach((line) => words.append(W.make("span", "remark", line)));
    label.append(box, words);
    item.append(label);
    return item;
  }

  function asText(bundle, materials) {
    const head = ["“" + bundle.name + "”一件事材料清单", bundle.demo ? DEMO : ""].filter(Boolean);
    const lines = materials.map(function (one) {
      return ["[ ] " + one.name].concat(details(bundle, one).map((line) => "    " + line)).join("\r\n");
    });
    // Windows' own editor needs the mark and the line ends.
    return "\ufeff" + head.concat("", lines).join("\r\n") + "\r\n";
  }

  function openMaterials(bundle) {
    const title = "“" + bundle.name + "”一件事材料清单";
    const materials = wanted(bundle);
    if (!materials.length) return W.openDialog(title, W.make("p", "", "没有还要准备的材料。"));
    const content = W.make("div", "checklist");
    if (bundle.demo) content.append(W.make("p", "demo", DEMO));
    const hint = "几项事都要的材料只列一次，份数按要得最多的一项；部门收走原件或者复印件的，请多备几份。";
    content.append(W.make("p", "reason", hint));
    const list = W.make("ul", "ticks");
    materials.forEach((one) => list.append(materialTick(bundle, one)));
    content.append(list);
    const name = "材料清单-" + bundle.name.replace(/[\\/:*?"<>|\s]/g, "_") + ".txt";
    const save = W.makeButton("act main", "下载清单", () =>
      W.download(name, "text/plain", asText(bundle, materials))
    );
    return W.openDialog(title, content, [save, W.printDialogButton()].filter(Boolean));
  }

  function materialsButton(bundle) {
    const count = bundle.materials.length;
    return W.makeButton("act main", "合并材料清单（" + count + "样）", () => openMaterials(bundle));
  }

  // A message of the conversation.
  W.showBundle = function (role, message) {
    const box = document.createDocumentFragment();
    const head = W.make("div", "guide");
    head.append(W.make("strong", "", message.name), W.make("span", "tag", "一件事一次办"));
    box.append(head, W.paragraph(message.text), stepList(message));
    const line = W.make("div", "acts");
    [materialsButton(message), W.printButton()].filter(Boolean).forEach((one) => line.append(one));
    box.append(line);
    const row = W.addBubble(role, box, "card");
    const bubble = row.querySelector(".bubble");
    bubble.setAttribute("role", "group");
    bubble.setAttribute("aria-label", message.name + "一件事");
    return row;
  };

  async function open(named, button) {
    const region = W.region();
    const path = "/api/bundles/" + encodeURIComponent(named.bundle_id);
    button.disabled = true;
    const bundle = await W.load(path + (region ? "?region=" + region : ""));
    button.disabled = false;
    button.focus();
    if (!bundle || !bundle.steps) return W.openDialog(named.name, W.make("p", "", "暂时打不开，请稍后再试。"));
    const content = W.make("div", "bundle");
    if (bundle.summary) content.append(W.paragraph(bundle.summary));
    content.append(stepList(bundle));
    return W.openDialog(bundle.name + "一件事", content, [materialsButton(bundle), W.printDialogButton()].filter(Boolean));
  }

  function chip(named) {
    const button = W.makeButton("act", named.name, () => open(named, button));
    button.setAttribute("aria-haspopup", "dialog");
    return button;
  }

  async function draw(box) {
    const region = W.region();
    const body = await W.load("/api/bundles" + (region ? "?region=" + region : ""));
    // The district may have been changed again meanwhile.
    if (region !== W.region()) return;
    const found = body && Array.isArray(body.bundles) ? body.bundles : [];
    box.textContent = "";
    if (!found.length) return;
    const line = W.make("div", "acts");
    found.forEach((one) => line.append(chip(one)));
    box.append(W.make("p", "label", "一件事一次办"), line);
  }

  // The events that there are, below the greeting; nothing where there are none.
  W.bundleChips = function () {
    chips = W.make("div", "bundle-chips");
    draw(chips);
    return chips;
  };

  W.byId("region").addEventListener("change", () => chips && draw(chips));
})(window.Weizheng);
