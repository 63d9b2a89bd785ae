"""Formats: what a winner can be exported to, and what must be installed for it."""

from __future__ import annotations

from enum import StrEnum
from importlib.util import find_spec

from sinesweep.errors import ExportError

EXTRA = "pip install 'sinesweep[export]'"

_MAKERS = {
    "litert": ("ai_edge_litert",),
    "litert_int8": ("ai_edge_litert", "ai_edge_quantizer"),
    "onnx": ("tf2onnx", "onnx", "onnxruntime"),
    "onnx_int8": ("tf2onnx", "onnx", "onnxruntime"),
}
_RUNTIMES = {"litert": "ai_edge_litert", "onnx": "onnxruntime", "saved_model": "tensorflow"}


class Format(StrEnum):
    """What an export is written as."""

    LITERT = "litert"
    """For telephones and small machines; TensorFlow Lite's format."""
    ONNX = "onnx"
    """For ONNX Runtime, and for most other engines."""
    SAVED_MODEL = "saved_model"
    """For TensorFlow and TensorFlow Serving."""

    @property
    def file(self) -> str:
        """The name of the file, or of the folder of a SavedModel."""
        return {"litert": "model.tflite", "onnx": "model.onnx", "saved_model": "model"}[self.value]

    @property
    def windows(self) -> int | None:
        """How many windows of sound it takes at a time; None for any number."""
        return 1 if self is Format.LITERT else None

    def name_of(self, int8: bool) -> str:
        """What an export of this format is called; raises ExportError where there is no int8 of it."""
        if int8 and self is Format.SAVED_MODEL:
            raise ExportError("a SavedModel has no int8; take --format litert or --format onnx, or leave --int8 out")
        return f"{self.value}_int8" if int8 else self.value

    def check_makers(self, int8: bool) -> None:
        """Raises ExportError where a package is missing that writes this format or runs it."""
        self._check(_MAKERS.get(self.name_of(int8), ()), "exporting to")

    def check_runtime(self) -> None:
        """Raises ExportError where the package is missing that runs this format."""
        self._check((_RUNTIMES[self.value],), "running")

    def _check(self, modules: tuple[str, ...], doing: str) -> None:
        missing = [module.replace("_", "-") for module in modules if find_spec(module) is None]
        if missing:
            raise ExportError(f"{doing} {self.value} needs {' and '.join(missing)}, not installed here: {EXTRA}")
