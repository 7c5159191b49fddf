"""Static word vectors from the WordLlama package: no network, no server, milliseconds to load."""

from collections.abc import Sequence
from functools import cached_property
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from payscope.errors import Unavailable

if TYPE_CHECKING:
    import numpy
    from tokenizers import Tokenizer

_PACKAGE = "wordllama"
_WEIGHTS = "weights/l2_supercat_256.safetensors"
_TOKENIZER = "tokenizers/l2_supercat_tokenizer_config.json"
_MOST_TOKENS = 512


class StaticEmbedder:
    """The mean of the word pieces' vectors, scaled to unit length.

    The package's own loader may download files; this reads the two that its wheel has.
    """

    dimension = 256

    @property
    def model_id(self) -> str:
        """Package, version and weights."""
        return f"wordllama-{version(_PACKAGE)}-l2-supercat-256"

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """See ``Embedder.embed``."""
        import numpy

        table = self._table
        vectors: list[list[float]] = []
        for encoding in self._tokenizer.encode_batch(list(texts), add_special_tokens=False):
            ids = encoding.ids[:_MOST_TOKENS]
            mean = table[ids].mean(axis=0, dtype=numpy.float32) if ids else numpy.zeros(self.dimension)
            length = float(numpy.linalg.norm(mean))
            vectors.append((mean / length if length else mean).tolist())
        return vectors

    @cached_property
    def _table(self) -> "numpy.ndarray[Any, Any]":
        """float16 [vocabulary, dimension]."""
        from safetensors.numpy import load_file

        (table,) = load_file(_package_folder() / _WEIGHTS).values()
        return table

    @cached_property
    def _tokenizer(self) -> "Tokenizer":
        from tokenizers import Tokenizer

        return Tokenizer.from_file(str(_package_folder() / _TOKENIZER))


def _package_folder() -> Path:
    spec = find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise Unavailable(f"The package {_PACKAGE} is not installed: install payscope[search].")
    return Path(spec.origin).parent
