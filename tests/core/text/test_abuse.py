"""Nothing but abuse is blocked; whoever is angry about a matter is heard."""

from __future__ import annotations

import pytest

from core.text.abuse import is_abuse, without_outbursts
from tests.effort import loops

ABUSE = """
你就是个废物机器人
傻 逼 玩意
傻*逼
垃圾客服
SB
操你妈
操你媽
你们这群畜生
滚！
给老子滚
去死吧
脑子进水了吧
你是猪吗
就你这智商 白痴
Fuck you!
死全家
陪我睡觉 要和你开房
蠢得像头驴 你个蠢驴
狗东西
王八蛋们
""".strip().split("\n")

HEARD = """
这帮王八蛋拖欠工资半年了
妈的 等了三个小时还没叫到我
物业这群畜生乱收费，找谁投诉
系统太垃圾了，一直打不开
你们办事效率太低了
当官的都不替老百姓想
邻居天天骂我傻逼，可以报警吗
前男友在网上发我裸照
有人拿裸照威胁我
他要我陪他上床，不然不给工资
气死我了，跑了四趟还缺材料
这是什么垃圾规定
智障儿童康复补助怎么申请
我弟弟智力残疾二级
家里的狗要办证吗
养猪有补贴吗
垃圾分类怎么分
你妈妈的社保可以代缴吗
我妈死了，户口怎么注销
操办婚礼要去哪登记
我想死
让我去死
死
请看下面的问题
祝您一家出门平安
日本签证怎么办
USB接口的U盾怎么用
你好
居住证要什么材料
废品回收站营业执照
这个机器人听不懂我说的，转人工
""".strip().split("\n")


@pytest.mark.parametrize("text", ABUSE)
def test_abuse_is_recognised(text: str) -> None:
    assert is_abuse(text)


@pytest.mark.parametrize("text", HEARD)
def test_what_somebody_has_to_say_is_heard(text: str) -> None:
    assert not is_abuse(text)


@pytest.mark.parametrize("text", ["你" * 2000, "你" * 300, "傻 " * 150, "想要跟和陪你" * 50, "给我" * 150])
def test_long_text_is_read_at_once(text: str) -> None:
    assert loops(lambda: (is_abuse(text), without_outbursts(text))) < 1000


def test_long_complaint_is_heard_whatever_words_it_begins_with() -> None:
    assert not is_abuse("你们这群废物。" + "我来说说今天的经过。" * 30)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("傻逼系统，居住证到底要什么材料", "居住证到底要什么材料"),
        ("傻逼系统居住证要什么材料", "系统居住证要什么材料"),
        ("妈的，身份证又丢了，怎么补", "身份证又丢了，怎么补"),
        ("累死了，跑了三趟，社保卡补办到底要什么材料", "社保卡补办到底要什么材料"),
        ("烦死了！居住证在哪办？", "居住证在哪办？"),
        ("气死我了 公积金怎么提", "公积金怎么提"),
        ("居住证要多少钱，你们这群废物", "居住证要多少钱，"),
        ("什么破系统，医保怎么交", "医保怎么交"),
        ("已经跑了好几趟了，低保怎么申请", "低保怎么申请"),
    ],
)
def test_outbursts_are_taken_out_of_a_question(text: str, left: str) -> None:
    assert without_outbursts(text) == left


@pytest.mark.parametrize(
    "text",
    [
        "你好，居住证要什么材料", "累死了", "傻逼系统", "垃圾，怎么分类", "我妈的身份证丢了，怎么补", "",
        "热死了人算工伤吗", "高温天热死人，补贴怎么领", "跑了三趟还缺材料，怎么投诉", "居住证，去几次",
        "我妈死了，户口怎么注销", "急救证，怎么考",
    ],
)  # fmt: skip
def test_what_is_no_outburst_stays(text: str) -> None:
    assert without_outbursts(text) == text
