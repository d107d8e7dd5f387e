"""The printed page of a report: its style, tables and figures as HTML. Everything is escaped."""

from collections.abc import Iterable, Sequence
from html import escape

STYLE = """
@page { size: A4; margin: 20mm 18mm; }
:root { color-scheme: light; }
body { font: 10.5pt/1.42 "Liberation Serif", "Times New Roman", Georgia, serif; color: #111;
  background: #fff; max-width: 174mm; margin: 12mm auto; padding: 0 4mm;
  counter-reset: section table figure; }
h1 { font-size: 17pt; line-height: 1.2; margin: 0 0 2mm; }
h2 { font-size: 12pt; margin: 8mm 0 2mm; break-after: avoid; counter-increment: section; }
h2::before { content: counter(section) ". "; }
p { margin: 0 0 2.5mm; hyphens: auto; }
code { font: 9pt "Liberation Mono", Menlo, Consolas, monospace; overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 4mm; font-size: 9.5pt;
  border-top: 0.6pt solid #111; border-bottom: 0.6pt solid #111; padding: 2mm 0; }
dt { color: #444; } dd { margin: 0; }
table { border-collapse: collapse; width: 100%; margin: 3mm 0 5mm; font-size: 9pt;
  font-variant-numeric: tabular-nums lining-nums; border-bottom: 0.9pt solid #111;
  break-inside: avoid; }
caption, figcaption { text-align: left; font-size: 9.5pt; padding: 1mm 0; }
caption::before { counter-increment: table; content: "Table " counter(table) ". ";
  font-weight: bold; }
figcaption::before { counter-increment: figure; content: "Figure " counter(figure) ". ";
  font-weight: bold; }
thead th { border-top: 0.9pt solid #111; border-bottom: 0.5pt solid #111; font-weight: normal;
  font-style: italic; vertical-align: bottom; }
th, td { padding: 0.7mm 1.2mm; text-align: right; }
th:first-child, td:first-child { text-align: left; }
tbody th { font-weight: normal; }
small { color: #444; font-size: 7.6pt; white-space: nowrap; }
figure { margin: 4mm 0 6mm; break-inside: avoid; }
figure svg { max-width: 100%; height: auto; display: block; }
@media print { body { margin: 0; padding: 0; max-width: none; } }
"""


def page(title: str, parts: Iterable[str]) -> str:
    """A whole HTML document; the parts are HTML already, the title is text."""
    body = "\n".join(parts)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n"
        f"<body>\n<h1>{escape(title)}</h1>\n{body}\n</body>\n</html>\n"
    )


def heading(text: str) -> str:
    """A numbered heading."""
    return f"<h2>{escape(text)}</h2>"


def paragraph(text: str) -> str:
    """Plain text."""
    return f"<p>{escape(text)}</p>"


def facts(pairs: Iterable[tuple[str, str]], *, code: Sequence[str] = ()) -> str:
    """Names and values below each other; empty values are left out, `code` names commands."""
    rows = [
        f"<dt>{escape(name)}</dt><dd>"
        + (f"<code>{escape(value)}</code>" if name in code else escape(value))
        + "</dd>"
        for name, value in pairs
        if value
    ]
    return "<dl>" + "".join(rows) + "</dl>"


def table(caption: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table whose first column names the row. A cell may hold a second line after a newline."""
    heads = "".join(f'<th scope="col">{_cell(text)}</th>' for text in head)
    body = "\n".join(
        f'<tr><th scope="row">{_cell(row[0])}</th>'
        + "".join(f"<td>{_cell(text)}</td>" for text in row[1:])
        + "</tr>"
        for row in rows
    )
    return (
        f"<table>\n<caption>{escape(caption)}</caption>\n<thead><tr>{heads}</tr></thead>\n"
        f"<tbody>\n{body}\n</tbody>\n</table>"
    )


def figure(caption: str, svg: str) -> str:
    """A plot with its caption; the plot is an `<svg>` element as text."""
    return f"<figure>\n{svg}\n<figcaption>{escape(caption)}</figcaption>\n</figure>"


def _cell(text: str) -> str:
    first, _, second = text.partition("\n")
    return escape(first) + (f"<br><small>{escape(second)}</small>" if second else "")
