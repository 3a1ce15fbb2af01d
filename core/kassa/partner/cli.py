"""``kassa plugin``: for partners who make plugins."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from kassa.errors import NOTHING_LOST, SetupError
from kassa.text import literal, texts

_, n_ = texts("kassa")

plugin = typer.Typer(help="Make a plugin, and check one.", no_args_is_help=True)


@plugin.command()
def new(
    name: Annotated[str, typer.Argument(help="The distribution's name: acme-loyalty.")],
    directory: Annotated[Path | None, typer.Option(help="The new folder; else one of that name here.")] = None,
    operation: Annotated[int | None, typer.Option(help="The id of its operation, 5000 or more.")] = None,
) -> None:
    """Make a new plugin's distribution: it works, and its tests pass."""
    from kassa.partner.new import make_plugin, operation_of

    folder = directory or Path(name)
    files = make_plugin(name, folder, operation)
    for file in files:
        typer.echo(file.relative_to(folder).as_posix())
    number = operation if operation is not None else operation_of(name)
    typer.echo(f"{name}: operation {number}, {len(files)} files in {folder}. Next:")
    typer.echo(f'  cd {folder} && python -m pip install -e ".[test]" && python -m pytest')


@plugin.command("texts")
def renew_texts(
    directory: Annotated[Path, typer.Argument(help="The distribution's folder, or its package's.")] = Path(),
) -> None:
    """Bring a plugin's catalogues up to date with its texts, and compile them. Exit code 1: something has no
    translation."""
    from kassa.partner.catalogues import renew_catalogues

    packages = [path.parent for path in sorted(directory.glob("*/locale"))]
    if (directory / "locale").is_dir():
        packages = [directory]
    if not packages:
        raise SetupError(
            _("No package with a folder “locale” is in {folder}.", folder=literal(str(directory.absolute()))),
            kept=_("Nothing was written."), hint=_("Name the folder of the plugin's distribution."),
        )  # fmt: skip
    missing = [text for package in packages for text in renew_catalogues(package.absolute())]
    for text in missing:
        typer.echo(f"No translation: {text}")
    if missing:
        raise typer.Exit(1)


@plugin.command()
def check(
    wheel: Annotated[Path, typer.Argument(help="The wheel: dist/acme_loyalty-1.0-py3-none-any.whl.")],
    sha256: Annotated[str | None, typer.Option(help="The hash that is expected of it.")] = None,
    settings: Annotated[str, typer.Option(help='Settings by plugin, as JSON: {"acme_loyalty": {…}}.')] = "{}",
    parameters: Annotated[str, typer.Option(help='Parameters by operation, as JSON: {"5000": {…}}.')] = "{}",
    run: Annotated[bool, typer.Option(help="Run its operations in every state of the connection.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="The report as JSON.")] = False,
) -> None:
    """Check a plugin's wheel as a retailer would. Exit code 1: it does not reach bronze."""
    import msgspec

    from kassa.partner.check.checking import check_wheel
    from kassa.partner.check.words import in_words

    report = check_wheel(
        wheel, sha256=sha256, settings=_json("--settings", settings), parameters=_json("--parameters", parameters),
        run=run,
    )  # fmt: skip
    typer.echo(msgspec.json.format(msgspec.json.encode(report)).decode() if as_json else in_words(report))
    if report.quality is None:
        raise typer.Exit(1)


def _json(option: str, given: str) -> dict[str, dict[str, Any]]:
    import msgspec

    try:
        return msgspec.json.decode(given, type=dict[str, dict[str, Any]])
    except msgspec.DecodeError as error:
        raise SetupError(
            _("{option} is not what it should be.", option=literal(option)), kept=NOTHING_LOST,
            hint=_("Write JSON: an object of objects."), where=str(error),
        ) from error  # fmt: skip
