"""What a worker takes from itself before it reads anything of a model. Each layer says whether it holds, and by what.

A layer that the host does not offer is reported, and the others still hold: what follows from it is for people to decide.
"""

from __future__ import annotations

import os
from typing import Any, Callable, Dict, List

from plimsoll.worker.request import Request
from plimsoll.worker.sandbox import files, limits, namespaces, privileges, seccomp, surroundings
from plimsoll.worker.sandbox.system import Linux, Unavailable

Layer = Dict[str, Any]


def apply(request: Request, home: str) -> List[Layer]:
    """
    Confines this process for good. The order matters: namespaces need what `privileges` takes away, capabilities go before
    no-new-privileges counts, and the filter comes last for it refuses what the others are made of.
    """
    parent = os.getppid()
    surroundings.clean(request.scratch)
    try:
        linux = Linux()
    except (Unavailable, OSError, ImportError) as error:
        names = ("privileges", "files", "network", "system-calls")
        return [_layer("limits", lambda: limits.limit(request.limits)), *(_missing(name, str(error)) for name in names)]
    is_connected = "network" in request.allow
    # The user namespace counts processes of its own, so limits come after it.
    network = _layer("network", lambda: namespaces.isolate(linux, is_connected))
    bounds = _layer("limits", lambda: limits.limit(request.limits))
    rights = _layer("privileges", lambda: privileges.drop(linux))
    has_shared_memory = namespaces.has_own_shared_memory()
    access = _layer("files", lambda: files.confine(linux, request, home, has_shared_memory))
    privileges.die_with_parent(linux, parent)
    calls = _layer("system-calls", lambda: seccomp.install(linux, is_connected))
    return [bounds, rights, access, _with_filter(network, calls, is_connected), calls]


def _layer(name: str, hold: Callable[[], str]) -> Layer:
    try:
        return {"name": name, "active": True, "how": hold()}
    except (Unavailable, OSError, ValueError) as error:
        return _missing(name, str(error))


def _missing(name: str, reason: str) -> Layer:
    return {"name": name, "active": False, "how": reason}


def _with_filter(network: Layer, calls: Layer, is_connected: bool) -> Layer:
    """The filter refuses sockets as well, so the network is shut with either."""
    if is_connected:
        return {"name": "network", "active": False, "how": "open, as allowed"}
    if not calls["active"]:
        return network
    how = f"{network['how']}; " if network["active"] else ""
    return {"name": "network", "active": True, "how": f"{how}no sockets (seccomp)"}
