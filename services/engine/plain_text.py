"""The words of a piece of HTML: what a reader who does not see it would hear."""

from __future__ import annotations

from html.parser import HTMLParser

VOID = frozenset(["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"])


class _Words(HTMLParser):
    """Collects texts and labels; leaves out what is hidden from a reader."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A label stands for all that its element holds."""
        said = dict(attrs)
        label = said.get("aria-label") or (said.get("alt") if tag == "img" else "")
        if label and not self.silent:
            self.found.append(label)
        if tag not in VOID and (self.silent or label or said.get("aria-hidden") == "true"):
            self.silent += 1

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A closed element, such as a path of a drawing, holds nothing."""

    def handle_endtag(self, tag: str) -> None:
        """Leave the element."""
        if self.silent and tag not in VOID:
            self.silent -= 1

    def handle_data(self, data: str) -> None:
        """A text that is seen."""
        if not self.silent and data.strip():
            self.found.append(data.strip())


def plain_text(html: str) -> str:
    """The words in the order of the HTML, with single spaces between them."""
    if "<" not in html and "&" not in html:
        return " ".join(html.split())
    words = _Words()
    words.feed(html)
    words.close()
    return " ".join(" ".join(words.found).split())
