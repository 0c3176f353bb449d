"use strict";
// Sends what the citizen says and shows what comes back.
(function (W) {
  const field = W.byId("text");
  const send = W.byId("send");
  const typing = W.byId("typing");
  // Nothing is sent before the earlier conversation is shown.
  let busy = true;
  // Counts up when the page is cleared: a reply to an earlier question is then nobody's.
  let session = 0;

  W.setBusy = function (now) {
    busy = now;
    typing.hidden = !now;
    send.disabled = now;
    W.byId("log").setAttribute("aria-busy", String(now));
  };

  W.ask = async function (body, shown) {
    if (busy) return;
    W.asksOn();
    W.leaveOffers();
    const row = W.addBubble("citizen", W.make("p", "text", shown));
    W.reveal(row, "nearest");
    const region = W.region();
    const place = region ? { region: region } : {};
    await deliver(Object.assign({ client_message_id: W.newId() }, place, body), row);
  };

  async function deliver(body, row) {
    const mine = session;
    W.setBusy(true);
    W.reveal(typing, "end");
    try {
      const reply = await W.sendJson("POST", "/api/chat", body);
      if (mine !== session) return;
      if (reply.status === "switched_off") giveBack(reply, body, row);
      else showReply(reply, row);
    } catch (error) {
      if (mine === session) showFailure(W.asFailure(error), body, row);
    }
  }

  function showReply(reply, row) {
    const rows = W.showAll(reply.messages);
    if (reply.messages.some((one) => one.kind === "subscription")) W.reloadSubscriptions();
    W.followRegion(reply.region);
    W.setBusy(false);
    W.reveal(rows[0] || row, rows.length > 1 || isTall(rows[0]) ? "start" : "nearest");
    W.afterReply(reply.status);
  }

  // Nothing is lost: what was typed stands in the field again, anything else can be tried once more.
  function giveBack(reply, body, row) {
    const words = reply.messages.map((message) => message.text).join("\n");
    W.showOff(words);
    if (body.text && !field.value.trim()) {
      W.setBusy(false);
      row.remove();
      W.setQuestion(body.text);
    } else {
      showFailure({ message: words, again: true }, body, row);
    }
  }

  // Of what does not fit, the beginning is to be seen.
  function isTall(row) {
    return Boolean(row) && row.offsetHeight > row.closest("main").clientHeight;
  }

  function showFailure(error, body, row) {
    W.setBusy(false);
    const notice = W.addBubble("assistant", W.make("p", "text", error.message), "error");
    if (error.again) addRetry(notice, body, row);
    W.reveal(notice, "end");
  }

  function addRetry(notice, body, row) {
    const again = W.makeButton("choice retry", "重试", function () {
      if (busy) return;
      notice.remove();
      field.focus();
      deliver(body, row);
    });
    notice.querySelector(".bubble").append(again);
  }

  function submit() {
    const text = field.value.trim();
    if (!text || busy) return;
    W.stopListening();
    W.setQuestion("");
    W.ask({ text: text }, text);
  }

  function fit() {
    field.style.height = "auto";
    // The border counts in the height, but not in what scrolls.
    const border = field.offsetHeight - field.clientHeight;
    field.style.height = Math.min(field.scrollHeight + border, 140) + "px";
  }

  W.setQuestion = function (text) {
    field.value = text;
    fit();
  };

  W.forgetConversation = function () {
    session += 1;
    W.stopReading();
    W.stopListening();
    W.byId("log").textContent = "";
    W.forgetRating();
    W.setQuestion("");
    W.setBusy(false);
  };

  send.disabled = true;
  W.byId("form").addEventListener("submit", function (event) {
    event.preventDefault();
    submit();
  });
  field.addEventListener("input", fit);
  field.addEventListener("keydown", function (event) {
    // Safari ends the composition before the key that ended it; 229 tells that key from a plain Enter.
    const composing = event.isComposing || event.keyCode === 229;
    if (event.key === "Enter" && !event.shiftKey && !composing) {
      event.preventDefault();
      submit();
    }
  });
})(window.Weizheng);
