"""A report as a person reads it."""

from __future__ import annotations

from collections.abc import Iterator

from kassa.partner.check.report import LEVELS, RULES, Report


def in_words(report: Report) -> str:
    """The report, a rule a line; below one that is not kept what, where, and what to do."""
    return "\n".join(_lines(report))


def _lines(report: Report) -> Iterator[str]:
    plugins = ", ".join(report.plugins) or "no plugin"
    level = "" if report.api_level is None else f", API level {report.api_level}"
    yield f"{report.distribution or report.wheel} {report.version}: {plugins}{level}"
    yield f"SHA-256 {report.sha256}"
    for level_name in LEVELS:
        yield f"{level_name}"
        for rule, (asked_by, words) in RULES.items():
            if asked_by == level_name:
                yield from _rule(report, rule, words)
    yield f"Quality: {report.quality or 'not bronze'}"


def _rule(report: Report, rule: str, words: str) -> Iterator[str]:
    findings = [finding for finding in report.findings if finding.rule == rule]
    mark = "no  " if findings else "?   " if rule in report.unknown else "yes "
    yield f"  {mark}{rule}: {words}"
    for finding in findings:
        place = f" [{finding.file}]" if finding.file else ""
        yield f"        {finding.what}{place}"
        if finding.hint:
            yield f"        {finding.hint}"
