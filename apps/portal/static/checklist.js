"use strict";
// The materials of a service item as a list to tick, to print and to keep; and its blank forms and samples.
(function (W) {
  const FORMS = {
    original: "原件",
    copy: "复印件",
    original_and_copy: "原件和复印件",
    electronic: "电子件",
  };
  // A list is taken away from the page, and with it from the note that stands there.
  const DEMO = "演示数据，请勿作为办事依据";
  const guides = {};

  // The guide of a service item, asked for once; null where it cannot be had.
  W.guideOf = function (itemId) {
    if (!guides[itemId]) {
      guides[itemId] = W.load("/api/items/" + itemId).then(function (body) {
        if (!body) delete guides[itemId];
        return body && body.guide ? body.guide : null;
      });
    }
    return guides[itemId];
  };

  function amount(material) {
    const form = FORMS[material.original] || "";
    const copies = material.copies ? material.copies + " 份" : "";
    return [form, copies].filter(Boolean).join(" ");
  }

  function remarks(material) {
    const source = material.source ? "获取方式：" + material.source : "";
    const note = (material.note || "").replace(/。$/, "");
    return [material.required === false ? "非必需" : "", note, source].filter(Boolean).join("；");
  }

  function papers(material) {
    return [
      { url: material.form_url, text: "空白表格：" + material.name },
      { url: material.sample_url, text: "填写样例：" + material.name },
    ].filter((paper) => W.isLink(paper.url));
  }

  function paperLinks(materials) {
    const list = W.make("ul", "papers");
    materials.forEach(function (material) {
      papers(material).forEach(function (paper) {
        const item = W.make("li");
        item.append(W.makeLink(paper.url, paper.text));
        list.append(item);
      });
    });
    return list.childNodes.length ? list : null;
  }

  // Puts the blank forms and samples into the box once they are known.
  W.addForms = async function (box, itemId) {
    const guide = await W.guideOf(itemId);
    const list = guide && paperLinks(guide.materials || []);
    if (list) box.append(W.make("p", "label", "表格和样例"), list);
  };

  function tick(material) {
    const item = W.make("li", "tick");
    const label = W.make("label");
    const box = W.make("input");
    box.type = "checkbox";
    const words = W.make("span");
    words.append(W.make("strong", "", material.name));
    [amount(material), remarks(material)].filter(Boolean).forEach(function (line) {
      words.append(W.make("span", "remark", line));
    });
    label.append(box, words);
    item.append(label);
    const links = paperLinks([material]);
    if (links) item.append(links);
    return item;
  }

  function whereto(guide) {
    const lines = (guide.places || []).map(function (place) {
      return "办理地点：" + [place.name, place.address, place.phone].filter(Boolean).join("，");
    });
    if (guide.phone) lines.push("咨询电话：" + guide.phone);
    return lines;
  }

  function view(guide) {
    const box = document.createDocumentFragment();
    if (guide.demo) box.append(W.make("p", "demo", DEMO));
    if (guide.agency) box.append(W.make("p", "agency", guide.agency));
    const list = W.make("ul", "ticks");
    guide.materials.forEach((material) => list.append(tick(material)));
    box.append(list);
    whereto(guide).forEach((line) => box.append(W.paragraph(line, "whereto")));
    return box;
  }

  function tickLine(material, done) {
    const links = papers(material).map((paper) => "    " + paper.text + " " + paper.url.trim());
    const extra = [amount(material), remarks(material)].filter(Boolean).map((line) => "    " + line);
    return [(done ? "[√] " : "[ ] ") + material.name].concat(extra, links);
  }

  function asText(guide, ticked) {
    const head = ["材料清单：" + guide.name].concat([guide.agency, guide.demo ? DEMO : ""].filter(Boolean), "");
    const lines = guide.materials.map((material, at) => tickLine(material, ticked[at]));
    const body = lines.reduce((all, some) => all.concat(some), []);
    // Windows' own editor needs the mark and the line ends.
    return "\ufeff" + head.concat(body, "", whereto(guide)).join("\r\n") + "\r\n";
  }

  function tickedOf(box) {
    return Array.from(box.querySelectorAll(".tick input"), (one) => one.checked);
  }

  function actions(guide, content) {
    const name = "材料清单-" + guide.name.replace(/[\\/:*?"<>|\s]/g, "_").slice(0, 60) + ".txt";
    const save = W.makeButton("act main", "下载清单", () =>
      W.download(name, "text/plain", asText(guide, tickedOf(content)))
    );
    const copy = W.makeButton("act", "复制文字", function () {
      const done = W.copy(asText(guide, tickedOf(content)), content);
      copy.focus();
      copy.textContent = done ? "已复制" : "没能复制";
    });
    return [save, copy, W.printDialogButton()].filter(Boolean);
  }

  function open(guide, item) {
    if (!guide) return W.openDialog(item.name, W.make("p", "", "清单暂时打不开，请稍后再试。"));
    if (!(guide.materials || []).length) {
      return W.openDialog(item.name, W.make("p", "", "部门没有公布这件事需要的材料，请以窗口答复为准。"));
    }
    const content = W.make("div", "checklist");
    content.append(view(guide));
    return W.openDialog("材料清单：" + guide.name, content, actions(guide, content));
  }

  W.checklistButton = function (item) {
    const button = W.makeButton("act", "保存为清单", async function () {
      button.disabled = true;
      const guide = await W.guideOf(item.item_id);
      button.disabled = false;
      // The focus comes back here when the dialog closes.
      button.focus();
      open(guide, item);
    });
    return button;
  };
})(window.Weizheng);
