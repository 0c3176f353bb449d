"""What pages call the fields and kinds of a content, and how answers end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from core.answering import AnswerStatus
from core.catalogue.models import DocumentKind
from core.citizens.feedback import Reason

KINDS: Final[Mapping[DocumentKind, str]] = {
    DocumentKind.POLICY: "政策文件",
    DocumentKind.NOTICE: "通知公告",
    DocumentKind.FAQ: "常见问题",
    DocumentKind.EXPLANATION: "政策解读",
}
LABELS: Final[Mapping[str, str]] = {
    "title": "标题",
    "text": "正文",
    "kind": "类别",
    "document_number": "文号",
    "agency": "部门",
    "region": "适用区划",
    "published_on": "发布日期",
    "effective_from": "生效日期",
    "effective_to": "失效日期",
    "source_url": "原文链接",
    "question_variants": "其他问法",
    "question": "问题",
    "questions": "能回答的问题",
    "replaced_by": "被哪份文件替代",
    "replaces": "替代哪些文件",
    "explains": "解读哪份文件",
    "page_starts": "分页位置",
    "external_id": "编号",
    "name": "事项名称",
    "code": "事项编码",
    "aliases": "别名",
    "audience": "服务对象",
    "theme": "主题",
    "life_events": "生命事件",
    "sensitive": "敏感事项",
    "summary": "概要",
    "eligibility": "资格规则",
    "conditions": "受理条件",
    "materials": "申请材料",
    "steps": "办理流程",
    "fee": "收费",
    "statutory_limit": "法定时限",
    "promised_limit": "承诺时限",
    "places": "办理地点",
    "phone": "咨询电话",
    "online_url": "网上办理",
    "online_note": "网办说明",
    "legal_basis": "设定依据",
    "result": "办理结果",
    "validity": "有效期",
    "internal": "仅供内部",
    "demo": "示例数据",
    # Of eligibility rules, which stand in no form.
    "fact": "条件",
    "op": "比较",
    "value": "值",
    "all": "全部满足",
    "any": "满足其一",
    "not": "不满足",
}
ANSWERED: Final[Mapping[str, str]] = {
    AnswerStatus.ANSWERED_GUIDE: "按办事指南答复",
    AnswerStatus.ANSWERED_PASSAGE: "引用原文答复",
    AnswerStatus.ANSWERED_CANNED: "固定答复",
    AnswerStatus.CLARIFY: "反问",
    AnswerStatus.NO_ANSWER: "未答",
    AnswerStatus.OUT_OF_SCOPE: "超出范围",
    AnswerStatus.REFERRED_URGENT: "转紧急求助",
    AnswerStatus.BLOCKED_SENSITIVE: "敏感词拦截",
    AnswerStatus.BLOCKED_ABUSE: "辱骂未答",
    AnswerStatus.BLOCKED_RATE: "提问太频繁",
    AnswerStatus.SWITCHED_OFF: "助手已关闭",
    AnswerStatus.ERROR_UNAVAILABLE: "系统不可用",
    AnswerStatus.ERROR_TIMEOUT: "系统超时",
    AnswerStatus.ERROR_INTERNAL: "系统出错",
}
# Who did what no account did.
ACTORS: Final[Mapping[str, str]] = {"@schedule": "定期", "@operator": "运维"}
CHANNELS: Final[Mapping[str, str]] = {"web": "网页", "wechat": "微信"}
# As the citizens' page calls them.
REASONS: Final[Mapping[Reason, str]] = {
    Reason.WRONG: "答错了",
    Reason.OUTDATED: "内容过时",
    Reason.UNCLEAR: "看不懂",
    Reason.INCOMPLETE: "不完整",
    Reason.OTHER: "其他",
}
STEPS: Final[Mapping[str, str]] = {
    "normalise": "整理问句",
    "screen": "识别紧急求助",
    "pin": "查固定答复",
    "resolve": "理解上下文",
    "retrieve": "检索",
    "decide": "判断",
    "in_context": "结合上文",
    "compose": "组织答复",
    "check": "核对",
}
