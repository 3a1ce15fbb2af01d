"""The contract with plugins as data: hooks and records as they are now, compared with those recorded.

The record (``contract.json``) holds what the last release promised. What is added to the contract is added to the
record by ``script/docs``. What would break a plugin is named by :func:`breaks`, and fails the tests.
"""

from __future__ import annotations

import importlib
import importlib.resources
import inspect
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import msgspec

from kassa import hookspecs
from kassa.hookspecs import PROJECT

PUBLIC = (
    "kassa.apart",
    "kassa.card_settlement",
    "kassa.connection",
    "kassa.devices",
    "kassa.discounting",
    "kassa.documents",
    "kassa.environment",
    "kassa.errors",
    "kassa.fiscal",
    "kassa.folding",
    "kassa.giving_way",
    "kassa.hookspecs",
    "kassa.journal.entry",
    "kassa.masterdata",
    "kassa.model",
    "kassa.money",
    "kassa.operations",
    "kassa.outcomes",
    "kassa.packages",
    "kassa.payment_terminal",
    "kassa.plugin_tables",
    "kassa.register.face",
    "kassa.register.kept_attempt",
    "kassa.requests",
    "kassa.runtime.request",
    "kassa.sale",
    "kassa.schema",
    "kassa.shift_report",
    "kassa.shift_report_words",
    "kassa.signatures",
    "kassa.testing",
    "kassa.text",
    "kassa.transaction_fields",
    "kassa.windows",
)
"""What a plugin may import besides ``kassa`` itself, with the modules below. Everything else may change any day."""
PUBLIC_NAMES = frozenset({"kassa.journal.EntryBody", "kassa.journal.JournalPlace", "kassa.journal.Waiting"})
"""What a plugin may import by name from a package that is not public otherwise."""
RECORDED = (
    "kassa.connection",
    "kassa.devices",
    "kassa.discounting",
    "kassa.documents",
    "kassa.fiscal",
    "kassa.hookspecs",
    "kassa.journal.entry",
    "kassa.model",
    "kassa.operations",
    "kassa.payment_terminal",
    "kassa.plugin_tables",
    "kassa.register.face",
    "kassa.runtime.request",
    "kassa.text",
    "kassa.transaction_fields",
    "kassa.windows",
)
"""The modules whose classes cross the contract; each is recorded with its fields and methods."""
PROVIDED = frozenset({"kassa.connection.Connection"})
"""Classes whose instances come from plugins: a further method breaks them."""
REQUIRED, OPTIONAL = "required", "optional"

Parameters = dict[str, str]


class HookContract(msgspec.Struct, frozen=True):
    """One hook.

    :param since: the API level that it came with.
    :param arguments: names in their order, with their types.
    :param firstresult: whether the first answer decides.
    :param deprecated: it goes with the next API level. ``deprecated_arguments``: these of its arguments go.
    """

    since: int
    arguments: Parameters
    result: str
    firstresult: bool = False
    deprecated: bool = False
    deprecated_arguments: tuple[str, ...] = ()


class Contract(msgspec.Struct, frozen=True):
    """The whole contract.

    :param records: by class: its methods, each with its parameters; the class itself under the empty name.
    """

    api_level: int
    hooks: dict[str, HookContract]
    records: dict[str, dict[str, Parameters]]


def is_public(module: str, name: str = "") -> bool:
    """Whether a plugin may import a module of Kassa's core, or ``name`` from it."""
    if module == "kassa" or f"{module}.{name}" in PUBLIC_NAMES:
        return True
    return any(module == one or module.startswith(f"{one}.") for one in PUBLIC)


def recorded() -> Contract:
    """The contract as it was recorded last."""
    data = (importlib.resources.files("kassa") / "contract.json").read_bytes()
    return msgspec.json.decode(data, type=Contract)


def current(before: Contract | None, specs: ModuleType = hookspecs) -> Contract:
    """The contract as the code is now.

    :param before: says since when a hook exists; one that it does not know exists since this level.
    """
    known = {} if before is None else before.hooks
    level: int = specs.API_LEVEL
    hooks = {
        name: _hook(function, known[name].since if name in known else level)
        for name, function in vars(specs).items()
        if hasattr(function, f"{PROJECT}_spec")
    }
    return Contract(level, hooks, dict(_records()))


def _hook(function: Any, since: int) -> HookContract:
    options = getattr(function, f"{PROJECT}_spec")
    signature = inspect.signature(function)
    return HookContract(
        since,
        {name: str(parameter.annotation) for name, parameter in signature.parameters.items()},
        str(signature.return_annotation),
        firstresult=bool(options["firstresult"]),
        deprecated=options["warn_on_impl"] is not None,
        deprecated_arguments=tuple(options["warn_on_impl_args"] or ()),
    )


def _records() -> Iterator[tuple[str, dict[str, Parameters]]]:
    for name in RECORDED:
        module = importlib.import_module(name)
        for member, made in sorted(vars(module).items()):
            if inspect.isclass(made) and made.__module__ == name and not member.startswith("_"):
                yield f"{name}.{member}", _members(made)


def _members(made: type) -> dict[str, Parameters]:
    members: dict[str, Parameters] = {}
    if not getattr(made, "_is_protocol", False):
        members[""] = _parameters(made)
    for name, value in vars(made).items():
        if name.startswith("_"):
            continue
        if isinstance(value, (staticmethod, classmethod)):
            value = value.__func__
        if inspect.isfunction(value):
            members[name] = _parameters(value)
        elif isinstance(value, property):
            members[name] = {}
    for name in getattr(made, "__annotations__", {}):
        members.setdefault(name, {})
    return members


def _parameters(function: Any) -> Parameters:
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return {}
    return {
        one.name: REQUIRED if one.default is one.empty and one.kind not in (one.VAR_KEYWORD, one.VAR_POSITIONAL)
        else OPTIONAL
        for one in parameters
    }  # fmt: skip


def breaks(before: Contract, now: Contract) -> list[str]:
    """What in ``now`` would break a plugin that was made for ``before``, in words. What the record marks as deprecated
    may go when the API level rises."""
    return [*_broken_hooks(before, now), *_broken_records(before, now), *_new_demands(before, now)]


def _broken_hooks(before: Contract, now: Contract) -> Iterator[str]:
    risen = now.api_level > before.api_level
    for name, old in before.hooks.items():
        new = now.hooks.get(name)
        if new is None:
            if not (old.deprecated and risen):
                yield f"hook {name} is gone"
            continue
        gone = [each for each in old.arguments if each not in new.arguments]
        yield from (
            f"hook {name} no longer has the argument {each}"
            for each in gone
            if not (each in old.deprecated_arguments and risen)
        )
        yield from (
            f"hook {name}: {each} was {kind} and is {new.arguments[each]}"
            for each, kind in old.arguments.items()
            if new.arguments.get(each, kind) != kind
        )
        if new.result != old.result:
            yield f"hook {name} was to answer {old.result}, and is to answer {new.result}"
        if new.firstresult != old.firstresult:
            yield f"hook {name} was {_kind(old)}, and is {_kind(new)}"
    if now.api_level < before.api_level:
        yield f"the API level was {before.api_level}, and is {now.api_level}"


def _kind(hook: HookContract) -> str:
    return "decided by the first answer" if hook.firstresult else "put to every plugin"


def _broken_records(before: Contract, now: Contract) -> Iterator[str]:
    for name, members in before.records.items():
        if name not in now.records:
            yield f"{name} is gone"
            continue
        for member, old in members.items():
            words = f"{name}.{member}" if member else name
            if member not in now.records[name]:
                yield f"{words} is gone"
            else:
                yield from _broken_parameters(words, old, now.records[name][member])


def _new_demands(before: Contract, now: Contract) -> Iterator[str]:
    """Members that a class which plugins provide did not have before."""
    for name in PROVIDED & set(before.records) & set(now.records):
        for member in now.records[name].keys() - before.records[name].keys():
            yield f"plugins that provide a {name} have no {member}"


def _broken_parameters(words: str, old: Parameters, new: Parameters) -> Iterator[str]:
    for name, need in old.items():
        if name not in new:
            yield f"{words} no longer takes {name}"
        elif need == OPTIONAL and new[name] == REQUIRED:
            yield f"{words} now needs {name}"
    yield from (
        f"{words} now needs {name}" for name, need in new.items() if name not in old and need == REQUIRED
    )  # fmt: skip
