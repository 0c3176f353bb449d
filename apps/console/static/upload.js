"use strict";

// Sends each chosen file by itself, one after the other, and shows what came of it. Every text is set as text.
(() => {
  const form = document.getElementById("upload");
  const list = document.getElementById("files");
  const summary = document.getElementById("summary");
  const SHOWN = 200;

  function element(name, text, className) {
    const made = document.createElement(name);
    if (text) made.textContent = text;
    if (className) made.className = className;
    return made;
  }

  function row(file) {
    const item = element("li");
    const bar = element("progress");
    bar.max = 1;
    bar.value = 0;
    bar.setAttribute("aria-label", `${file.name} 的进度`);
    const state = element("span", "等待上传", "state");
    const results = element("ul");
    item.append(element("strong", file.name), bar, state, results);
    list.append(item);
    return { item, bar, state, results, counts: { drafted: 0, unchanged: 0, problem: 0 }, shown: 0, whole: false, given: false };
  }

  function result(shown, line) {
    const one = JSON.parse(line);
    if (one.outcome === "end") {
      shown.whole = true;
      return;
    }
    if (one.outcome === "kept") {
      given(shown, one);
      return;
    }
    shown.counts[one.outcome] += 1;
    shown.state.textContent = `已读取 ${total(shown.counts)} 条`;
    if ((shown.shown += 1) > SHOWN) return;
    const entry = element("li", "", one.outcome);
    if (one.link) {
      const link = element("a", one.title);
      link.href = one.link;
      entry.append(link);
    } else {
      entry.append(element("span", one.place));
    }
    const said = { drafted: "已生成草稿", unchanged: "与现有内容相同，未生成草稿", problem: "" }[one.outcome];
    entry.append(element("span", [said, one.told].filter(Boolean).join("。")));
    shown.results.append(entry);
  }

  // A worker reads it: what comes of it stands on a page of its own.
  function given(shown, one) {
    shown.given = true;
    const entry = element("li", "", "drafted");
    const link = element("a", `查看“${one.place}”的导入进度和结果`);
    link.href = one.link;
    entry.append(link);
    shown.results.append(entry);
  }

  const total = (counts) => counts.drafted + counts.unchanged + counts.problem;

  function told(counts) {
    const parts = [`生成草稿 ${counts.drafted} 条`];
    if (counts.unchanged) parts.push(`相同 ${counts.unchanged} 条`);
    if (counts.problem) parts.push(`未能读取 ${counts.problem} 条`);
    return parts.join("，");
  }

  function failed(shown, message) {
    shown.counts.problem += 1;
    shown.results.append(element("li", message, "problem"));
  }

  function send(file, shown, fields) {
    return new Promise((resolve) => {
      const request = new XMLHttpRequest();
      let read = 0;
      const lines = () => {
        const text = request.responseText;
        for (let end; (end = text.indexOf("\n", read)) >= 0; read = end + 1) result(shown, text.slice(read, end));
      };
      request.upload.onprogress = (event) => {
        shown.bar.value = event.loaded / event.total;
        shown.state.textContent = event.loaded < event.total ? "正在上传" : "正在读取";
      };
      // A session that is over leads to the sign-in page, which is no list of results.
      const isRead = () =>
        request.status === 200 && (request.getResponseHeader("Content-Type") || "").startsWith("application/x-ndjson");
      request.onprogress = () => { if (isRead()) lines(); };
      request.onloadend = () => {
        if (isRead()) lines();
        if (!isRead()) failed(shown, message(request));
        else if (!shown.whole) failed(shown, "连接中断，只读取了一部分，请再次上传这个文件。");
        else if (!total(shown.counts) && !shown.given) failed(shown, "文件里没有读到内容。");
        shown.bar.value = 1;
        shown.state.textContent = shown.given ? "已转到后台导入" : told(shown.counts);
        shown.item.className = shown.counts.problem ? "problem" : "drafted";
        resolve();
      };
      request.open("POST", `${form.dataset.action}?${new URLSearchParams({ ...fields, name: file.name })}`);
      request.setRequestHeader("X-Form-Token", form.dataset.token);
      request.setRequestHeader("Content-Type", "application/octet-stream");
      request.send(file);
    });
  }

  function message(request) {
    if (!request.status) return "连接中断，没能上传，请重试。";
    if (request.status === 403 || request.responseURL.endsWith("/sign-in")) return "登录已过期，请重新登录后再上传。";
    return request.status === 400 ? "文件没能读取：过大或不完整。" : "没能上传，请稍后再试。";
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const files = [...form.elements.files.files];
    const fields = Object.fromEntries(["agency", "region", "kind", "internal"].map((name) => [name, form.elements[name].value]));
    if (form.elements.later.checked) fields.later = "true";
    const button = form.querySelector("button");
    button.disabled = true;
    list.replaceChildren();
    summary.hidden = true;
    const rows = files.map(row);
    const sums = { drafted: 0, unchanged: 0, problem: 0 };
    let later = 0;
    for (const [number, file] of files.entries()) {
      const shown = rows[number];
      if (file.size > Number(form.dataset.mostBytes)) {
        failed(shown, `文件超过 ${Math.floor(form.dataset.mostBytes / 1000000)} MB。`);
        shown.item.className = "problem";
        shown.state.textContent = told(shown.counts);
      } else {
        await send(file, shown, fields);
      }
      for (const name of Object.keys(sums)) sums[name] += shown.counts[name];
      later += shown.given;
      summary.hidden = false;
      const also = later ? `；${later} 个文件在后台导入` : "";
      summary.textContent = `${number + 1} / ${files.length} 个文件：${told(sums)}${also}。`;
    }
    button.disabled = false;
  });
})();
