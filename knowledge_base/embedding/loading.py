"""Opens the embedding model of the settings: the built-in one, or any sentence-transformers model."""

from __future__ import annotations

import hashlib
import logging
import os
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from core.errors import BadInput
from core.settings import Settings
from knowledge_base.embedding.encoder import MOST, POOLINGS, CompiledEncoder, is_known
from knowledge_base.embedding.port import Embedder, Vectors
from knowledge_base.embedding.unpack import MAX_TOKENS, unpacked_model

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

BUILTIN = "builtin"
# Texts at once of a model that is run as it comes, by all threads together.
_BATCH = 32
# More processors than this gain an import little, and each keeps working memory of its own.
_MOST_AT_ONCE = 8
_E5 = {"query": "query: ", "passage": "passage: "}
_PASSAGE_PROMPTS = ("passage", "document")


def open_embedder(settings: Settings, progress: Callable[[str], None] | None = None) -> Embedder:
    """The embedder of an installation; unpacks the built-in model where that has not been done yet.

    Args:
        progress: Told in a word what takes time, such as "unpacking".

    Raises:
        BadInput: The model of the setting cannot be loaded.
        Unavailable: The built-in model's file is missing or damaged.
    """
    say = progress or (lambda _: None)
    name = settings.embedding_model
    source = name
    if name == BUILTIN:
        say("unpacking the embedding model")
        source = str(unpacked_model(settings.model_cache))
    say("loading the embedding model")
    # The packed model has no pooler, and nothing reads one.
    return SentenceEmbedder(name, source, {"add_pooling_layer": False} if name == BUILTIN else {})


class SentenceEmbedder:
    """A sentence-transformers model on the CPU; one that can be compiled works at a batch per processor."""

    def __init__(self, name: str, source: str, options: Mapping[str, object]) -> None:
        self.name = name
        self.dtype = "bf16" if has_bf16(Path("/proc/cpuinfo")) else "fp32"
        self._model = _load(source, self.dtype, options)
        self._lock = threading.Lock()
        self._prompts = prompts(name, self._model.prompts)
        self.dimension = int(self._model.get_embedding_dimension() or 0)
        self.max_tokens = int(self._model.max_seq_length or MAX_TOKENS)
        self.digest = _digest(self._model, self._prompts, self.max_tokens)
        at_once = min(_processors(), _MOST_AT_ONCE)
        self._compiled = _compiled(self._model, bf16=self.dtype == "bf16", at_once=at_once)
        self._workers = ThreadPoolExecutor(at_once, "embedding") if self._compiled else None

    def passages(self, texts: Sequence[str]) -> Vectors:
        """Vectors of texts to be found."""
        return self._encode([self._prompts[1] + text for text in texts])

    def queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors of questions and of names."""
        return self._encode([self._prompts[0] + text for text in texts])

    def _encode(self, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        rows = np.empty((len(texts), self.dimension), dtype=np.float32)
        # Texts of like length together: a batch is as slow as its longest text.
        order = sorted(range(len(texts)), key=lambda place: -len(texts[place]))
        size = MOST if self._compiled else _BATCH
        batches = [order[start : start + size] for start in range(0, len(order), size)]
        for batch, vectors in zip(batches, self._each(batches, texts), strict=True):
            rows[batch] = vectors
        unit: Vectors = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
        return unit

    def _each(self, batches: Sequence[Sequence[int]], texts: Sequence[str]) -> Iterable[Vectors]:
        chosen = ([texts[place] for place in batch] for batch in batches)
        # A question alone is not handed to another thread.
        if self._workers is None or len(batches) == 1:
            return map(self._embedded, chosen)
        return self._workers.map(self._embedded, chosen)

    def _embedded(self, texts: list[str]) -> Vectors:
        """One batch; whoever embeds thousands lets a question pass after each."""
        # Not `encode`: it looks at every module again, which takes as long as embedding half a question.
        import torch

        with torch.inference_mode():
            if self._compiled is not None:
                return self._by_compiled(texts, self._compiled)
            with self._lock:
                # Few texts are embedded as fast by one: two spend as much again on waiting for each other.
                torch.set_num_threads(1 if len(texts) <= MOST else _processors())
                features = self._model(self._model.preprocess(texts, prompt=""))
            embedded: Vectors = features["sentence_embedding"].float().cpu().numpy()
        return embedded

    def _by_compiled(self, texts: list[str], encoder: CompiledEncoder) -> Vectors:
        import torch

        # What is left to torch is too little for two threads, and each processor has a batch anyway.
        torch.set_num_threads(1)
        # A tokenizer can not be used by two threads at once.
        with self._lock:
            features: Any = self._model.preprocess(texts, prompt="")
        embedded = _bert_of(self._model).embeddings(input_ids=features["input_ids"])
        return encoder(embedded.float().numpy(), features["attention_mask"].numpy())


def _processors() -> int:
    """Those that this process may use; torch's own number is what was last set."""
    return len(os.sched_getaffinity(0))


def _bert_of(model: SentenceTransformer) -> Any:
    return getattr(model[0], "auto_model", None) or getattr(model[0], "model", None)


def _compiled(model: SentenceTransformer, *, bf16: bool, at_once: int) -> CompiledEncoder | None:
    """The encoder of a model that can be compiled, taken out of it; None where it can not."""
    bert, pooling = _bert_of(model), pooling_of(list(model)[1:])
    if bert is None or not is_known(bert.config) or pooling not in POOLINGS:
        return None
    weights = {
        name: tensor.float().contiguous().numpy()
        for name, tensor in bert.state_dict().items()
        if name.startswith("encoder.layer.")
    }
    compiled = CompiledEncoder(bert.config, weights, pooling, bf16=bf16, at_once=at_once)
    del bert.encoder
    return compiled


def pooling_of(modules: Sequence[object]) -> str:
    """How a model makes one vector of its hidden states; empty where it does more than that.

    Args:
        modules: What comes after the hidden states. Whatever their length, vectors are normalised.
    """
    from sentence_transformers.sentence_transformer.modules import Normalize, Pooling

    if not modules or not all(isinstance(one, Normalize) for one in modules[1:]):
        return ""
    pooling = modules[0]
    return str(pooling.pooling_mode) if isinstance(pooling, Pooling) and pooling.include_prompt else ""


def has_bf16(cpu_info: Path) -> bool:
    """Whether the processor computes bf16 itself; elsewhere bf16 is slower than fp32."""
    try:
        flags = set(cpu_info.read_text(encoding="utf-8").split())
    except OSError:
        return False
    return not flags.isdisjoint({"avx512_bf16", "amx_bf16"})


def prompts(name: str, configured: Mapping[str, str | None]) -> tuple[str, str]:
    """What stands before a question and before a passage: the model's own, e5's, or nothing."""
    known = {key: text for key, text in configured.items() if text}
    if not known and (name == BUILTIN or "e5" in Path(name).name.lower().split("-")):
        known = _E5
    passage = next((known[key] for key in _PASSAGE_PROMPTS if key in known), "")
    return known.get("query", ""), passage


def _load(source: str, dtype: str, options: Mapping[str, object]) -> SentenceTransformer:
    import torch
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    logging.getLogger("sentence_transformers").setLevel(logging.ERROR)
    kind = torch.bfloat16 if dtype == "bf16" else torch.float32
    try:
        model = SentenceTransformer(source, device="cpu", model_kwargs={"dtype": kind, **options})
    except (OSError, ValueError, ImportError) as error:
        raise BadInput(f"EMBEDDING_MODEL cannot be loaded: {str(error).splitlines()[0]}") from None
    return model.eval()


def _digest(model: SentenceTransformer, both: tuple[str, str], max_tokens: int) -> str:
    found = hashlib.sha256(repr((both, max_tokens)).encode())
    for name, tensor in sorted(model.state_dict().items()):
        found.update(f"{name}{tuple(tensor.shape)}".encode())
        found.update(tensor.float().contiguous().numpy().tobytes())
    return found.hexdigest()[:32]
