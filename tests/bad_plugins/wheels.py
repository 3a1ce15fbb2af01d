"""Installs a plugin of this folder, or makes a wheel of it, as pip and build would."""

from __future__ import annotations

import base64
import hashlib
import zipfile
from pathlib import Path

FOLDER = Path(__file__).parent
VERSION = "2.5"


def files(name: str) -> dict[str, bytes]:
    """The files of a plugin's distribution, by the place where they are installed."""
    distribution = f"acme-{name.replace('_', '-')}"
    info = f"acme_{name}-{VERSION}.dist-info"
    return {
        f"{name}.py": (FOLDER / f"{name}.py").read_bytes(),
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {VERSION}\n".encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": f"[kassa.plugins]\n{name} = {name}\n".encode(),
    }


def install(name: str, site: Path) -> None:
    """Put a plugin into a folder on the path."""
    for place, content in files(name).items():
        (site / place).parent.mkdir(exist_ok=True)
        (site / place).write_bytes(content)


def make_wheel(name: str, folder: Path) -> Path:
    """A wheel with its record; the file."""
    return pack(folder / f"acme_{name}-{VERSION}-py3-none-any.whl", files(name))


def pack(path: Path, made: dict[str, bytes]) -> Path:
    """A wheel of these files, with its record; the file."""
    info = "-".join(path.name.split("-")[:2]) + ".dist-info"
    rows = [f"{place},sha256={_digest(content)},{len(content)}" for place, content in made.items()]
    with zipfile.ZipFile(path, "w") as archive:
        for place, content in made.items():
            archive.writestr(place, content)
        archive.writestr(f"{info}/RECORD", "\n".join([*rows, f"{info}/RECORD,,"]) + "\n")
    return path


def _digest(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
