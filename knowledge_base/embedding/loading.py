"""Opens the embedding model of the settings: the built-in one, or any sentence-transformers model."""

from __future__ import annotations

import hashlib
import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from core.errors import BadInput
from core.settings import Settings
from knowledge_base.embedding.encoder import CompiledEncoder, is_known
from knowledge_base.embedding.port import Embedder, Vectors
from knowledge_base.embedding.unpack import MAX_TOKENS, unpacked_model

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

BUILTIN = "builtin"
_BATCH = 32
# So few texts are embedded as fast by one thread: two spend as much again on waiting for each other.
_FEW = 8
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
    """A sentence-transformers model on the CPU, one call at a time."""

    def __init__(self, name: str, source: str, options: Mapping[str, object]) -> None:
        self.name = name
        self.dtype = "bf16" if has_bf16(Path("/proc/cpuinfo")) else "fp32"
        self._model = _load(source, self.dtype, options)
        self._compiled = _compiled(self._model, bf16=self.dtype == "bf16")
        self._lock = threading.Lock()
        self._prompts = prompts(name, self._model.prompts)
        self.dimension = int(self._model.get_embedding_dimension() or 0)
        self.max_tokens = int(self._model.max_seq_length or MAX_TOKENS)
        self.digest = _digest(self._model, self._prompts, self.max_tokens)

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
        for start in range(0, len(order), _BATCH):
            batch = order[start : start + _BATCH]
            rows[batch] = self._embedded([texts[place] for place in batch])
        unit: Vectors = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
        return unit

    def _embedded(self, texts: list[str]) -> Vectors:
        """One batch; whoever embeds thousands lets a question pass after each."""
        # Not `encode`: it looks at every module again, which takes as long as embedding half a question.
        import torch

        with self._lock, _threads_for(texts), torch.inference_mode():
            features: Any = self._model.preprocess(texts, prompt="")
            if self._compiled is not None and len(texts) <= _FEW:
                features = self._with_states(features, self._compiled)
                for module in list(self._model)[1:]:
                    features = module(features)
            else:
                features = self._model(features)
            embedded: Vectors = features["sentence_embedding"].float().cpu().numpy()
        return embedded

    def _with_states(self, features: Any, encoder: CompiledEncoder) -> Any:
        """What the model's first module gives, by way of the compiled encoder."""
        import torch

        ids, mask = features["input_ids"], features["attention_mask"]
        embedded = _bert_of(self._model).embeddings(input_ids=ids)
        states = encoder(embedded.float().numpy(), mask.numpy())
        return {**features, "token_embeddings": torch.from_numpy(states)}


@contextmanager
def _threads_for(texts: Sequence[str]) -> Iterator[None]:
    import torch

    most = torch.get_num_threads()
    torch.set_num_threads(most if len(texts) > _FEW else 1)
    try:
        yield
    finally:
        torch.set_num_threads(most)


def _bert_of(model: SentenceTransformer) -> Any:
    return getattr(model[0], "auto_model", None) or getattr(model[0], "model", None)


def _compiled(model: SentenceTransformer, *, bf16: bool) -> CompiledEncoder | None:
    """The encoder of a model that can be compiled; None where it can not."""
    bert = _bert_of(model)
    if bert is None or not is_known(bert.config):
        return None
    weights = {
        name: tensor.float().contiguous().numpy()
        for name, tensor in bert.state_dict().items()
        if name.startswith("encoder.layer.")
    }
    return CompiledEncoder(bert.config, weights, bf16=bf16)


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
