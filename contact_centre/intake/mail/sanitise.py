"""HTML of a mail made safe to look at: nothing runs, nothing is fetched, only the mail's own pictures are shown."""

import base64
import re
from collections.abc import Iterable, Mapping
from typing import Final
from urllib.parse import unquote

import nh3

from contact_centre.intake.mail.types import MailFile

# A longer page is shown as text: the time that it takes to sanitise grows with it.
MAX_LENGTH: Final = 500_000
_MAX_TAGS: Final = 20_000
_MAX_PICTURES: Final = 5_000_000
_PICTURES: Final = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
_TAGS: Final = frozenset(
    {
        "a", "abbr", "address", "article", "b", "bdi", "bdo", "big", "blockquote", "br", "caption",
        "center", "cite", "code", "col", "colgroup", "dd", "del", "details", "dfn", "div", "dl", "dt",
        "em", "figcaption", "figure", "font", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header",
        "hr", "i", "img", "ins", "kbd", "li", "main", "mark", "ol", "p", "pre", "q", "s", "samp",
        "section", "small", "span", "strike", "strong", "sub", "summary", "sup", "table", "tbody", "td",
        "tfoot", "th", "thead", "time", "tr", "tt", "u", "ul", "var", "wbr",
    }
)  # fmt: skip
_ATTRIBUTES: Final = {
    "*": {"dir", "lang", "title", "align", "style"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "font": {"color", "size", "face"},
    "ol": {"start", "type"},
    "table": {"border", "cellpadding", "cellspacing", "width", "bgcolor", "summary"},
    "td": {"colspan", "rowspan", "valign", "width", "height", "bgcolor"},
    "th": {"colspan", "rowspan", "valign", "width", "height", "bgcolor", "scope"},
    "tr": {"bgcolor", "valign"},
}
# None of them takes the address of something to fetch, or lifts a piece of the page over another one.
_STYLES: Final = frozenset(
    {
        "color", "background-color", "font-family", "font-size", "font-style", "font-weight",
        "text-align", "text-decoration", "text-indent", "line-height", "margin", "margin-top",
        "margin-right", "margin-bottom", "margin-left", "padding", "padding-top", "padding-right",
        "padding-bottom", "padding-left", "border", "border-top", "border-right", "border-bottom",
        "border-left", "border-collapse", "border-color", "border-style", "border-width", "width",
        "max-width", "height", "vertical-align", "white-space", "list-style-type", "direction",
    }
)  # fmt: skip
_DROPPED: Final = frozenset(
    {"script", "style", "title", "template", "noscript", "iframe", "object", "embed", "svg", "math"}
)
_FETCHES: Final = re.compile(r"url\s*\(|image-set|expression|@import|\\", re.IGNORECASE)
_LINK: Final = re.compile(r"\s*(?:https?|mailto|tel):", re.IGNORECASE)
_CID: Final = re.compile(r"^\s*cid:(.{1,255})$", re.IGNORECASE | re.DOTALL)


def sanitised(markup: str, files: Iterable[MailFile] = ()) -> str | None:
    """The page by the list of what is allowed; None when it is too large to be made safe in time.

    Pictures of the mail stand in the page itself, so that showing it asks nobody for anything.
    """
    if len(markup) > MAX_LENGTH or markup.count("<") > _MAX_TAGS:
        return None
    pictures = _pictures(files)

    def allowed(_tag: str, name: str, value: str) -> str | None:
        if name == "src":
            found = _CID.match(value)
            return pictures.get(unquote(found[1]).strip("<> ").lower()) if found else None
        if name == "href" and not _LINK.match(value):
            return None
        return None if name == "style" and _FETCHES.search(value) else value

    return nh3.clean(
        markup,
        tags=set(_TAGS),
        clean_content_tags=set(_DROPPED),
        attributes=_ATTRIBUTES,
        attribute_filter=allowed,
        filter_style_properties=set(_STYLES),
        url_schemes={"http", "https", "mailto", "tel", "cid", "data"},
        link_rel="noopener noreferrer nofollow",
    )


def _pictures(files: Iterable[MailFile]) -> Mapping[str, str]:
    """The addresses under which a page may show pictures of its own mail, by content id."""
    found: dict[str, str] = {}
    left = _MAX_PICTURES
    for file in files:
        if file.content_id and file.sniffed_type in _PICTURES and len(file.data) <= left:
            left -= len(file.data)
            encoded = base64.b64encode(file.data).decode("ascii")
            found.setdefault(file.content_id.lower(), f"data:{file.sniffed_type};base64,{encoded}")
    return found
