"""Our page as mail programs quote it, and its links as gateways rewrite them. Each keeps and drops what it is known to.

None of them writes our address above the quotation: programs that know a sender by name show the name alone.
"""

import re
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import quote

from tests.contact_centre.intake.mails import multipart, text_part

WORDS: Final = "Tak, nadal jest ciemno."
_HREF: Final = re.compile(r'href="([^"]*)"')
_TAG: Final = re.compile(r"<(/?)([a-z0-9]+)([^>]*)>")
_BODY: Final = re.compile(r"<body[^>]*>(.*)</body>", re.DOTALL)


def _rewritten(page: str, write: Callable[[str], str]) -> str:
    return _HREF.sub(lambda found: f'href="{write(found[1])}"', page)


def safelinks(page: str) -> str:
    """Microsoft: the whole address as one value of a query."""
    head = "https://eur01.safelinks.protection.outlook.com/?url="
    return _rewritten(page, lambda url: f"{head}{quote(url, safe='')}&amp;data=05%7C02%7C&amp;reserved=0")


def urldefense(page: str) -> str:
    """Proofpoint, second version: signs are written as dashes with numbers, slashes as underscores."""
    head = "https://urldefense.proofpoint.com/v2/url?u="
    signs = str.maketrans({":": "-3A", "-": "-2D", "/": "_", "_": "-5F"})
    return _rewritten(page, lambda url: f"{head}{url.translate(signs)}&amp;d=DwMFaQ&amp;e=")


def shortened(page: str) -> str:
    """A gateway that keeps the address to itself."""
    return _rewritten(page, lambda url: f"https://links.example/{len(url)}")


REWRITERS: Final = (safelinks, urldefense, shortened)


def gmail(page: str) -> str:
    """No comments and no attributes of data; every name, id and class has a prefix."""
    body = _without(_inside(page), r"data-[a-z-]+|aria-[a-z-]+|role")
    body = re.sub(r' (id|name|class)="', r' \1="m_-4815162342', body)
    head = '<div dir="ltr" class="gmail_attr">W dniu wt., 17 lis 2026 o 09:05 Miasto napisał(a):<br></div>'
    quotation = f'<blockquote class="gmail_quote" style="margin:0 0 0 .8ex">{body}</blockquote>'
    return f'<div dir="ltr">{WORDS}</div><br><div class="gmail_quote">{head}{quotation}</div>'


def outlook(page: str) -> str:
    """Word: no id, no class of ours, nothing that it does not know; hidden words stay hidden words."""
    body = _without(_inside(page), r"id|class|name|data-[a-z-]+|aria-[a-z-]+|role")
    return _under_word_header(body)


def outlook_with_bookmarks(page: str) -> str:
    """Word where it drops hidden words: the name of a place in the text stays as a bookmark."""
    body = re.sub(r"(<a name=[^>]*>)[^<]*(</a>)", r"\1\2", _inside(page))
    return _under_word_header(_without(body, r"id|class|style|data-[a-z-]+|aria-[a-z-]+|role"))


def outlook_on_the_web(page: str) -> str:
    """Every id and class has ``x_`` in front."""
    body = re.sub(r' (id|name|class)="', r' \1="x_', _inside(page))
    head = "<b>Od:</b> Miasto<br><b>Wysłano:</b> wtorek, 17 listopada 2026 09:05<br><b>Do:</b> Ana<br>"
    return f'<div>{WORDS}</div><hr><div id="divRplyFwdMsg" dir="ltr">{head}</div><div>{body}</div>'


def apple(page: str) -> str:
    """All of it as it came."""
    head = "<div>Wiadomość napisana przez Miasto w dniu 17.11.2026, o godz. 09:05:</div>"
    return f'<div>{WORDS}</div><br><blockquote type="cite">{head}{_inside(page)}</blockquote>'


def webmail(page: str) -> str:
    """One of those that keep words and styles and drop every name, id and class."""
    body = _without(_inside(page), r"id|class|name|data-[a-z-]+|aria-[a-z-]+|role")
    return (
        f"<p>{WORDS}</p><p>Dnia 17 listopada 2026 09:05 Miasto napisał(a):</p><blockquote>{body}</blockquote>"
    )


PROGRAMS: Final = (gmail, outlook, outlook_with_bookmarks, outlook_on_the_web, apple, webmail)


def reply(page: str, *, plain: str | None = None, **fields: str) -> bytes:
    """An answer to the plain mailbox, without In-Reply-To and References, with the page and a plain twin of it."""
    parts = [] if plain is None else [text_part(plain)]
    values: Mapping[str, str] = {"subject": "Odp: Twoja sprawa"} | fields
    return multipart(*parts, text_part(page, "html"), kind="alternative", **values)


def _under_word_header(body: str) -> str:
    fields = ("<b>From:</b> Miasto", "<b>Sent:</b> Tuesday, November 17, 2026 9:05 AM", "<b>To:</b> Ana")
    head = f'<div style="border:none;border-top:solid #E1E1E1 1.0pt"><p>{"<br>".join(fields)}</p></div>'
    return f"<p class=MsoNormal>{WORDS}</p>{head}{body}"


def _inside(page: str) -> str:
    found = _BODY.search(page)
    assert found is not None
    return found[1]


def _without(body: str, names: str) -> str:
    one = re.compile(rf' (?:{names})="[^"]*"')
    return _TAG.sub(lambda found: f"<{found[1]}{found[2]}{one.sub('', found[3])}>", body)
