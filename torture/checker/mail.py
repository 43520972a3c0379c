"""Compares mails with notices: each notice goes to its colleague, once, and is marked as sent if it was."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from torture.checker.findings import Books, Finding
from torture.faults.chaos import Act
from torture.ledger import Dealt, Ledger, Taken

_SLACK = 15.0
"""Seconds between a mail and the blow that kept its sender from noting that it was sent."""


def judge(books: Books, ledger: Ledger) -> Iterator[Finding]:
    """Compare notices with mails."""
    by_id: dict[str, list[Taken]] = defaultdict(list)
    for mail in ledger.mails:
        by_id[mail.mail_id].append(mail)
    notices = {str(row["id"]): row for row in books.notices}
    for mail_id in by_id.keys() - notices.keys():
        yield Finding("mail is sent once", f"mail {mail_id}", "is no notice's")
    told: Counter[str] = Counter()
    for notice_id, row in notices.items():
        about, mails = f"notice {notice_id}", by_id[notice_id]
        if others := {mail.address for mail in mails} - {row["email"]}:
            yield Finding("mail is sent once", about, f"went to {len(others)} others")
        if row["sent_at"] is not None:
            told.update(one["connection_id"] for one in row["tells_of"] or ())
            if not any(mail.is_answered for mail in mails):
                yield Finding("mail is sent once", about, f"is marked as sent; {len(mails)} came, none was answered")
        elif not row["waits"]:
            yield Finding("nothing is stuck", about, "was not sent, and does not wait")
        for mail in mails[:-1]:
            if mail.is_answered and not any(_kept_from_noting(one, mail) for one in ledger.dealt):
                yield Finding("mail is sent once", about, f"came {len(mails)} times, though nothing kept it from once")
    said = Counter(str(row["connection_id"]) for row in books.events if row["kind"] == "connection.told")
    for connection in told.keys() | said.keys():
        if told[connection] != said[connection]:
            what = f"{told[connection]} mails were sent about it, and its timeline says {said[connection]}"
            yield Finding("an effect and its record are one", f"connection {connection}", what)


def _kept_from_noting(dealt: Dealt, mail: Taken) -> bool:
    is_rough = dealt.blow.act not in {Act.FAULT, Act.SECRETS_EXPIRE}
    return is_rough and dealt.began - _SLACK <= mail.at <= dealt.ended + _SLACK
