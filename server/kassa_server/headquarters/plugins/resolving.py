"""A register's whole set of wheels: what was chosen and everything that it needs, one version of each.

What the register has of its own always wins. Plugins that do not go together are refused here, by name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.tags import Tag, compatible_tags, cpython_tags
from packaging.utils import canonicalize_name, parse_wheel_filename
from packaging.version import Version
from resolvelib import AbstractProvider, BaseReporter, ResolutionImpossible, Resolver

from kassa.errors import InvalidInput
from kassa.packages.plugin_sets import OwnEnvironment
from kassa.text import literal, texts
from kassa_server.headquarters.plugins.allow_list import AllowedWheel
from kassa_server.headquarters.plugins.facts import KEPT

_, n_ = texts("kassa_server")


@dataclass(frozen=True)
class Candidate:
    """A version of a distribution: in a wheel, or (None) of the register's own."""

    name: str
    version: str
    wheel: AllowedWheel | None = None


def resolve(
    chosen: Mapping[str, str], approved: Sequence[AllowedWheel], environment: OwnEnvironment, register_id: str
) -> list[AllowedWheel]:
    """The wheels that a register needs beside what it has, by distribution.

    :param chosen: distribution to version.
    :raises InvalidInput: they do not go together, or with what the register has; names which need what.
    """
    provider = _Provider(approved, environment)
    wanted = [Requirement(f"{name}=={version}") for name, version in sorted(chosen.items())]
    try:
        found = Resolver(provider, BaseReporter()).resolve(wanted)
    except ResolutionImpossible as error:
        raise InvalidInput(
            _("The plugins of register {register} do not go together.", register=literal(register_id)), kept=KEPT,
            hint=_("Choose other versions, or upload and approve what is missing."),
            where="; ".join(dict.fromkeys(provider.words(cause) for cause in error.causes)),
        ) from error  # fmt: skip
    wheels = [one.wheel for one in found.mapping.values() if one.wheel is not None]
    return sorted(wheels, key=lambda wheel: wheel.facts.distribution)


class _Provider(AbstractProvider[Requirement, Candidate, str]):
    def __init__(self, approved: Sequence[AllowedWheel], environment: OwnEnvironment) -> None:
        self._environment = environment
        self._tags = frozenset(_tags(environment))
        self._wheels = [wheel for wheel in approved if self._runs(wheel)]

    def identify(self, requirement_or_candidate: Requirement | Candidate) -> str:
        return canonicalize_name(requirement_or_candidate.name)

    def get_preference(
        self, identifier: str, resolutions: Any, candidates: Any, information: Any, backtrack_causes: Any
    ) -> str:
        return identifier

    def find_matches(
        self, identifier: str, requirements: Mapping[str, Iterator[Requirement]],
        incompatibilities: Mapping[str, Iterator[Candidate]],
    ) -> Iterable[Candidate]:  # fmt: skip
        wanted, bad = list(requirements[identifier]), list(incompatibilities[identifier])
        fits = [one for one in self._candidates(identifier) if all(_fits(one, need) for need in wanted)]
        return [one for one in fits if one not in bad]

    def is_satisfied_by(self, requirement: Requirement, candidate: Candidate) -> bool:
        return _fits(candidate, requirement)

    def get_dependencies(self, candidate: Candidate) -> Iterable[Requirement]:
        if candidate.wheel is None:
            return []
        needs = (Requirement(text) for text in candidate.wheel.facts.requires)
        markers: dict[str, str | frozenset[str]] = {**self._environment.markers, "extra": ""}
        return [need for need in needs if need.marker is None or need.marker.evaluate(markers)]

    def words(self, cause: Any) -> str:
        """Who needs what, and what there is."""
        requirement, parent = cause.requirement, cause.parent
        there = self._candidates(canonicalize_name(requirement.name))
        has = ", ".join(f"{one.version}{'' if one.wheel else ' of its own'}" for one in there) or "none"
        who = "it was chosen:" if parent is None else f"{parent.name} {parent.version} needs"
        return f"{who} {requirement}; there is {has}"

    def _candidates(self, name: str) -> list[Candidate]:
        """The register's own, or the approved wheels, the newest first."""
        own = self._environment.distributions.get(name)
        if own is not None:
            return [Candidate(name, own)]
        found = [Candidate(name, one.facts.version, one) for one in self._wheels if one.facts.distribution == name]
        return sorted(found, key=lambda one: Version(one.version), reverse=True)

    def _runs(self, wheel: AllowedWheel) -> bool:
        python = self._environment.markers["python_full_version"]
        if not SpecifierSet(wheel.facts.requires_python).contains(python, prereleases=True):
            return False
        return not self._tags.isdisjoint(parse_wheel_filename(wheel.file_name)[3])


def _fits(candidate: Candidate, requirement: Requirement) -> bool:
    return requirement.specifier.contains(candidate.version, prereleases=True)


def _tags(environment: OwnEnvironment) -> Iterator[Tag]:
    major, minor = (int(part) for part in environment.markers["python_version"].split("."))
    if environment.interpreter.startswith("cp"):
        yield from cpython_tags((major, minor), platforms=list(environment.platforms), abis=[environment.interpreter])
    yield from compatible_tags((major, minor), environment.interpreter, list(environment.platforms))
