"use strict";
// Talks to the portal. A failure carries a sentence that may be shown, and whether trying again can help.
(function (W) {
  const LOST = "网络不通或服务没有响应，请稍后重试。";
  // The server answers within its deadline, be it with an error; this is for what the network adds.
  const SLACK_MS = 5000;
  let patienceMs = 20000;

  W.setDeadline = function (seconds) {
    patienceMs = seconds * 1000 + SLACK_MS;
  };

  function failure(text, again, code) {
    return Object.assign(new Error(text), { again: again, code: code || "" });
  }

  // Only our own sentences are shown, never the browser's.
  W.asFailure = (error) => ("again" in error ? error : failure(LOST, true));

  // Whether the same request may be answered another time; 0 where nothing came back.
  function isPassing(status) {
    return status === 0 || status === 408 || status === 429 || status >= 500;
  }

  function within(ms, work, giveUp) {
    return new Promise(function (resolve, reject) {
      const timer = setTimeout(function () {
        giveUp();
        reject(new Error("late"));
      }, ms);
      const settle = (how) => (value) => {
        clearTimeout(timer);
        how(value);
      };
      work.then(settle(resolve), settle(reject));
    });
  }

  async function exchange(path, options, seen) {
    const response = await fetch(path, options);
    if (!response.ok) seen.status = response.status;
    const text = await response.text();
    const body = text ? JSON.parse(text) : {};
    if (response.ok) return body;
    throw failure(body.error.message, isPassing(seen.status), body.error.code);
  }

  W.request = async function (path, options) {
    const control = typeof AbortController === "function" ? new AbortController() : null;
    // Older browsers send no cookie unless told.
    const all = Object.assign({ credentials: "same-origin" }, control ? { signal: control.signal } : {}, options);
    const seen = { status: 0 };
    try {
      return await within(patienceMs, exchange(path, all, seen), () => control && control.abort());
    } catch (error) {
      throw "again" in error ? error : failure(LOST, isPassing(seen.status));
    }
  };

  W.sendJson = function (method, path, body) {
    const headers = { "Content-Type": "application/json" };
    return W.request(path, { method: method, headers: headers, body: JSON.stringify(body) });
  };

  // What cannot be loaded is done without.
  W.load = (path) => W.request(path).catch(() => null);
})(window.Weizheng);
