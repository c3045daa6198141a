"""HTML mails as the words that a reader would see."""

import time

import pytest

from contact_centre.intake.mail.endings import without_ending
from contact_centre.intake.mail.html_text import to_text


def test_blocks_lists_and_entities_become_lines():
    """EMAIL §8: HTML to text with block structure."""
    page = "<body><p>Dzień&nbsp;<b>dobry</b>,</p><div>jeden<br>dwa</div><ul><li>a</li><li>b</li></ul></body>"
    assert to_text(page) == "Dzień\xa0dobry,\n\njeden\ndwa\n\n- a\n- b"


def test_what_is_not_shown_is_not_read():
    """EMAIL §8: style, script, title, comments and hidden elements removed."""
    page = (
        "<head><title>t</title><style>p{color:red}</style></head><!-- c --><script>x('<p>no</p>')</script>"
        "<div style='display: none'>preview<div>deep</div></div><p hidden>no</p><p>seen</p>"
    )
    assert to_text(page) == "seen"


def test_links_keep_their_address_unless_it_is_the_text():
    """EMAIL §8: links kept."""
    assert to_text('<a href="https://x.example/?a=1&amp;b=2">tu</a>') == "tu <https://x.example/?a=1&b=2>"
    assert to_text("<a href=https://x.example/>https://x.example</a>") == "https://x.example"
    assert to_text('<a href="javascript:x()">tu</a>') == "tu"


def test_quotations_are_marked_as_in_plain_mails():
    """EMAIL §11: blockquote."""
    page = "<p>Tak.</p><div>Jan napisał:</div><blockquote><p>Czy?</p><blockquote>Kiedy?</blockquote></blockquote>"
    assert [line for line in to_text(page).split("\n") if line.strip("> ")] == [
        "Tak.", "Jan napisał:", "> Czy?", "> > Kiedy?",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "page", ["a < b", "<p", "<style>open", "<!-- open", "&#xfffffff; ok &nbsp", "<div></p></div>x"]
)
def test_broken_pages_lose_no_words(page):
    """EMAIL §8: never raise, and lose nothing."""
    assert set("abcdefghijklmnopqrstuvwxyz") & set(to_text(page)) or page == "<p"


@pytest.mark.parametrize(
    "piece",
    [
        "<!--",
        "<a ",
        '<a x="',
        "<style>",
        "<p hidden>",
        "<p style=font-size:0>",
        "<div>",
        "</a ",
        "<?",
        "&#",
        "<![CDATA[",
    ],
)
def test_no_page_holds_the_queue_up(piece):
    """EMAIL §8: time limit."""
    started = time.process_time()
    to_text(piece * (400_000 // len(piece)))
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    "style",
    [
        "font-size:0", "font-size: 0px; line-height:0", "font:0/0 Arial", "max-height:0;overflow:hidden", "opacity:0",
        "overflow: hidden; height:0px", "opacity: 0.0; color: red",
    ],
)  # fmt: skip
def test_words_that_nobody_can_see_are_left_out(style):
    """EMAIL §8: hidden elements removed, such as the words that newsletters write for previews."""
    assert to_text(f"<div style='{style}'>podgląd <span>listu</span></div><p>słowa</p>") == "słowa"


@pytest.mark.parametrize(
    "page",
    [
        "<td style='font-size:0px'><div style='font-size:13px'>słowa</div></td>",
        "<td style='font-size:0'><table><tr><td class='tresc'>słowa</td></tr></table></td>",
        "<div style='font-size:0'><p style='font:14px Arial'>sło<span style='font-size:80%'>wa</span></p></div>",
        "<div style='font-size:0.9em;opacity:0.5;max-height:0'>słowa</div>",
        "<div style='font-size:0'></div>słowa",
        "<p style='font-size:0'><p>słowa",
        "<div style='font-size:0'><font size='2'>słowa</font></div>",
        "<td style='font-size:0px'><FONT face=Arial SIZE=-1>słowa</FONT></td>",
        "<a style='mso-hide:all'>słowa</a>",
        "<div style='fill-opacity:0;min-height:0;overflow:hidden'>słowa</div>",
    ],
)
def test_words_that_some_reader_sees_are_kept(page):
    """EMAIL §8, and §11: never a word lost; "mso-hide" hides from Outlook alone."""
    assert to_text(page) == "słowa"


@pytest.mark.parametrize(
    "mark",
    ["<div>-- <br>Ana Nowak</div>", "<p>--&nbsp;</p><p>Ana Nowak</p>", "<pre>-- \nAna Nowak</pre>",
     "<span class='gmail_signature_prefix'>-- </span><br><div>Ana Nowak</div>"],
)  # fmt: skip
def test_the_blank_behind_the_dashes_of_a_signature_is_kept(mark):
    """EMAIL §11: the signature line, also in a mail that is a page alone."""
    page = to_text(f"<div>słowa</div>{mark}")
    assert "\n-- \n" in page
    assert without_ending(page.split("\n")) == "słowa"


def test_dashes_without_the_blank_are_anything():
    """EMAIL §11: never cut at a lone dash line."""
    assert "-- " not in to_text("<p>lista:</p><p>--</p><p>lampa</p>")
