"use strict";
// Reads answers aloud and takes questions by voice, where the browser can.
(function (W) {
  const voiceOut = window.speechSynthesis;
  const Recognition = window.SpeechRecognition || window.webkitSpeechRecognition;
  const READ = "朗读";
  let reading = null;

  // Some browsers go silent within a long utterance: it is read in sentences.
  function sentences(text) {
    return (text.match(/[^。！？；\n]+[。！？；]?/g) || []).map((one) => one.trim()).filter(Boolean);
  }

  function stopReading() {
    if (!reading) return;
    reading.textContent = READ;
    reading = null;
    voiceOut.cancel();
  }

  function utter(text, button, isLast) {
    const spoken = new window.SpeechSynthesisUtterance(text);
    spoken.lang = "zh-CN";
    spoken.rate = 0.9;
    if (isLast) spoken.onend = () => reading === button && stopReading();
    voiceOut.speak(spoken);
  }

  function read(button, text) {
    const again = reading !== button;
    stopReading();
    if (!again) return;
    reading = button;
    button.textContent = "停止朗读";
    const all = sentences(text);
    all.forEach((one, at) => utter(one, button, at === all.length - 1));
  }

  // Null where the browser cannot speak.
  W.readButton = function (text) {
    if (!voiceOut || !window.SpeechSynthesisUtterance) return null;
    const button = W.makeButton("act read", READ, () => read(button, text));
    return button;
  };

  W.stopReading = stopReading;
  window.addEventListener("pagehide", stopReading);

  /* Voice input */

  const REFUSED = "浏览器没有允许使用麦克风，请改用键盘输入。";
  const UNHEARD = "没有听清，请再说一次或用键盘输入。";
  const LISTENING = "正在听，请说话。语音由您的浏览器转成文字。";
  const voice = W.byId("voice");
  const hint = W.byId("hint");
  const usual = hint.textContent;
  let listening = null;

  function tell(text) {
    hint.textContent = text;
    hint.classList.add("telling");
    W.say(text);
  }

  function showListening(on) {
    voice.setAttribute("aria-pressed", String(on));
    voice.textContent = on ? "停止" : "语音";
  }

  function ended(problem) {
    listening = null;
    showListening(false);
    hint.textContent = usual;
    hint.classList.remove("telling");
    if (problem) tell(problem);
  }

  function heard(event, before) {
    const words = Array.from(event.results, (result) => result[0].transcript).join("");
    W.setQuestion(before + words);
  }

  function listen() {
    let problem = "";
    const before = W.byId("text").value;
    listening = new Recognition();
    listening.lang = "zh-CN";
    listening.interimResults = true;
    listening.onresult = (event) => heard(event, before);
    listening.onerror = (event) => (problem = event.error === "not-allowed" ? REFUSED : UNHEARD);
    listening.onend = () => ended(problem);
    listening.start();
    showListening(true);
    tell(LISTENING);
  }

  W.stopListening = () => listening && listening.abort();

  if (Recognition) {
    voice.hidden = false;
    voice.addEventListener("click", () => (listening ? listening.stop() : listen()));
  }
})(window.Weizheng);
