"""The reshaped encoder as a model of the library sentence-transformers: its files, and a model card."""

from __future__ import annotations

import json
import zipfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from ..encoders import EncoderSpec, describe_encoder, is_folder, recorded_commit, sentence_folder
from ..errors import EncoderUnavailable
from ..evidence import Evidence
from ..maps import Fit
from ..transforms import LinearForm
from ..utils import one_line, percent

LONGEST_SHOWN = 200  # characters of what people typed
MODULE = "sentence_transformers.models."  # names that versions 5 and 6 both know
WEIGHTS = (".safetensors", ".bin", ".h5", ".msgpack", ".onnx", ".pt", ".ckpt")
ELSEWHERE = {"onnx", "openvino"}  # folders with the base in formats that would lack the new layers
CARD = """---
library_name: sentence-transformers
pipeline_tag: sentence-similarity
base_model: {base_id}
{licence}tags:
- sentence-transformers
- refract
---

# {title}

Embeddings {instruction}: {base}, reshaped by {n_given:,} labels with Refract.

```python
from sentence_transformers import SentenceTransformer

model = SentenceTransformer("{folder}")
vectors = model.encode(["a text", "another"])
```

Compare vectors by cosine.

## Does it help?

{evidence}

## How it was made

- **Instruction**: {instruction}
- **Base**: {base}{commit}{licensed}. Its files are as they were; a linear layer and a scaling to length 1
  follow it.
- **Labels**: {labels}
- **Linear layer**: ridge regression of the reshaped vectors on those of the base. It keeps {agreement} of
  the ten nearest neighbours that texts have in the full space; its worth is the figure above.{views}
"""
TESTED = """Of {n_tested:,} labelled texts, each held out in turn, so many have a nearest labelled text with
the same label (mean over the labels):

| space | share |
| --- | --- |
| {base} | {generic} |
| reshaped by Refract, in full | {full} |
| **this model** | **{own}** |

The gain of this model over its base is {low} to {high} points (95 % interval): {verdict}."""
UNTESTED = "Not measured: too few texts were labelled for a test on held-out labels."
VIEWS = """
- **Hidden layers**: the full space also uses {n_views} hidden layers of the base, which no module of the
  library hands on beside the final vectors. This model was fitted on the final vectors alone, and measured
  as it is."""


@dataclass(frozen=True)
class EncoderModel:
    """What is written.

    Attributes
    ----------
    base : Path
        Folder of the encoder that the corpus was encoded with.
    linear : LinearForm
        Of the Fit, with the final vectors as its only inputs.
    card : str
        In Markdown.
    """

    base: Path
    linear: LinearForm
    card: str


def build_encoder_model(
    fit: Fit,
    linear: LinearForm,
    *,
    encoder: str,
    title: str,
    folder: str,
    full: Evidence | None,
    own: Evidence | None,
) -> EncoderModel:
    """Gather the parts of a model.

    Parameters
    ----------
    linear : LinearForm
        Fitted on the final vectors alone.
    encoder : str
        Of the corpus.
    folder : str
        Name of the folder, for the lines of code in the card.
    full, own : Evidence, optional
        Of the Fit, and of the linear form on final vectors alone.

    Raises
    ------
    EncoderUnavailable
        When it is no sentence-transformers model on this machine.
    """
    base_folder = sentence_folder(encoder)
    if base_folder is None:
        raise EncoderUnavailable(
            f"The encoder {encoder} is no sentence-transformers model on this machine, behind which a layer "
            "could follow: export the vectors or the matrix."
        )
    facts, commit = describe_encoder(encoder), recorded_commit(encoder)
    source = EncoderSpec.parse(encoder).source
    base = facts.title if is_folder(source) else source
    instruction = one_line(fit.instruction, LONGEST_SHOWN) or "by its labels"
    given = Counter(fit.labels[code] for code in np.asarray(fit.given) if code >= 0)
    card = CARD.format(
        base=base,
        base_id=json.dumps(base if "/" in base or is_folder(source) else f"sentence-transformers/{base}"),
        title=one_line(title, LONGEST_SHOWN) or "Reshaped encoder",
        instruction=instruction,
        n_given=given.total(),
        folder=folder,
        licence=f"license: {facts.licence.lower().replace(' ', '-')}\n" if facts.licence else "",
        licensed=f", licence {facts.licence}" if facts.licence else "",
        commit=f" at {commit}" if commit else "",
        labels=", ".join(f"{one_line(name, LONGEST_SHOWN)} ({given[name]:,})" for name in fit.labels)
        or "none",
        agreement="an unknown share" if np.isnan(linear.agreement) else percent(linear.agreement),
        evidence=_tested(base, full, own),
        views=VIEWS.format(n_views=fit.n_views) if fit.n_views else "",
    )
    return EncoderModel(base_folder, linear, card)


def size_of(base: Path) -> int:
    """Return the bytes of a model whose base is in a folder, about."""
    return sum(path.stat().st_size for path in _files_of(base))


def write_encoder_model(model: EncoderModel, file: BinaryIO, folder: str) -> None:
    """Write a model as a zip file with one folder, which `SentenceTransformer(folder)` loads.

    The files of the base are copied as they are, weights in other formats left out. A Dense layer without
    activation and a Normalize follow its modules, one Normalize before where the base has none. The size is
    that of the base.
    """
    from safetensors.numpy import save

    weights, intercept = model.linear.weights, model.linear.intercept
    added: dict[str, bytes] = {"README.md": model.card.encode()}
    modules = _modules_of(model.base)
    if not modules:  # a bare transformer, for which the library takes the mean over the tokens
        modules.append({"idx": 0, "name": "0", "path": "", "type": f"{MODULE}Transformer"})
        pooling = {"word_embedding_dimension": weights.shape[0], "pooling_mode_mean_tokens": True}
        _append(modules, added, "Pooling", pooling)
    if not str(modules[-1]["type"]).endswith("Normalize"):
        _append(modules, added, "Normalize", {})
    dense = _append(
        modules,
        added,
        "Dense",
        {
            "in_features": weights.shape[0],
            "out_features": weights.shape[1],
            "bias": True,
            "activation_function": "torch.nn.modules.linear.Identity",  # Tanh is the default
        },
    )
    layer = {"linear.weight": np.ascontiguousarray(weights.T), "linear.bias": np.ascontiguousarray(intercept)}
    added[f"{dense}/model.safetensors"] = save(layer)
    _append(modules, added, "Normalize", {})
    added["modules.json"] = json.dumps(modules, indent=2).encode()
    with zipfile.ZipFile(file, "w") as archive:  # weights do not shrink
        for path in _files_of(model.base):
            name = path.relative_to(model.base).as_posix()
            if name not in added:
                archive.write(path, f"{folder}/{name}")
        for name, content in added.items():
            archive.writestr(f"{folder}/{name}", content)


def _tested(base: str, full: Evidence | None, own: Evidence | None) -> str:
    if own is None or not own.enough:
        return UNTESTED
    known = full if full is not None and full.enough else None  # with more repeats
    return TESTED.format(
        n_tested=own.n_tested,
        base=base,
        generic=percent(known.generic if known else own.generic),
        full=percent(known.reshaped) if known else "not measured",
        own=percent(own.reshaped),
        low=f"{100 * own.gain_low:+.0f}",
        high=f"{100 * own.gain_high:+.0f}",
        verdict=own.verdict,
    )


def _modules_of(base: Path) -> list[dict[str, object]]:
    file = base / "modules.json"
    return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else []


def _append(modules: list, added: dict[str, bytes], kind: str, config: dict[str, object]) -> str:
    """Add a module without weights; return its folder."""
    number = len(modules)
    folder = f"{number}_{kind}"
    added[f"{folder}/config.json"] = json.dumps(config, indent=2).encode()
    modules.append({"idx": number, "name": str(number), "path": folder, "type": f"{MODULE}{kind}"})
    return folder


def _files_of(base: Path) -> list[Path]:
    """Return the files of a model without copies of its weights in other formats."""
    files = [path for path in sorted(base.rglob("*")) if path.is_file()]
    kept = [path for path in files if not ELSEWHERE & set(path.relative_to(base).parts[:-1])]
    kept = [path for path in kept if not any(part.startswith(".") for part in path.relative_to(base).parts)]
    safe = {path.parent for path in kept if path.suffix == ".safetensors"}
    return [
        path
        for path in kept
        if path.suffix not in WEIGHTS
        or path.suffix == ".safetensors"
        or (path.suffix == ".bin" and path.parent not in safe)
    ]
