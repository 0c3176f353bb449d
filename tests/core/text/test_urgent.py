"""Danger is seen in many words, and words of danger in calm questions are let through."""

from __future__ import annotations

import pytest

from core.text.urgent import Urgent, urgent_advice, urgent_need
from tests.effort import loops

DANGER = {
    Urgent.SELF_HARM: [
        "我不想活了",
        "我現在站在天台上",
        "吃了一整瓶安眠药，好困",
        "我女朋友说她要自杀，怎么办啊",
        "活着真没意思",
        "怎么死最快",
        "要是我死了他们就都解脱了",
        "百草枯已经买好了",
        "有人坐在栏杆外面要往江里跳",
        "孩子留了遗书不知道去哪了",
        "没办法了只有死路一条",
        "居住证办不下来，我不想活了",
        "我就是个累赘",
        "他把农药喝了，喝药了",
        "她翻过护栏了",
        "下辈子再做你女儿",
        "拿美工刀划自己",
        "买了炭和胶带",
        "怕她想不开",
    ],
    Urgent.VIOLENCE: [
        "我老公又动手打我了",
        "有人拿刀砍人",
        "救命！有人在砸我家的门",
        "他把我反锁在屋里不让我出去",
        "一个男的一直跟着我",
        "好几个人围着打我弟",
        "我被人绑架了",
        "他说要弄死我",
        "刚刚有人抢了我的包",
        "楼下有人把一个姑娘拖上车了",
        "他扇我耳光",
        "楼下有人打群架",
        "贼就在客厅",
        "他拿凳子砸我",
        "我被关在地下室",
        "有人被下了药",
        "几个学生围殴一个人",
    ],
    Urgent.FIRE: [
        "昨晚起火到现在还没灭，户口本都在里面，申请救援",
        "我家厨房着火了",
        "楼道里到处都是烟",
        "闻到很重的煤气味",
        "燃气管道被挖破了",
        "我们被困在电梯里",
        "小孩的头卡住了",
        "隔壁的房子塌了",
        "电瓶车自燃了",
        "水已经涨到二楼了",
        "火扑不灭啊",
        "一股焦糊味",
        "电表箱冒火",
        "氨气罐泄漏了",
        "两个人悬在半空",
        "隧道塌方了",
        "河水没过膝盖了",
        "手夹在扶梯缝里",
        "着火之后我们被困在六楼了",
        "家里着火后人还在里面",
    ],
    Urgent.MEDICAL: [
        "我爸昏倒了叫不醒",
        "老人没有呼吸了",
        "孩子噎住了脸发青",
        "手上的血止不住",
        "我老婆羊水破了",
        "外公嘴歪了，半边身子不会动",
        "刚被毒蛇咬了",
        "全家吃了蘑菇都在吐",
        "宝宝烧到41度翻白眼",
        "娃娃吞了颗纽扣电池",
        "快派救护车",
        "我妈突然倒在地上",
        "孩子抽了两次",
        "误服了老鼠药",
        "血停不下来",
        "司机夹在驾驶室",
        "娃娃全身起疹，嗓子肿了",
        "把电池吞下去了",
        "老人摔倒后动不了了",
        "我爸突然喘不上气，医院说没钱不收",
        "老婆要生了，羊水破了，陪产假几天",
        "我爸中风了，怎么办，身份证在我这",
    ],
    Urgent.MISSING: [
        "老人带着身份证出门不见了",
        "我妈拿着身份证走丢了",
        "我家孩子走丢了",
        "女儿拿着公积金的钱没影了",
        "奶奶出门到现在没回来",
        "在车站和女儿走散了",
        "一转身孩子就不见了",
        "老年痴呆的爸爸自己跑出去了",
        "儿子离家出走了",
        "路边有个小孩一直哭着找妈妈",
        "孩子被人抱走了",
        "爷爷迷路了",
        "我妹妹失踪两天了",
        "爷爷一夜没回来",
        "孩子坐错车了",
        "女儿跟网友跑了",
        "孙子被陌生女人领走了",
        "外公不认路，走丢了",
        "捡到一个小姑娘",
    ],
    Urgent.FRAUD: [
        "我被骗了两万块",
        "自称公安的人让我把钱转到安全账户",
        "验证码已经告诉对方了",
        "刷单的钱取不出来了",
        "客服叫我打开屏幕共享",
        "钱转过去就被拉黑了",
        "我妈正在给骗子转账",
        "卡里的钱被人转走了",
        "他们说我涉嫌洗钱",
        "网上认识的人叫我投资",
        "他们发来逮捕令",
        "要我做单先垫钱，越垫越多",
        "付完钱把我拉黑了",
        "我妈被人忽悠走三万",
        "有人冒充孙子要我打钱",
        "十分钟前才汇出去",
    ],
}
CALM = [
    "身份证昨天落出租车上找不着了",
    "驾照掉河里捞不着了，补一个多少钱",
    "昨晚出租屋着火东西全烧光了，今晚没地方睡，政府管不管",
    "我抱着孩子出不了门",
    "火灾事故认定书去哪里领",
    "消防验收要多久",
    "家庭暴力告诫书怎么申请",
    "人身安全保护令由哪个法院发",
    "亲属自杀身亡，丧葬补助怎么领",
    "预防自杀的讲座在哪里报名",
    "生意活不下去了，有贷款政策吗",
    "超市打跳楼价要不要备案",
    "我想跳槽，社保怎么转",
    "孩子想跳级要什么手续",
    "打疫苗要带什么",
    "在哪儿打印社保证明",
    "我在外面打工，能参加医保吗",
    "老房子漏水淹了楼下，谁负责",
    "油烟太大找哪个部门",
    "在公共场所抽烟罚多少钱",
    "楼顶违建怎么举报",
    "楼顶装太阳能要审批吗",
    "被车撞了算工伤吗",
    "从架子上摔下来，工伤认定要什么材料",
    "煤气罐检验一次多少钱",
    "救护车费用医保报销吗",
    "急救证在哪里考",
    "中风病人能办残疾证吗",
    "网站点了没反应",
    "走失老人手环怎么领",
    "收养捡到的孩子要什么手续",
    "宣告失踪要什么材料",
    "老板失联，拖欠工资找谁",
    "身份证丢了",
    "户口本找不到了怎么补",
    "我的狗不见了，狗证要注销吗",
    "反诈中心冻结的卡怎么解冻",
    "公积金提现不了是什么原因",
    "医保密码忘了怎么重置",
    "防诈骗宣传什么时候来社区",
    "骗取低保怎么处罚",
    "死亡证明怎么开",
    "累死了，跑了三趟还没办好",
    "热死了，高温补贴什么时候发",
    "见义勇为受伤有补助吗",
    "贷款压力大，公积金能还房贷吗",
    "精神残疾怎么评级",
    "生孩子报销多少",
    "被狗咬了打的针能报销吗",
    "被诈骗后报案的回执怎么补",
    "你好",
    "谢谢",
    "今天天气真好",
    "讲个笑话",
    "我想问关于房产证的事",
    "老人医保卡在家里能代办吗",
    "按月打钱到账户吗",
    "公司要验资吗",
    "档案刚转过去什么时候能查",
    "社保往外转要多久",
    "计划开店要什么证",
    "天然气困难户怎么报",
    "隔壁睡着了也被吵醒",
    "孩子生下来怎么上户口",
    "彩票中奖要交多少税",
    "说是社保局让我去医保局办",
    "老人说话不方便怎么做认证",
    "被气吐血",
    "防溺水安全教育平台",
    "被骗的钱立案后多久能退",
    "被拐卖回来的人怎么恢复户口",
    "孩子丢了身份证怎么补",
    "家里着火后房子没法住了，能申请临时救助吗",
    "火灾后房子没法住，有没有补助",
    "起火后家电都烧坏了，保险赔吗",
    "老婆要生了，男方陪产假几天",
    "媳妇要生了，准生证怎么办",
    "我爸中风以后怎么办残疾证",
    "我爸中风了，残疾证怎么办",
    "车祸之后腿动不了了，残疾证怎么办",
    "我儿子出车祸住在ICU，欠了医院五万块，有啥救助",
    "娃都生完半年了，生育津贴的钱还没影，去哪儿问",
    "赶集时手机遭人摸了，卡怎么补",
    "前天夜里家里失火，吃的住的都没着落，能找谁求助",
    "昨晚家里起火烧光了，没地方睡，政府谁管",
    "房子交了一年，不动产证还没影",
    "医保卡插进去机器没反应，换卡收钱吗",
    "媳妇快生了，丈夫能休几天假",
]
NUMBERS = {
    Urgent.SELF_HARM: ("12356", "120", "110"),
    Urgent.VIOLENCE: ("110", "12110", "120"),
    Urgent.FIRE: ("119", "120"),
    Urgent.MEDICAL: ("120",),
    Urgent.MISSING: ("110",),
    Urgent.FRAUD: ("110", "96110"),
}


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in DANGER.items() for text in texts])
def test_danger_is_seen_with_its_kind(kind: Urgent, text: str) -> None:
    assert urgent_need(text) is kind


@pytest.mark.parametrize("text", CALM)
def test_a_calm_question_is_no_danger(text: str) -> None:
    assert urgent_need(text) is None


@pytest.mark.parametrize("kind", Urgent)
def test_each_kind_has_paraphrases(kind: Urgent) -> None:
    assert len(DANGER[kind]) >= 8


@pytest.mark.parametrize("kind", Urgent)
def test_the_advice_names_whom_to_call(kind: Urgent) -> None:
    advice = urgent_advice(kind)
    assert all(number in advice for number in NUMBERS[kind])
    assert advice.endswith("\n如果不是紧急情况，请换个说法再问一次。")


def test_a_calm_clause_hides_no_danger_in_another() -> None:
    assert urgent_need("我要报销，家里着火了") is Urgent.FIRE
    assert urgent_need("救护车费用能报销吗，我爸昏倒了") is Urgent.MEDICAL


def test_width_and_script_make_no_difference() -> None:
    assert urgent_need("樓道裡全是濃煙！！") is Urgent.FIRE
    assert urgent_need("被騙了，對方叫我加ＱＱ轉賬") is Urgent.FRAUD


def test_what_is_over_is_calm_only_where_nothing_happens_now() -> None:
    assert urgent_need("家里着火后房子没法住了，能申请临时救助吗") is None
    assert urgent_need("家里着火后房子没法住了") is Urgent.FIRE
    assert urgent_need("家里着火后火还灭不掉，能申请临时救助吗") is Urgent.FIRE
    assert urgent_need("媳妇羊水破了快生了，能报销多少钱") is Urgent.MEDICAL


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (Urgent.MISSING, "我妈走丢好几天了"),
        (Urgent.MISSING, "孩子走丢了能报警吗"),
        (Urgent.MISSING, "老人走失多久可以报警"),
        (Urgent.FIRE, "燃气泄漏多久能散"),
        (Urgent.MEDICAL, "孩子误吞了电池要带去哪个医院"),
        (Urgent.SELF_HARM, "喝了农药多久会发作"),
    ],
)
def test_who_asks_what_to_do_in_danger_asks_no_office(kind: Urgent, text: str) -> None:
    assert urgent_need(text) is kind


def test_a_message_whose_signs_grow_when_folded_is_not_read_for_seconds() -> None:
    assert urgent_need("\ufdfa" * 2000) is None
    assert loops(lambda: urgent_need("\ufdfa" * 2000)) < 1000
