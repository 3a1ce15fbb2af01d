"""What a check found: rules, kept or not, and the quality level that they come to."""

from __future__ import annotations

from typing import Literal

import msgspec

Level = Literal["bronze", "silver", "gold"]
LEVELS: tuple[Level, ...] = ("bronze", "silver", "gold")

RULES: dict[str, tuple[Level, str]] = {
    "wheel": ("bronze", "The wheel reads, and its files are those of its own record."),
    "hash": ("bronze", "The wheel has the SHA-256 that was expected."),
    "entry-point": ("bronze", "It has a plugin in the group kassa.plugins, of a name of its own."),
    "loads": ("bronze", "The plugin loads: it imports, says what it is, and its hooks are those of the contract."),
    "api-level": ("bronze", "Its API level is this Kassa's, or the one before."),
    "version": ("bronze", "PLUGIN says the name of the entry point and the version of the wheel."),
    "operation-ids": ("bronze", "Its operations have ids from 5000 up that no other installed plugin has."),
    "request-names": ("bronze", "Its requests are named after its package, and no other plugin has them."),
    "own-tables": ("bronze", "Its tables and fields of sales are named after it, declared right, and can be made."),
    "public-modules": ("bronze", "It imports no internals of Kassa, no other plugin, no database driver."),
    "no-kivy": ("bronze", "What the plugin imports at start has no Kivy in it."),
    "permissions": ("bronze", "Permissions that its operations need are Kassa's, or declared in PLUGIN."),
    "own-settings": ("bronze", "What it keeps in the journal is kept under its own name."),
    "settings": ("bronze", "Settings that a register gives it fit its schema."),
    "works": ("bronze", "Its operations run on a connected register."),
    "sells-on": ("bronze", "A register with it sells in every state, and what it makes arrives once."),
    "offline": ("silver", "What it declares to work offline does: offline, switched in the middle, killed."),
    "budgets": ("silver", "Its hooks keep to their time budgets."),
    "no-deprecations": ("silver", "It uses nothing that goes with the next API level."),
    "settings-schema": ("silver", "PLUGIN names the schema of its settings."),
    "translations": ("silver", "Its texts are translated into Swedish."),
    "typed": ("gold", "Its packages are typed (py.typed)."),
    "described": ("gold", "Its metadata has a description, a licence, Python versions, and the Kassa that it needs."),
    "offline-reasons": ("gold", "Operations that are limited offline say why."),
}
"""Each rule with the lowest level that asks for it, in the order in which they are reported."""


class Finding(msgspec.Struct, frozen=True, omit_defaults=True):
    """A rule that is not kept.

    :param file: where, with the line.
    :param hint: what to do.
    """

    rule: str
    what: str
    file: str = ""
    hint: str = ""


class Report(msgspec.Struct, frozen=True):
    """What was found out about a wheel.

    :param quality: ``bronze``, ``silver``, ``gold``, or none of them.
    :param unknown: rules that could not be looked at, as an earlier one is not kept.
    """

    wheel: str
    sha256: str
    distribution: str
    version: str
    plugins: tuple[str, ...]
    api_level: int | None
    quality: Level | None
    findings: tuple[Finding, ...]
    unknown: tuple[str, ...] = ()


def quality(findings: tuple[Finding, ...], unknown: tuple[str, ...]) -> Level | None:
    """The highest level whose rules, and those of all lower ones, are kept."""
    not_kept = {finding.rule for finding in findings} | set(unknown)
    reached: Level | None = None
    for level in LEVELS:
        if any(RULES[rule][0] == level for rule in not_kept):
            break
        reached = level
    return reached
