"""The layers of a BERT encoder as one compiled graph: of a short text it takes less than half as long.

A question has some twenty tokens. Layer by layer most of its time goes into beginning each operation and into
laying the weights out anew; compiled, that is done once. Of long texts many at once neither tells; there each
core at a batch of its own does, for two at one batch wait for each other after every operation.
"""

from __future__ import annotations

import queue
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
_PARTS = ("query", "key", "value")
# Operations are made ready for each shape anew, which takes time and stays in memory: few lengths, then, and
# no more texts at once than `MOST`. Each one of them counts: three texts as four take a sixth longer.
_STEP = 32
MOST = 8
POOLINGS = ("mean", "cls")


def is_known(config: Any) -> bool:
    """Whether a model is a plain BERT encoder, as e5 and bge are; others are run as they come."""
    return bool(
        getattr(config, "model_type", "") == "bert"
        and getattr(config, "hidden_act", "") == "gelu"
        and not getattr(config, "is_decoder", False)
        and getattr(config, "position_embedding_type", None) in (None, "absolute")
    )


class CompiledEncoder:
    """From the embeddings of tokens to the vector of their text; calls beyond `at_once` wait.

    Args:
        config: Of the model (`transformers.BertConfig`).
        weights: Its `encoder.layer.…` tensors by name, as float32.
        pooling: What the vector is of the last hidden states, one of `POOLINGS`.
        bf16: Compute in bf16, where the processor does.
        at_once: Calls that are computed at the same time, each by one thread.
    """

    def __init__(
        self, config: Any, weights: Mapping[str, Floats], pooling: str, *, bf16: bool, at_once: int
    ) -> None:
        import openvino
        from openvino import properties
        from openvino.properties import hint

        kind = openvino.Type.bf16 if bf16 else openvino.Type.f32
        options = {
            hint.inference_precision: kind,
            properties.inference_num_threads: at_once,
            properties.num_streams: at_once,
            # Pinned to one core it would stand behind whatever else runs there.
            hint.enable_cpu_pinning: False,
        }
        compiled = openvino.Core().compile_model(_graph(config, weights), "CPU", options)
        self._pooling = pooling
        self._requests: queue.SimpleQueue[Any] = queue.SimpleQueue()
        for _ in range(at_once):
            self._requests.put(compiled.create_infer_request())

    def __call__(self, embedded: Floats, mask: NDArray[np.int64]) -> Floats:
        """Vectors in the right direction but of any length, shape (texts, hidden).

        Args:
            embedded: Of at most `MOST` texts, shape (texts, tokens, hidden).
            mask: 1 for a token, 0 for what only fills up, shape (texts, tokens).
        """
        texts, tokens = mask.shape
        longest = -(-tokens // _STEP) * _STEP
        filled = np.zeros((texts, longest, embedded.shape[2]), dtype=np.float32)
        filled[:, :tokens] = embedded
        hidden_away = np.full((texts, 1, 1, longest), np.float32(-1e9))
        hidden_away[:, 0, 0, :tokens] = np.where(mask == 0, np.float32(-1e9), np.float32(0))
        request = self._requests.get()
        try:
            found = request.infer({0: filled, 1: hidden_away}, share_inputs=True, share_outputs=True)
            # Read before the next call of this request, which writes over what it gives.
            return self._pooled(found[0][:, :tokens], mask)
        finally:
            self._requests.put(request)

    def _pooled(self, states: Floats, mask: NDArray[np.int64]) -> Floats:
        if self._pooling == "cls":
            return states[:, 0].copy()
        # The mean but for its length.
        vectors: Floats = (mask[:, None].astype(np.float32) @ states)[:, 0]
        return vectors


def _graph(config: Any, weights: Mapping[str, Floats]) -> Any:
    import openvino
    from openvino import opset13 as ops

    embedded = ops.parameter([-1, -1, config.hidden_size], np.float32, name="embedded")
    mask = ops.parameter([-1, 1, 1, -1], np.float32, name="mask")
    states: Any = embedded
    for number in range(config.num_hidden_layers):
        prefix = f"encoder.layer.{number}."
        own = {name.removeprefix(prefix): one for name, one in weights.items() if name.startswith(prefix)}
        states = _layer(states, mask, config, own)
    return openvino.Model([states], [embedded, mask], "encoder")


def _layer(states: Any, mask: Any, config: Any, weights: Mapping[str, Floats]) -> Any:
    from openvino import opset13 as ops

    split = np.array([0, 0, config.num_attention_heads, -1], dtype=np.int64)
    order = np.array([0, 2, 1, 3], dtype=np.int64)
    together = np.array([0, 0, config.hidden_size], dtype=np.int64)

    def linear(of: Any, name: str) -> Any:
        product = ops.matmul(of, ops.constant(weights[f"{name}.weight"]), False, True)
        return ops.add(product, ops.constant(weights[f"{name}.bias"][None, None]))

    def normal(of: Any, name: str) -> Any:
        even = ops.mvn(
            of, ops.constant(np.array([2], dtype=np.int64)), True, config.layer_norm_eps, "inside_sqrt"
        )
        scaled = ops.multiply(even, ops.constant(weights[f"{name}.weight"][None, None]))
        return ops.add(scaled, ops.constant(weights[f"{name}.bias"][None, None]))

    query, key, value = (
        ops.transpose(ops.reshape(linear(states, f"attention.self.{part}"), split, True), order)
        for part in _PARTS
    )
    attended = ops.scaled_dot_product_attention(query, key, value, mask)
    joined = ops.reshape(ops.transpose(attended, order), together, True)
    states = normal(ops.add(linear(joined, "attention.output.dense"), states), "attention.output.LayerNorm")
    wide = ops.gelu(linear(states, "intermediate.dense"), "erf")
    return normal(ops.add(linear(wide, "output.dense"), states), "output.LayerNorm")
