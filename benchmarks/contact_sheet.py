"""Many screenshots in one picture, each with its name, to be looked at quickly."""

from pathlib import Path

from PIL import Image, ImageDraw

COLUMNS, WIDTH, TALLEST, GAP = 6, 420, 900, 16


def contact_sheet(folder: Path, out: Path) -> None:
    """Every PNG of a folder by name, six in a row; a long page is cut at its end."""
    pages = [_small(path) for path in sorted(folder.glob("*.png"))]
    rows = [pages[at : at + COLUMNS] for at in range(0, len(pages), COLUMNS)]
    height = sum(max(one.height for one in row) + GAP for row in rows)
    sheet = Image.new("RGB", (COLUMNS * (WIDTH + GAP), height), "fuchsia")
    top = 0
    for row in rows:
        for column, one in enumerate(row):
            sheet.paste(one, (column * (WIDTH + GAP), top))
        top += max(one.height for one in row) + GAP
    sheet.save(out, quality=85)


def _small(path: Path) -> Image.Image:
    with Image.open(path) as image:
        page = image.convert("RGB")
    page = page.resize((WIDTH, max(1, page.height * WIDTH // page.width)), Image.Resampling.LANCZOS)
    page = page.crop((0, 0, WIDTH, min(page.height, TALLEST)))
    named = Image.new("RGB", (WIDTH, page.height + GAP), "white")
    ImageDraw.Draw(named).text((2, 2), path.stem, fill="black")
    named.paste(page, (0, GAP))
    return named
