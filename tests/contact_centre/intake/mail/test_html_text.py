"""HTML mails as the words that a reader would see."""

import time

import pytest

from contact_centre.intake.mail.html_text import to_text


def test_blocks_lists_and_entities_become_lines():
    page = "<body><p>Dzień&nbsp;<b>dobry</b>,</p><div>jeden<br>dwa</div><ul><li>a</li><li>b</li></ul></body>"
    assert to_text(page) == "Dzień\xa0dobry,\n\njeden\ndwa\n\n- a\n- b"


def test_what_is_not_shown_is_not_read():
    page = (
        "<head><title>t</title><style>p{color:red}</style></head><!-- c --><script>x('<p>no</p>')</script>"
        "<div style='display: none'>preview<div>deep</div></div><p hidden>no</p><p>seen</p>"
    )
    assert to_text(page) == "seen"


def test_links_keep_their_address_unless_it_is_the_text():
    assert to_text('<a href="https://x.example/?a=1&amp;b=2">tu</a>') == "tu <https://x.example/?a=1&b=2>"
    assert to_text("<a href=https://x.example/>https://x.example</a>") == "https://x.example"
    assert to_text('<a href="javascript:x()">tu</a>') == "tu"


def test_quotations_are_marked_as_in_plain_mails():
    page = "<p>Tak.</p><div>Jan napisał:</div><blockquote><p>Czy?</p><blockquote>Kiedy?</blockquote></blockquote>"
    assert [line for line in to_text(page).split("\n") if line.strip("> ")] == [
        "Tak.", "Jan napisał:", "> Czy?", "> > Kiedy?",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "page", ["a < b", "<p", "<style>open", "<!-- open", "&#xfffffff; ok &nbsp", "<div></p></div>x"]
)
def test_broken_pages_lose_no_words(page):
    assert set("abcdefghijklmnopqrstuvwxyz") & set(to_text(page)) or page == "<p"


@pytest.mark.parametrize(
    "piece", ["<!--", "<a ", '<a x="', "<style>", "<p hidden>", "<div>", "</a ", "<?", "&#", "<![CDATA["]
)
def test_no_page_holds_the_queue_up(piece):
    started = time.process_time()
    to_text(piece * (400_000 // len(piece)))
    assert time.process_time() - started < 5
