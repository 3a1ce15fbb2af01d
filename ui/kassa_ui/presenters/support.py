"""Call support: what to tell them, in one place, at the till and before log on."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

from kassa.register.face import RegisterView
from kassa.text import Moment, Text, literal, texts
from kassa_ui.presenters.dialogs import ChoiceDrawn, Dialog, DialogDrawn
from kassa_ui.presenters.notices import Notice
from kassa_ui.presenters.speech import Speech

_, n_ = texts("kassa_ui")


class SupportDialog(Dialog):
    """The facts that support asks for first."""

    def drawn(self, speech: Speech) -> DialogDrawn:
        view = self.till.view
        rows = tuple((speech(label), speech(value)) for label, value in facts(view, self.till.last_notice))
        return DialogDrawn(
            speech(_("Call support")),
            speech(_("Read this to them. Sales that wait are kept on this register: do not reset it.")),
            rows,
            (),
            (ChoiceDrawn(speech(_("Close")), "action"),),
            self.notices.drawn(speech),
        )

    def choose(self, place: int) -> None:
        self.close()

    def enter(self) -> None:
        self.close()


def facts(view: RegisterView, last: Notice | None) -> list[tuple[Text, Text]]:
    """What support asks for: where, which version, the connection, what waits, what went wrong last."""
    record, sync = view.record, view.sync
    told = [
        (_("Register"), literal(f"{record.name} · {record.register_id}")),
        (_("Store"), literal(f"{record.store.name} · {record.store.store_id}")),
        (_("Version"), literal(kassa_version())),
        (_("Connection"), _connection(view)),
        (_("Waiting for upload"), n_("{count} entry", "{count} entries", count=view.waiting.count)),
    ]
    if sync.download_success is not None:
        told.append((_("Last download"), _("{time}", time=Moment(sync.download_success.at, "date"))))
    if last is not None:
        told.append((_("Last message"), last.what))
    told += [(_("Wants attention"), problem) for problem in view.problems]
    return told


def _connection(view: RegisterView) -> Text:
    state = view.connection
    if state.online:
        return _("Connected since {time}", time=Moment(state.since, "date"))
    reason = literal(state.reason.value if state.reason is not None else "")
    return _("Disconnected since {time} ({reason})", time=Moment(state.since, "date"), reason=reason)


def kassa_version() -> str:
    """The version of Kassa that runs."""
    try:
        return version("kassa")
    except PackageNotFoundError:  # run from a folder that was never installed
        return "?"
