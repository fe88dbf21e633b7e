"""Clients that are made around the client of an SDK: that one asks, and they make objects of what it answers."""

from __future__ import annotations

import types

from ..peek import instance_dict
from .conditions import at, data, of_class, own, plain_sdk, unshadowed


def plain_instructor(client: object) -> bool:
    """A client of instructor that no hook listens to, around a client of an SDK that is plain."""
    create, listening = at(client, "create_fn"), at(client, "hooks._handlers")
    wrapped = (instance_dict(create) or {}).get("__wrapped__")
    return (
        of_class(client, "Instructor", "instructor")
        and unshadowed(client)
        and issubclass(type(listening), dict)
        and not any(map(bool, dict.values(listening)))
        and data(at(client, "kwargs"))
        and own(create)
        and type(wrapped) is types.MethodType
        and plain_sdk(wrapped.__self__)
    )
