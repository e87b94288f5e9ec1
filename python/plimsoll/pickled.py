"""Classes and functions that an object's pickle names. The pickle is only looked at, never loaded."""

from __future__ import annotations

import pickle
import pickletools
from typing import Any, Dict, List, Optional, Set, Tuple

from plimsoll.errors import PlimsollError

#: (module, name within it)
Global = Tuple[str, str]


def globals_of(model: Any) -> Set[Global]:
    """Every global of the object's pickle; raises MODEL_UNSUPPORTED for what cannot be pickled."""
    try:
        # Out of band, so that arrays are neither copied nor looked at.
        stream = pickle.dumps(model, protocol=5, buffer_callback=lambda buffer: None)
    except Exception as error:
        raise unpicklable(model, error) from error
    return globals_in(stream)


def unpicklable(model: Any, error: Exception) -> PlimsollError:
    return PlimsollError(
        "MODEL_UNSUPPORTED",
        f"Cannot save this {type(model).__name__}: it holds something that cannot be pickled ({type(error).__name__}: {error}).",
        "Lambdas, functions within functions, open files and locks cannot be: put functions at the top of a module "
        "and pass code=[\"that_module.py\"].",
    )


def globals_in(stream: bytes) -> Set[Global]:
    """
    Operands of GLOBAL and STACK_GLOBAL. The latter takes two texts from the stack, put there as they are or from the
    memo: it is enough to follow the texts.
    """
    found: Set[Global] = set()
    memo: Dict[Any, Optional[str]] = {}
    pushed: List[Optional[str]] = []
    for opcode, argument, _ in pickletools.genops(stream):
        name = opcode.name
        if name in ("GLOBAL", "INST"):
            module, _, attribute = str(argument).partition(" ")
            found.add((module, attribute))
            pushed.append(None)
        elif name == "STACK_GLOBAL":
            module_text, attribute_text = pushed[-2], pushed[-1]
            if module_text is not None and attribute_text is not None:
                found.add((module_text, attribute_text))
            pushed.append(None)
        elif name == "MEMOIZE":
            memo[len(memo)] = pushed[-1] if pushed else None
        elif name in ("PUT", "BINPUT", "LONG_BINPUT"):
            memo[argument] = pushed[-1] if pushed else None
        elif name in ("GET", "BINGET", "LONG_BINGET"):
            pushed.append(memo.get(argument))
        elif name not in ("FRAME", "PROTO"):
            pushed.append(argument if "UNICODE" in name or "STRING" in name else None)
        # Only the last two matter.
        del pushed[:-2]
    return {(module, attribute) for module, attribute in found if isinstance(module, str)}
