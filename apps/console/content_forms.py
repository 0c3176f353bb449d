"""The form of a document, and what it says."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from apps.console.forms import Form
from core.catalogue.models import NATIONAL, Agency, Document, DocumentKind
from core.catalogue.payloads import to_payload
from knowledge_base.editing.drafts import Content
from knowledge_base.editing.paging import pages_of_edited

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
    "questions": "能回答的问题",
    "replaced_by": "被哪份文件替代",
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
    "demo": "示例数据",
}
_LINES: Final = ("title", "document_number", "source_url", "replaced_by")
_DAYS: Final = ("published_on", "effective_from", "effective_to")


def shown_in_form(content: Content) -> dict[str, Any]:
    """The values of a document's form."""
    shown: dict[str, Any] = json.loads(to_payload(content))
    return {name: "" if value is None else value for name, value in shown.items()}


def empty_form(agency: Agency | None) -> dict[str, Any]:
    """The values of a new document's form: where it holds is where its agency works."""
    begun = Document(
        external_id="new",
        text="x",
        agency=agency.name if agency else None,
        region=agency.region if agency else NATIONAL,
    )
    return {**shown_in_form(begun), "text": ""}


def said_in_form(form: Form, held: Content | None) -> dict[str, Any]:
    """The content that a document's form tells; what stands in no field of it stays as it is."""
    said: dict[str, Any] = json.loads(to_payload(held)) if held else {}
    said |= {name: form.one(name) or None for name in (*_LINES, *_DAYS)}
    said |= {"text": form.typed("text").replace("\r\n", "\n").strip(), "kind": form.one("kind")}
    said |= {"agency": form.one("agency") or None, "region": form.one("region")}
    variants = (line.strip() for line in form.typed("question_variants").splitlines())
    said["question_variants"] = [line for line in variants if line]
    if isinstance(held, Document):
        said["page_starts"] = pages_of_edited(held, said["text"])
    return said
