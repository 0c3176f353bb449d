"""What pages call the fields and kinds of a content."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from core.catalogue.models import DocumentKind

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
