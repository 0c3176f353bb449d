"""Reads the packed 4-bit multilingual-e5-small file: tokenizer pieces and tensors. No torch here."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from core.errors import BadInput

_MAGIC = b"E5S1"
_BLOCK_BYTES = 18
_Q4 = 1


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes of the encoder as the file's head gives them."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    token_types: int
    epsilon: float


@dataclass(frozen=True, slots=True)
class Pieces:
    """The unigram tokenizer: pieces with scores in id order, and the special ids."""

    pieces: list[tuple[str, float]]
    bos: int
    eos: int
    pad: int
    unknown: int


@dataclass(frozen=True, slots=True)
class PackedModel:
    """The whole file; tensors are flat float32 arrays by their short name."""

    shape: Shape
    tokenizer: Pieces
    tensors: Mapping[str, NDArray[np.float32]]


class _Cursor:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def numbers(self, layout: str) -> tuple[int, ...]:
        values = struct.unpack_from("<" + layout, self.data, self.at)
        self.at += struct.calcsize("<" + layout)
        return values

    def take(self, size: int) -> bytes:
        self.at += size
        return self.data[self.at - size : self.at]


def parse(data: bytes) -> PackedModel:
    """The model in a packed file.

    Raises:
        BadInput: The data is not such a file.
    """
    if data[:4] != _MAGIC:
        raise BadInput("not a packed e5 model: wrong magic bytes")
    cursor = _Cursor(data)
    cursor.at = 8
    try:
        shape = Shape(*cursor.numbers("7i"), *struct.unpack("<f", cursor.take(4)))
        cursor.take(4)
        return PackedModel(shape, _pieces(cursor), _tensors(cursor))
    except (struct.error, ValueError, IndexError) as error:
        raise BadInput(f"the packed e5 model is damaged: {error}") from None


def _pieces(cursor: _Cursor) -> Pieces:
    count, bos, eos, pad, unknown = cursor.numbers("5i")
    (blob_size,) = cursor.numbers("Q")
    offsets = np.frombuffer(cursor.take(4 * (count + 1)), np.uint32).tolist()
    scores = np.frombuffer(cursor.take(4 * count), np.float32).tolist()
    blob = cursor.take(blob_size)
    _, map_size = cursor.numbers("iI")
    cursor.take(map_size)
    texts = [blob[start:end].decode() for start, end in pairwise(offsets)]
    return Pieces(list(zip(texts, scores, strict=True)), bos, eos, pad, unknown)


def _tensors(cursor: _Cursor) -> dict[str, NDArray[np.float32]]:
    (count,) = cursor.numbers("i")
    tensors = {}
    for _ in range(count):
        (length,) = cursor.numbers("H")
        name = cursor.take(length).decode()
        dtype, size, offset, stored = cursor.numbers("BIQQ")
        raw = cursor.data[offset : offset + stored]
        tensors[name] = _unpack_q4(raw) if dtype == _Q4 else np.frombuffer(raw, np.float32)
        if tensors[name].size != size:
            raise ValueError(f"tensor {name} has {tensors[name].size} numbers instead of {size}")
    return tensors


def _unpack_q4(raw: bytes) -> NDArray[np.float32]:
    blocks = np.frombuffer(raw, np.uint8).reshape(-1, _BLOCK_BYTES)
    scales = blocks[:, :2].copy().view(np.float16).astype(np.float32)
    nibbles = np.concatenate([blocks[:, 2:] & 0x0F, blocks[:, 2:] >> 4], axis=1)
    values: NDArray[np.float32] = (nibbles.astype(np.float32) - 8.0) * scales
    return values.ravel()
