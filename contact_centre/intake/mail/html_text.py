"""HTML of a mail as plain text with its blocks, links and quotations.

A reader of our own: the standard library's parser needs minutes for a hostile page of 100 kB (every unclosed
``<a `` is searched again to the end), this one passes once over the text.
"""

import html
import re
from typing import Final

_TOKEN: Final = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:]{0,20})([^<>]{0,4000})>|<[!?/][^<>]{0,4000}>")
_SKIPPED: Final = ("script", "style", "title", "template", "noscript")
_VOID: Final = frozenset({"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"})
_PARAGRAPHS: Final = frozenset(
    {"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "blockquote", "pre"}
)
_BLOCKS: Final = _PARAGRAPHS | {
    "address", "article", "body", "center", "dd", "div", "dl", "dt", "footer", "form", "header", "hr", "li",
    "main", "nav", "section", "tbody", "tr",
}  # fmt: skip
_HIDDEN: Final = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|\shidden(?:\s|=|$)|(?<![-\w])opacity\s*:\s*0(?:\.0*)?(?![.\d])",
    re.IGNORECASE,
)
# Both together: without the second the words stand beside the element.
_NO_HEIGHT: Final = re.compile(
    r"(?<![-\w])(?:max-)?height\s*:\s*0(?:px|pt|em)?\s*(?:[;!\"']|$)", re.IGNORECASE
)
_CUT_OFF: Final = re.compile(r"overflow\s*:\s*hidden", re.IGNORECASE)
_SIZE: Final = re.compile(r"(?<![-\w])font(?:-size)?\s*:\s*([^;\"']{1,80})", re.IGNORECASE)
_NO_SIZE: Final = re.compile(r"0(?:\.0*)?(?:px|pt|em|rem|%)?\s*(?:[!/].*)?", re.IGNORECASE)
# Of the size around it: nothing of nothing.
_RELATIVE: Final = re.compile(r"[\d.]+(?:em|%)|inherit|unset|smaller|larger", re.IGNORECASE)
# Of old pages. A sign in front counts from the middle size and never from the one around it.
_FONT_SIZE: Final = re.compile(r"\ssize\s*=\s*[\"']?\s*[+-]?\d", re.IGNORECASE)
_CLASS: Final = re.compile(r"\sclass\s*=", re.IGNORECASE)
# An element of these ends where the next of its name begins.
_ENDED_BY_THE_NEXT: Final = frozenset({"p", "li", "td", "th", "tr", "dd", "dt"})
_HREF: Final = re.compile(r"href\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))", re.IGNORECASE)
_MAX_LINK: Final = 500
_SIGNATURE: Final = "-- "
# Stands on a line of its own where a page says that a quotation begins; no mail can write it (see ``words``).
QUOTE_MARK: Final = "\ufdd0"
# What mail programs call the element around a mail that they quote.
_QUOTE: Final = re.compile(
    r"(?:class|id)\s*=\s*[\"']?(?:[^\"'<>]{0,60}\s)?(?:x_)?(?:gmail_quote|gmail_extra|divRplyFwdMsg|appendonsend"
    r"|yahoo_quoted|yahooQuoted|moz-cite-prefix|AppleMailQuote|OLK_SRC_BODY_SECTION|protonmail_quote|tutanota_quote)"
    r"|border-top:\s*solid\s*#(?:B5C4DF|E1E1E1)",
    re.IGNORECASE,
)
# Pictures written into the page itself: far longer than any tag that is looked for.
_DATA: Final = re.compile(r"data:[a-z]{1,20}/[a-z0-9.+-]{1,60};base64,[A-Za-z0-9+/=%]*", re.IGNORECASE)
_BLANKS: Final = re.compile(r"[ \t\r\n\f]+")
_EMPTY_LINES: Final = re.compile(r"\n{3,}")


def to_text(markup: str) -> str:
    """The words that a reader would see; quotations have "> " before every line."""
    writer = _Writer()
    position = 0
    source = _without_hidden_content(without_data(markup))
    for found in _TOKEN.finditer(source):
        writer.words(source[position : found.start()])
        position = found.end()
        if found[2]:
            writer.tag(found[2].lower(), found[3], is_end=bool(found[1]))
    writer.words(source[position:])
    return writer.text()


def without_data(markup: str) -> str:
    """The page without the pictures that are written into it."""
    return _DATA.sub("", markup)


def _without_hidden_content(markup: str) -> str:
    """The page without comments, scripts and styles. An opening without its end hides nothing."""
    for start, end in (("<!--", "-->"), *((f"<{name}", f"</{name}") for name in _SKIPPED)):
        markup = _cut(markup, start, end)
    return markup


def _cut(markup: str, start: str, end: str) -> str:
    folded = markup.lower()
    if len(folded) != len(markup):
        # A letter whose small form is longer would move every position.
        folded = re.sub(r"[A-Z]+", lambda found: found[0].lower(), markup)
    kept: list[str] = []
    position = 0
    while (opening := folded.find(start, position)) >= 0:
        closing = folded.find(end, opening + len(start))
        if closing < 0:
            break
        kept.append(markup[position:opening])
        # The end tag of a script closes with its own bracket, a comment with its mark.
        position = closing + len(end) if end.endswith(">") else folded.find(">", closing) + 1 or len(markup)
    return "".join(kept) + markup[position:]


def _without_blanks(line: str) -> str:
    return line if line == _SIGNATURE else line.rstrip()


def _is_hidden(attributes: str) -> bool:
    return bool(_HIDDEN.search(attributes) or (_CUT_OFF.search(attributes) and _NO_HEIGHT.search(attributes)))


class _Sizes:
    """Whether the words have a size at all: newsletters give none to a frame, and one to each element in it."""

    def __init__(self) -> None:
        self._open: list[tuple[str, int, bool]] = []

    @property
    def is_nothing(self) -> bool:
        return bool(self._open) and not self._open[-1][2]

    def tag(self, name: str, attributes: str, *, is_end: bool) -> None:
        own = None if is_end else self._own(name, attributes)
        if own is not None:
            self._open.append((name, 1, own))
        elif self._open and self._open[-1][0] == name:
            _name, depth, has_size = self._open.pop()
            depth += -1 if is_end or name in _ENDED_BY_THE_NEXT else 1
            if depth:
                self._open.append((name, depth, has_size))

    def _own(self, name: str, attributes: str) -> bool | None:
        """Whether the element gives its words a size; None: it says nothing. In doubt it does."""
        found = _SIZE.search(attributes)
        value = found[1].strip() if found else ""
        if _NO_SIZE.fullmatch(value):
            return False
        if self._open and not value and name == "font" and _FONT_SIZE.search(attributes):
            return True
        if not self._open or not (value or _CLASS.search(attributes)) or _RELATIVE.match(value):
            return None
        return True


class _Writer:
    """Collects words into lines; knows the quotation, the link and the hidden element it is in."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.line: list[str] = []
        self.quotes = 0
        self.preformatted = 0
        self.hidden_tag = ""
        self.hidden_depth = 0
        self.sizes = _Sizes()
        self.link = ""
        self.link_start = 0

    def words(self, raw: str) -> None:
        if not raw or self.hidden_tag or self.sizes.is_nothing:
            return
        text = html.unescape(raw).replace(QUOTE_MARK, "")
        if self.preformatted:
            first, *rest = text.split("\n")
            self.line.append(first)
            for piece in rest:
                self.end_line()
                self.line.append(piece)
            return
        text = _BLANKS.sub(" ", text)
        at_start = not self.line or self.line[-1].endswith((" ", "\n"))
        self.line.append(text.lstrip(" ") if at_start else text)

    def tag(self, name: str, attributes: str, *, is_end: bool) -> None:
        if self._in_hidden(name, attributes, is_end=is_end):
            return
        if name not in _VOID and name != "body":
            self.sizes.tag(name, attributes, is_end=is_end)
        if name == "br":
            self.end_line()
        elif name in ("td", "th"):
            self.line.append(" ")
        elif name == "a":
            self._link(attributes, is_end=is_end)
        elif name in _BLOCKS:
            self._block(name, is_end=is_end)
            if not is_end and not self.quotes and _QUOTE.search(attributes):
                self.lines.append(QUOTE_MARK)

    def end_line(self) -> None:
        text = "".join(self.line)
        text = text.rstrip() if self.preformatted else text.strip()
        if text == _SIGNATURE.strip() and "".join(self.line).replace("\xa0", " ").endswith(_SIGNATURE):
            # The blank behind the dashes is what makes them the mark of a signature.
            text = _SIGNATURE
        self.line = []
        if text:
            self.lines.append("> " * self.quotes + text)
        else:
            self._empty_line()

    def text(self) -> str:
        self._close_line()
        return _EMPTY_LINES.sub("\n\n", "\n".join(map(_without_blanks, self.lines))).strip("\n")

    def _in_hidden(self, name: str, attributes: str, *, is_end: bool) -> bool:
        if self.hidden_tag:
            if name == self.hidden_tag:
                self.hidden_depth += -1 if is_end else 1
                if not self.hidden_depth:
                    self.hidden_tag = ""
            return True
        if not is_end and name not in _VOID and name != "body" and _is_hidden(attributes):
            self.hidden_tag, self.hidden_depth = name, 1
            return True
        return False

    def _block(self, name: str, *, is_end: bool) -> None:
        self._close_line()
        if name in _PARAGRAPHS and self.lines and self.lines[-1].strip("> "):
            self._empty_line()
        if name == "blockquote":
            self.quotes = max(0, min(9, self.quotes + (-1 if is_end else 1)))
        if name == "pre":
            self.preformatted = 0 if is_end else 1
        if name == "li" and not is_end:
            self.line.append("- ")

    def _empty_line(self) -> None:
        self.lines.append(">" * self.quotes)

    def _close_line(self) -> None:
        if "".join(self.line).strip():
            self.end_line()
        self.line = []

    def _link(self, attributes: str, *, is_end: bool) -> None:
        if not is_end:
            found = _HREF.search(attributes)
            address = html.unescape(found[1] or found[2] or found[3] or "").strip() if found else ""
            is_web = address.lower().startswith(("http://", "https://"))
            self.link, self.link_start = (
                address if is_web and len(address) <= _MAX_LINK else "",
                len(self.line),
            )
        elif self.link:
            if self.link.rstrip("/") not in "".join(self.line[self.link_start :]):
                self.line.append(f" <{self.link}>")
            self.link = ""
