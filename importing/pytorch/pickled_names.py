"""List what a pickle would import, by reading its opcodes. Nothing is unpickled, imported or executed."""

from __future__ import annotations

import io
import pickletools
from typing import Final

_STRINGS: Final = frozenset(
    {"STRING", "BINSTRING", "SHORT_BINSTRING", "UNICODE", "BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8"}
)
_KEEPS: Final = frozenset({"PUT", "BINPUT", "LONG_BINPUT", "MEMOIZE"})
_RECALLS: Final = frozenset({"GET", "BINGET", "LONG_BINGET"})
_UNKNOWN: Final = "?"
"""Stands for a name that is computed on the way, as no pickle of PyTorch does."""
_OPCODES: Final = 2**24
"""Longest pickle that is read, in opcodes. A choice: the largest checkpoints have a few hundred thousand."""

PLAIN: Final = frozenset(
    {
        "collections.OrderedDict",
        "torch._utils._rebuild_tensor_v2",
        "torch._utils._rebuild_tensor_v3",
        "torch._utils._rebuild_parameter",
        "torch._utils._rebuild_parameter_with_state",
        "torch._utils._rebuild_qtensor",
        "torch._tensor._rebuild_from_type_v2",
        "torch.nn.parameter.Parameter",
        "torch.serialization._get_layout",
        "torch.Size",
        "torch.device",
        "torch.Tensor",
        "torch._C._TensorBase",
        "torch.storage.UntypedStorage",
        "torch.storage.TypedStorage",
        "_codecs.encode",
    }
)
"""Names that tensors need besides the types of numbers and storages."""


class BrokenPickle(Exception):
    """The bytes are no whole pickle."""


def pickled_names(data: bytes) -> frozenset[str]:
    """Return the dotted names that unpickling would import. Raises BrokenPickle for damaged bytes.

    ``data`` may hold several pickles one after another, as ``torch.save`` of old wrote them; what follows the
    last whole one, numbers that may begin like a pickle, is ignored.
    """
    stream, names = io.BytesIO(data), set[str]()
    while True:
        begin = stream.tell()
        if begin and data[begin : begin + 1] != b"\x80":
            return frozenset(names)
        try:
            names |= _of_one(stream)
        except (ValueError, IndexError, UnicodeError, OverflowError) as error:
            if begin:
                return frozenset(names)
            raise BrokenPickle(str(error)) from error


def beyond_weights(names: frozenset[str]) -> list[str]:
    """Return those names that weights alone do not need, sorted: classes of modules, functions."""
    return sorted(name for name in names if name not in PLAIN and not _is_type_of_numbers(name))


def _is_type_of_numbers(name: str) -> bool:
    """Whether the name is that of a dtype or a storage: ``torch.float16``, ``torch.FloatStorage``."""
    module, _, last = name.rpartition(".")
    return module == "torch" and (last.endswith("Storage") or last in _DTYPES)


_DTYPES: Final = frozenset(
    {
        *("float64", "float32", "float16", "bfloat16", "double", "float", "half"),
        *("int64", "int32", "int16", "int8", "uint8", "bool", "complex64", "complex128"),
        *("qint8", "quint8", "qint32"),
    }
)


def _of_one(stream: io.BytesIO) -> set[str]:
    """Read one pickle to its end and return its names. ``STACK_GLOBAL`` takes the last two strings."""
    names: set[str] = set()
    memo: dict[int, str] = {}
    strings = [_UNKNOWN, _UNKNOWN]
    for count, (opcode, argument, _) in enumerate(pickletools.genops(stream)):
        if count > _OPCODES:
            raise ValueError("the pickle has too many steps")
        kind = opcode.name
        if kind in {"GLOBAL", "INST"}:
            names.add(str(argument).replace(" ", "."))
        elif kind == "STACK_GLOBAL":
            names.add(f"{strings[-2]}.{strings[-1]}")
        elif kind.startswith("EXT"):
            names.add(f"copyreg extension {argument}")
        elif kind in _STRINGS:
            strings.append(str(argument))
        elif kind in _RECALLS:
            strings.append(memo.get(int(str(argument)), _UNKNOWN))
        elif kind in _KEEPS:
            memo[len(memo) if argument is None else int(str(argument))] = strings[-1]
        del strings[:-2]
    return names
