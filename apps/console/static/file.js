"use strict";
// Puts a chosen text file into the field that is sent, so that it is seen before and nothing else is needed.
(function () {
  const MOST_BYTES = 4000000;
  const chosen = document.getElementById("file");
  const told = document.getElementById("file-told");

  function decoded(bytes) {
    try {
      return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    } catch (error) {
      return new TextDecoder("gb18030", { fatal: true }).decode(bytes);
    }
  }

  chosen.addEventListener("change", async function () {
    const file = chosen.files[0];
    if (!file) return;
    if (file.size > MOST_BYTES) {
      told.textContent = "文件太大，最多 4 MB。";
      return;
    }
    try {
      document.getElementById(chosen.dataset.into).value = decoded(await file.arrayBuffer());
      told.textContent = "已读入“" + file.name + "”，请核对后导入。";
    } catch (error) {
      told.textContent = "读不出这个文件：请用 UTF-8 或 GB18030 编码保存。";
    }
  });
})();
