"""Pictures of the clerk's manual, from the running assistant: `python -m bench.manual --home FOLDER`.

The folder is an installation with the demonstration city; a copy of it is used. A clerk and a reviewer do in
a browser what the manual tells, and each step is photographed into `docs/clerk/`.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from docx import Document as Word
from playwright.sync_api import Browser, Page, sync_playwright

from bench.agency.console import PASSWORD, add_account, chromium, sign_in
from bench.assistant import assistant
from bench.running import PROJECT, WEIZHENG

PICTURES = PROJECT / "docs" / "clerk"
TITLE = "示例市医保移动支付就医办法"
QUESTIONS = "医保移动支付每次最高支付多少\n医保移动支付怎么签约\n居住证需要什么材料"

FOR_STAFF = """
external_id: refund-script
title: 群众要求医保移动支付退费怎么答
kind: faq
agency: 示例市医疗保障局
internal: true
text: 先核对订单和就诊医院，告知退费原路返回、三个工作日内到账；超过三个工作日未到账的，转医保局基金科处理。
"""

STAFF = (
    ("li.editor", "editor", "李编辑"),
    ("zhao.reviewer", "reviewer", "赵审核"),
    ("admin", "administrator", "管理员"),
)


def main() -> int:
    """Takes every picture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, required=True, help="with the demonstration city")
    given: Path = parser.parse_args().home
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        home = Path(folder) / "home"
        shutil.copytree(given, home, ignore=shutil.ignore_patterns("run", "redis", "logs", "backups"))
        for login, role, name in STAFF:
            add_account(home, login, role, name)
        browser = playwright.chromium.launch(executable_path=chromium())
        with assistant(home, Path(folder) / "up.txt") as running:
            url = f"http://127.0.0.1:{running.environment['CONSOLE_PORT']}"
            _clerk(browser, url, _file(Path(folder)))
            _reviewer(browser, url)
            _internal(browser, url, running.environment, Path(folder) / "for-staff.yaml")
            _administrator(browser, url)
        browser.close()
    return 0


def _file(folder: Path) -> Path:
    document = Word()
    document.add_heading(TITLE, level=1)
    document.add_paragraph("一、适用范围。本市参加医疗保险的人员可以办理医保移动支付。")
    document.add_paragraph("二、办理方式。持身份证在手机上签约，也可以在医院服务台签约。")
    document.add_paragraph("三、支付限额。签约后在诊间用手机直接结算，每次最高支付三千元。")
    path = folder / "移动支付办法.docx"
    document.save(str(path))
    return path


def _shoot(page: Page, name: str) -> None:
    page.screenshot(path=PICTURES / f"{name}.png", animations="disabled")


def _clerk(browser: Browser, url: str, file: Path) -> None:
    entry = browser.new_page(locale="zh-CN")
    entry.goto(f"{url}/sign-in")
    _shoot(entry, "sign-in")
    page = sign_in(browser, url, "li.editor")
    _shoot(page, "home")
    page.goto("/me/second-factor")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="开始设置").click()
    page.get_by_role("img", name="两步验证的二维码").wait_for()
    _shoot(page, "second-factor")
    page.goto("/upload")
    page.get_by_label("部门").select_option(label="示例市医疗保障局")
    page.get_by_label("文件", exact=True).set_input_files([file])
    page.get_by_role("button", name="上传").click()
    page.get_by_text("1 / 1 个文件：生成草稿 1 条。").wait_for()
    _shoot(page, "upload")
    page.locator("#files a").click()
    _shoot(page, "draft")
    page.get_by_role("link", name="查看切分").click()
    _shoot(page, "passages")
    page.get_by_role("link", name="返回").click()
    page.get_by_role("link", name="用草稿试问").click()
    page.get_by_label("问题").fill(QUESTIONS)
    page.get_by_role("button", name="试问").click()
    page.get_by_role("heading", name="结果").scroll_into_view_if_needed()
    _shoot(page, "try")
    page.goto("/questions")
    page.get_by_text("添加问题").click()
    page.get_by_role("textbox", name="问题", exact=True).fill("医保移动支付每次最高支付多少")
    page.get_by_label("答复中必须出现的文字").fill("三千元")
    _shoot(page, "questions")
    page.get_by_role("button", name="保存").click()
    page.goto("/drafts")
    page.get_by_role("link", name=TITLE).click()
    page.get_by_role("button", name="运行回归问题").click()
    page.get_by_role("heading", name="回归问题").scroll_into_view_if_needed()
    _shoot(page, "regression")
    page.get_by_role("button", name="提交审核").click()
    page.goto("/content/edit?kind=item")
    _shoot(page, "guide-form")


def _reviewer(browser: Browser, url: str) -> None:
    page = sign_in(browser, url, "zhao.reviewer")
    page.goto("/drafts?state=in_review")
    _shoot(page, "drafts")
    page.get_by_role("link", name=TITLE).click()
    page.get_by_role("button", name="通过并发布").scroll_into_view_if_needed()
    _shoot(page, "review")
    page.get_by_role("button", name="通过并发布").click()
    page.get_by_role("heading", name="历史版本").scroll_into_view_if_needed()
    _shoot(page, "published")
    page.goto("/words")
    _shoot(page, "words")


def _internal(browser: Browser, url: str, environment: Mapping[str, str], file: Path) -> None:
    file.write_text(FOR_STAFF, encoding="utf-8")
    command = [str(WEIZHENG), "kb", "import", str(file), "--publish"]
    subprocess.run(command, env=dict(environment), cwd=PROJECT, check=True, stdout=subprocess.DEVNULL)
    page = sign_in(browser, url, "li.editor")
    page.goto("/ask")
    page.get_by_label("问题").fill("医保移动支付要求退费怎么答")
    page.get_by_role("button", name="提问").click()
    page.get_by_role("heading", name="答复").wait_for()
    _shoot(page, "ask")


def _administrator(browser: Browser, url: str) -> None:
    page = sign_in(browser, url, "admin")
    for name, path in (("agencies", "/agencies"), ("switch", "/switch"), ("audit", "/audit")):
        page.goto(path)
        _shoot(page, name)


if __name__ == "__main__":
    sys.exit(main())
