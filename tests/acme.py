"""Wheels as partners would ship them: the example plugin in any version, and libraries."""

from __future__ import annotations

from pathlib import Path

from tests.bad_plugins.wheels import pack

EXAMPLE = Path(__file__).parents[1] / "docs" / "example-plugin"
OPERATION = 81890
NAME = "acme_loyalty"


def example_wheel(folder: Path, version: str = "0.1.0", *requires: str, **changed: tuple[str, str] | bytes) -> Path:
    """The wheel of the example plugin.

    :param changed: by module: what stands there, and what stands there instead; or a whole new module.
    """
    files = {f"{NAME}/{path.relative_to(EXAMPLE / NAME).as_posix()}": path.read_bytes() for path in _sources()}
    own = ("__init__", ('version="0.1.0"', f'version="{version}"'))
    for module, change in (own, *changed.items()):
        place = f"{NAME}/{module}.py"
        if isinstance(change, bytes):
            files[place] = change
            continue
        before, after = change
        assert before.encode() in files[place]
        files[place] = files[place].replace(before.encode(), after.encode())
    return wheel(folder, "acme-loyalty", version, files, *requires, plugins={NAME: NAME})


def _sources() -> list[Path]:
    found = (EXAMPLE / NAME).rglob("*")
    return [path for path in found if path.is_file() and path.suffix != ".pyc"]


def wheel(
    folder: Path, distribution: str, version: str, files: dict[str, bytes], *requires: str,
    plugins: dict[str, str] | None = None,
) -> Path:  # fmt: skip
    """A wheel of these files.

    :param requires: other distributions, as metadata writes them.
    :param plugins: entry points.
    """
    name = distribution.replace("-", "_")
    info = f"{name}-{version}.dist-info"
    metadata = [f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\nSummary: Made for a test\n"]
    metadata += [f"Requires-Dist: {requirement}\n" for requirement in requires]
    points = "[kassa.plugins]\n" + "".join(f"{point} = {module}\n" for point, module in (plugins or {}).items())
    made = {
        **files,
        f"{info}/METADATA": "".join(metadata).encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        **({f"{info}/entry_points.txt": points.encode()} if plugins else {}),
    }
    folder.mkdir(exist_ok=True)
    return pack(folder / f"{name}-{version}-py3-none-any.whl", made)
