"""长者模式, reading aloud and voice input."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect

SPEECH = """
window.spoken = [];
window.SpeechSynthesisUtterance = function (text) { this.text = text; };
Object.defineProperty(window, "speechSynthesis", {value: {
  speak: (one) => { window.spoken.push(one.text); window.latest = one; },
  cancel: () => { window.spoken.push("-"); },
}});
"""
NO_SPEECH = """
Object.defineProperty(window, "speechSynthesis", {value: undefined});
window.SpeechRecognition = window.webkitSpeechRecognition = undefined;
"""
RECOGNITION = """
window.SpeechRecognition = function () {
  window.ear = this;
  this.start = () => undefined;
  this.stop = () => this.onend();
  this.abort = () => this.onend();
};
window.hear = (text) => window.ear.onresult({results: [[{transcript: text}]]});
window.fail = (error) => { window.ear.onerror({error: error}); window.ear.onend(); };
"""
SMALLEST = """
() => Math.min(...Array.from(document.querySelectorAll("body *"))
  .filter((one) => one.offsetParent && one.innerText && !one.closest(".unseen, option"))
  .map((one) => parseFloat(getComputedStyle(one).fontSize)))
"""


def test_elder_mode_is_large_and_remembered(visitor: Any) -> None:
    page = visitor.open()
    visitor.ask()
    button = page.get_by_role("button", name="长者模式")
    expect(button).to_have_attribute("aria-pressed", "false")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    assert page.evaluate(SMALLEST) >= 20
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    visitor.reload()
    expect(button).to_have_attribute("aria-pressed", "true")
    visitor.shoot("elder-answer")
    button.click()
    visitor.reload()
    expect(button).to_have_attribute("aria-pressed", "false")


def test_elder_mode_is_large_in_dialogs_and_forms(visitor: Any) -> None:
    page = visitor.open()
    page.get_by_role("button", name="长者模式").click()
    visitor.shoot("elder-start")
    visitor.ask()
    page.get_by_role("button", name="纠错").click()
    assert page.evaluate(SMALLEST) >= 20
    visitor.shoot("elder-feedback")
    page.get_by_role("button", name="隐私").click()
    expect(page.get_by_role("switch").first).to_be_attached()
    assert page.evaluate(SMALLEST) >= 20
    visitor.shoot("elder-privacy")


def test_answer_is_read_aloud_and_stopped(visitor: Any, cards: Any) -> None:
    visitor.page.add_init_script(SPEECH)
    visitor.portal.rasa.reply = cards["two"]()
    page = visitor.open()
    visitor.ask()
    expect(page.locator(".card .read").first).to_be_hidden()
    page.get_by_role("button", name="长者模式").click()
    button = page.locator(".card .read").first
    button.click()
    expect(button).to_have_text("停止朗读")
    spoken = page.evaluate("window.spoken")
    assert spoken[0] == "居住证申领，申请材料。"
    assert "2. 居民身份证（原件 1 份）" in spoken
    button.click()
    expect(button).to_have_text("朗读")
    assert page.evaluate("window.spoken.pop()") == "-"
    button.click()
    page.evaluate("window.latest.onend()")
    expect(button).to_have_text("朗读")


def test_ending_stops_the_reading(visitor: Any) -> None:
    visitor.page.add_init_script(SPEECH)
    page = visitor.open()
    page.get_by_role("button", name="长者模式").click()
    visitor.ask()
    page.locator(".card .read").click()
    page.get_by_role("button", name="结束并清除").click()
    page.get_by_role("button", name="确认清除").click()
    expect(page.get_by_text("已结束并清除。")).to_be_visible()
    assert page.evaluate("window.spoken.pop()") == "-"


def test_nothing_is_offered_that_the_browser_cannot_do(visitor: Any) -> None:
    visitor.page.add_init_script(NO_SPEECH)
    page = visitor.open()
    page.get_by_role("button", name="长者模式").click()
    visitor.ask()
    expect(page.locator(".read")).to_have_count(0)
    expect(page.get_by_role("button", name="语音输入")).to_be_hidden()


def test_spoken_question_is_written_into_the_field(visitor: Any) -> None:
    visitor.page.add_init_script(RECOGNITION)
    page = visitor.open()
    button = page.get_by_role("button", name="语音输入")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#hint")).to_contain_text("正在听")
    page.evaluate("window.hear('居住证')")
    page.evaluate("window.hear('居住证要什么材料')")
    visitor.shoot("voice")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "false")
    expect(page.get_by_label("您的问题")).to_have_value("居住证要什么材料")
    expect(page.locator(".citizen")).to_have_count(0)


def test_voice_that_is_not_allowed_or_not_heard_is_told(visitor: Any) -> None:
    visitor.page.add_init_script(RECOGNITION)
    page = visitor.open()
    page.get_by_role("button", name="长者模式").click()
    button = page.get_by_role("button", name="语音输入")
    button.click()
    page.evaluate("window.fail('not-allowed')")
    expect(page.locator("#hint")).to_contain_text("没有允许使用麦克风")
    expect(page.locator("#hint")).to_be_visible()
    button.click()
    page.evaluate("window.fail('no-speech')")
    expect(page.locator("#hint")).to_contain_text("没有听清")
