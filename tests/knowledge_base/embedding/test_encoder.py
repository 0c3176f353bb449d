"""The compiled encoder gives what the model itself gives."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
import torch
from transformers import BertConfig, BertModel

from knowledge_base.embedding.encoder import MOST, CompiledEncoder
from knowledge_base.embedding.port import Vectors

SMALL = BertConfig(
    hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=64, vocab_size=50
)


@pytest.fixture(scope="module")
def bert() -> Any:
    torch.manual_seed(1)
    return BertModel(SMALL, add_pooling_layer=False).train(mode=False)


def compiled(bert: Any, pooling: str) -> CompiledEncoder:
    weights = {name: one.numpy() for name, one in bert.state_dict().items() if name.startswith("encoder.")}
    return CompiledEncoder(SMALL, weights, pooling, bf16=False, at_once=2)


def texts(lengths: list[int]) -> tuple[torch.Tensor, torch.Tensor]:
    """Random tokens of texts of these lengths, and their mask."""
    generator = torch.Generator().manual_seed(sum(lengths))
    ids = torch.randint(1, 50, (len(lengths), max(lengths)), generator=generator)
    mask = torch.tensor([[int(place < length) for place in range(max(lengths))] for length in lengths])
    return ids, mask


@torch.inference_mode()
def both(bert: Any, encoder: CompiledEncoder, lengths: list[int], pooling: str) -> tuple[Vectors, Vectors]:
    """What the compiled encoder gives, and what the model does, at length 1."""
    ids, mask = texts(lengths)
    states = bert(input_ids=ids, attention_mask=mask).last_hidden_state
    inside = states * mask[..., None]
    expected = states[:, 0] if pooling == "cls" else inside.sum(1) / mask.sum(1, keepdim=True)
    return unit(encoder(bert.embeddings(ids).numpy(), mask.numpy())), unit(expected.numpy())


def unit(vectors: Vectors) -> Vectors:
    found: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return found


@pytest.mark.parametrize("pooling", ["mean", "cls"])
@pytest.mark.parametrize(
    "lengths", [[1], [31], [32], [33, 5], [3, 60, 17], list(range(1, MOST + 1))], ids=str
)
def test_the_vectors_are_the_models(bert: Any, pooling: str, lengths: list[int]) -> None:
    ours, expected = both(bert, compiled(bert, pooling), lengths, pooling)
    assert np.abs(ours - expected).max() < 1e-5


def test_several_threads_do_not_get_each_others_vectors(bert: Any) -> None:
    encoder = compiled(bert, "mean")
    kinds = [[length, 40 - length] for length in range(1, 33)]
    with ThreadPoolExecutor(6) as pool:
        for ours, expected in pool.map(lambda lengths: both(bert, encoder, lengths, "mean"), 3 * kinds):
            assert np.abs(ours - expected).max() < 1e-5
