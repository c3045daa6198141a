"""What our own mail server found of a sender (EMAIL §3)."""

import pytest

from contact_centre.intake.mail.authentication import Verdict, verdict
from contact_centre.intake.mail.parse import parse
from tests.contact_centre.intake.mails import mail

OURS = "mx.kontakt.example"


def checked(*values: str, domain: str = "example.org") -> Verdict:
    lines = b"".join(f"Authentication-Results: {value}\r\n".encode() for value in values)
    return verdict(parse(lines + mail()).envelope, domain, OURS)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (f"{OURS}; dmarc=pass header.from=example.org", Verdict.PASS),
        (f"{OURS} 1; dmarc=pass (p=NONE) header.from=example.org", Verdict.PASS),
        (f"{OURS}; dmarc=pass header.from=EXAMPLE.org.", Verdict.PASS),
        (f"{OURS}; dmarc=pass", Verdict.PASS),
        # From names somebody else as well, and it was she who was proved.
        (f"{OURS}; dmarc=pass header.from=evil.example", Verdict.OPEN),
        (f"{OURS}; dmarc=fail (p=none) header.from=example.org", Verdict.FAIL),
        (f"{OURS}; spf=pass smtp.mailfrom=example.org; dmarc=fail", Verdict.FAIL),
        (f"{OURS}; spf=fail smtp.mailfrom=x.example; dmarc=none (p=reject)", Verdict.FAIL),
        (f"{OURS}; spf=fail; dkim=none; dmarc=none policy.dmarc=quarantine", Verdict.FAIL),
        (f"{OURS}; dkim=pass header.d=example.org", Verdict.PASS),
        (f"{OURS}; dkim=pass header.d=elsewhere.example", Verdict.OPEN),
        (f"{OURS}; spf=pass smtp.mailfrom=ana@example.org", Verdict.PASS),
        (f"{OURS}; spf=pass smtp.mailfrom=bounce@sender.example", Verdict.OPEN),
        # Passes of other methods say nothing of the sender's domain.
        (
            f"{OURS}; iprev=pass policy.iprev=192.0.2.1; spf=fail smtp.mailfrom=x.example; dmarc=none (p=reject)",
            Verdict.FAIL,
        ),
        (f"{OURS}; arc=pass; dkim=none; dmarc=none policy.dmarc=quarantine", Verdict.FAIL),
        (f"{OURS}; iprev=pass; dkim=pass header.d=elsewhere.example; dmarc=none (p=reject)", Verdict.OPEN),
        (f"{OURS}; none", Verdict.OPEN),
        (f"{OURS}; dmarc=fail (", Verdict.OPEN),
        ("other.example; dmarc=pass header.from=example.org", Verdict.OPEN),
        (f"evil.{OURS}; dmarc=pass", Verdict.OPEN),
        ("", Verdict.OPEN),
    ],
)
def test_what_a_field_says(value, expected):
    assert checked(value) is expected


def test_only_the_topmost_field_of_our_own_server_counts():
    """EMAIL §3: whatever stands below may be forged."""
    assert checked(f"{OURS}; dmarc=fail", f"{OURS}; dmarc=pass") is Verdict.FAIL
    assert checked("x.example; dmarc=pass", f"{OURS}; dmarc=fail") is Verdict.FAIL
    assert checked(f"{OURS}; dmarc=none", f"{OURS}; dmarc=pass") is Verdict.OPEN


def test_without_a_server_of_ours_nothing_is_believed():
    envelope = parse(mail(Authentication_Results="mx.example; dmarc=pass")).envelope
    assert verdict(envelope, "example.org", "") is Verdict.OPEN
