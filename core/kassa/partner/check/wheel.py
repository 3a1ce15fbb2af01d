"""A wheel: opened, compared with its own record, and unpacked."""

from __future__ import annotations

import base64
import configparser
import csv
import hashlib
import io
import zipfile
from dataclasses import dataclass, field
from email.message import Message
from email.parser import Parser
from pathlib import Path

from kassa.partner.check.report import Finding
from kassa.plugins import GROUP


@dataclass
class Wheel:
    """A wheel's facts, as far as it reads."""

    path: Path
    sha256: str
    metadata: Message = field(default_factory=Message)
    plugins: dict[str, str] = field(default_factory=dict)
    """Entry point name to module."""
    files: tuple[str, ...] = ()
    findings: list[Finding] = field(default_factory=list)

    @property
    def distribution(self) -> str:
        """The distribution's name."""
        return str(self.metadata.get("Name", ""))

    @property
    def version(self) -> str:
        """The distribution's version."""
        return str(self.metadata.get("Version", ""))

    @property
    def packages(self) -> list[str]:
        """Its top-level packages and modules."""
        tops = {name.split("/")[0].removesuffix(".py") for name in self.files if ".dist-info/" not in name}
        return sorted(tops)


def read_wheel(path: Path, expected_sha256: str | None = None) -> Wheel:
    """Open a wheel. What is wrong with it stands in its ``findings``."""
    wheel = Wheel(path, "")
    try:
        wheel.sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        with zipfile.ZipFile(path) as archive:
            wheel.files = tuple(archive.namelist())
            _read(wheel, archive)
    except (OSError, zipfile.BadZipFile, KeyError, ValueError) as error:
        hint = "Build it again: python -m build --wheel."
        wheel.findings.append(Finding("wheel", f"This is no wheel: {error}", path.name, hint))
    if expected_sha256 is not None and wheel.sha256 != expected_sha256.lower():
        what = f"The wheel's SHA-256 is {wheel.sha256}, and {expected_sha256.lower()} was expected."
        hint = "Do not install it. Get the wheel from its maker again, and the hash over another way."
        wheel.findings.append(Finding("hash", what, path.name, hint))
    return wheel


def _read(wheel: Wheel, archive: zipfile.ZipFile) -> None:
    (info,) = {name.split("/")[0] for name in wheel.files if name.split("/")[0].endswith(".dist-info")}
    wheel.metadata = Parser().parsestr(archive.read(f"{info}/METADATA").decode())
    if f"{info}/entry_points.txt" in wheel.files:
        points = configparser.ConfigParser(delimiters=("=",))
        points.optionxform = str  # type: ignore[assignment,method-assign]  # names keep their letters
        points.read_string(archive.read(f"{info}/entry_points.txt").decode())
        wheel.plugins = dict(points[GROUP]) if points.has_section(GROUP) else {}
    if not wheel.plugins:
        hint = f'Add [project.entry-points."{GROUP}"] to pyproject.toml.'
        wheel.findings.append(Finding("entry-point", f"It has no entry point in {GROUP}.", "entry_points.txt", hint))
    _compare_with_record(wheel, archive, f"{info}/RECORD")


def _compare_with_record(wheel: Wheel, archive: zipfile.ZipFile, record: str) -> None:
    recorded = {row[0]: row[1] for row in csv.reader(io.StringIO(archive.read(record).decode())) if row}
    for name in wheel.files:
        if name.endswith("/") or name == record:
            continue
        digest = base64.urlsafe_b64encode(hashlib.sha256(archive.read(name)).digest()).rstrip(b"=").decode()
        if recorded.get(name) != f"sha256={digest}":
            hint = "Do not install it: somebody has changed it after it was built."
            wheel.findings.append(Finding("wheel", f"{name} is not as the wheel's record says.", name, hint))


def unpack(wheel: Wheel, folder: Path) -> None:
    """Put a wheel's files where Python finds them.

    :raises ValueError: a file would lie outside the folder.
    """
    with zipfile.ZipFile(wheel.path) as archive:
        for name in archive.namelist():
            if not (folder / name).resolve().is_relative_to(folder.resolve()):
                raise ValueError(f"{name} would lie outside")
        archive.extractall(folder)
