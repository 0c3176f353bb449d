"""Place names in a text: the country's provinces and prefectures, and those an installation adds. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from core.text.normalise import fold

# Where somebody or something comes from is not where it is asked about.
_COMES_FROM = re.compile(r"(?:从|打)[^,，。?？!！\s]{2,8}?(?:回|过来|迁|转|搬|来)")
# Who asks of here tells where else somebody is, or is from: "我妈住深圳，想用咱这儿的医保".
_HERE = re.compile("这边|这儿|这里|咱这|俺这|本地|本市")
_IS_FROM = re.compile(
    r"(?:我|俺|咱)们?是?[^,，。?？!！\s我]{2,4}?(?:人(?!民|才)|户口|户籍|的(?=在|来|户口|[,，\s]))"
)
# Where one is for a while, and has no matter settled.
_TRAVELS = (
    "(?:的?大?医院)?(?:看病|就医|治病|住院|住的院|看?急诊|做?手术|过冬|旅游|旅行|玩|耍|出差|探亲|过年"
    "|(?:[帮给替](?:我们?|他们?|她|儿子|女儿|闺女))?(?:带|看|照顾)(?:娃|孙|孩子|小孩)|[回过]不来|赶不[回过]来|来不了|走不开)"
)
# "河南来这开店": who came here.
_CAME = "(?:过)?来(?:这|此|咱|俺|我们|本|的[,，\\s])"
_STAYS = "(?<=[住在去到])"
# "在上海这边" is here, and asked about.
_NOT_OF_THERE = "(?!(?:那边|那儿|那里)?的|这边|这儿|这里)"
# Short names as people use them, GB/T 2260 order. A name that is also a common word stands with its suffix.
_PREFECTURES = {
    "北京": "",
    "天津": "",
    "河北": "石家庄 唐山 秦皇岛 邯郸 邢台 保定 张家口 承德 沧州 廊坊 衡水 雄安",
    "山西": "太原 大同市 阳泉 长治 晋城 朔州 晋中 运城 忻州 临汾 吕梁",
    "内蒙古": "呼和浩特 包头 乌海 赤峰 通辽 鄂尔多斯 呼伦贝尔 巴彦淖尔 乌兰察布 兴安盟 锡林郭勒 阿拉善",
    "辽宁": "沈阳 大连 鞍山 抚顺 本溪 丹东 锦州 营口 阜新 辽阳 盘锦 铁岭 朝阳市 葫芦岛",
    "吉林": "长春 吉林市 四平 辽源 通化 白山市 松原 白城 延边",
    "黑龙江": ("哈尔滨 齐齐哈尔 鸡西 鹤岗 双鸭山 大庆 伊春 佳木斯 七台河 牡丹江 黑河 绥化 大兴安岭"),
    "上海": "",
    "江苏": "南京 无锡 徐州 常州 苏州 南通 连云港 淮安 盐城 扬州 镇江 泰州 宿迁",
    "浙江": "杭州 宁波 温州 嘉兴 湖州 绍兴 金华 衢州 舟山 台州 丽水 义乌",
    "安徽": ("合肥 芜湖 蚌埠 淮南 马鞍山 淮北 铜陵 安庆 黄山 滁州 阜阳 宿州 六安 亳州 池州 宣城"),
    "福建": "福州 厦门 莆田 三明 泉州 漳州 南平 龙岩 宁德",
    "江西": "南昌 景德镇 萍乡 九江 新余 鹰潭 赣州 吉安 宜春 抚州 上饶",
    "山东": "济南 青岛 淄博 枣庄 东营 烟台 潍坊 济宁 泰安 威海 日照市 临沂 德州 聊城 滨州 菏泽 莱芜",
    "河南": (
        "郑州 开封 洛阳 平顶山 安阳 鹤壁 新乡 焦作 濮阳 许昌 漯河 三门峡 南阳 商丘 信阳 周口 驻马店 济源"
    ),
    "湖北": ("武汉 黄石 十堰 宜昌 襄阳 鄂州 荆门 孝感 荆州 黄冈 咸宁 随州 恩施 仙桃 潜江 天门 神农架"),
    "湖南": "长沙 株洲 湘潭 衡阳 邵阳 岳阳 常德 张家界 益阳 郴州 永州 怀化 娄底 湘西",
    "广东": (
        "广州 韶关 深圳 珠海 汕头 佛山 江门 湛江 茂名 肇庆 惠州 梅州 汕尾 河源 阳江 清远 东莞 中山市 "
        "潮州 揭阳 云浮"
    ),
    "广西": "南宁 柳州 桂林 梧州 北海 防城港 钦州 贵港 玉林 百色 贺州 河池 来宾市 崇左",
    "海南": "海口 三亚 三沙 儋州",
    "重庆": "万州 涪陵 渝中 渝北 巴南 黔江 江津 合川 永川",
    "四川": (
        "成都 自贡 攀枝花 泸州 德阳 绵阳 广元 遂宁 内江 乐山 南充 眉山 宜宾 广安 达州 雅安 巴中 资阳 阿坝 "
        "甘孜 凉山"
    ),
    "贵州": "贵阳 六盘水 遵义 安顺 毕节 铜仁 黔西南 黔东南 黔南",
    "云南": ("昆明 曲靖 玉溪 保山 昭通 丽江 普洱 临沧 楚雄 红河 文山 西双版纳 大理 德宏 怒江 迪庆"),
    "西藏": "拉萨 日喀则 昌都 林芝 山南 那曲 阿里地区",
    "陕西": "西安 铜川 宝鸡 咸阳 渭南 延安 汉中 榆林 安康市 商洛",
    "甘肃": "兰州 嘉峪关 金昌 白银市 天水 武威 张掖 平凉 酒泉 庆阳 定西 陇南 临夏 甘南",
    "青海": "西宁 海东 海北 黄南 海南州 果洛 玉树 海西",
    "宁夏": "银川 石嘴山 吴忠 固原 中卫",
    "新疆": (
        "乌鲁木齐 克拉玛依 吐鲁番 哈密 昌吉 博尔塔拉 巴音郭楞 阿克苏 克孜勒苏 喀什 和田 伊犁 塔城 阿勒泰 "
        "石河子"
    ),
    "台湾": "",
    "香港": "",
    "澳门": "",
}
NATIONAL_PLACES: Mapping[str, str] = MappingProxyType(
    {name: province for province, cities in _PREFECTURES.items() for name in (province, *cities.split())}
)
"""Every name with the province it belongs to; a province belongs to itself."""


class Gazetteer:
    """Finds place names and says in which part of the country each lies.

    Args:
        more: Names an installation adds, each with the part that it belongs to, which may be itself.
    """

    def __init__(self, more: Mapping[str, str] | None = None) -> None:
        self._part_of = {**NATIONAL_PLACES, **{fold(name): fold(part) for name, part in (more or {}).items()}}
        longest_first = sorted(self._part_of, key=len, reverse=True)
        names = "|".join(map(re.escape, longest_first))
        self._pattern = re.compile(names)
        self._travels = re.compile(f"(?<=[去到跑飞往在])(?:{names})(?:那边|那儿|那里)?(?={_TRAVELS})")
        self._came = re.compile(f"(?:{names})(?={_CAME})")
        self._stays = re.compile(f"{_STAYS}(?:{names}){_NOT_OF_THERE}")

    def parts(self, folded: str) -> Counter[str]:
        """How often a folded text names each part of the country, its towns included."""
        return Counter(self._part_of[name] for name in self._pattern.findall(folded))

    def asked_about(self, question: str) -> Counter[str]:
        """The parts that a folded question is about, not those where somebody comes from or is."""
        left = self._came.sub("", self._travels.sub("", _COMES_FROM.sub("", question)))
        if _HERE.search(left):
            left = self._stays.sub("", _IS_FROM.sub("", left))
        return self.parts(left)


def share_inside(named: Mapping[str, int], asked: Iterable[str]) -> float:
    """Of the places a text names, the share that lies in a part asked for; 0 where it names none."""
    total = sum(named.values())
    return sum(named.get(part, 0) for part in set(asked)) / total if total else 0.0
