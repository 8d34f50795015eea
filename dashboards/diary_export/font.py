"""The font of the pages as a file that a PDF can hold.

The pages have it in two files a weight, Latin and Vietnamese; a PDF needs one, without what only a
screen uses.
"""

import io
from functools import lru_cache
from pathlib import Path

from fontTools import merge, subset, ttLib

from dashboards.assets import STATIC

FOLDER = STATIC / "vendor" / "be-vietnam-pro"
REGULAR, BOLD = "400", "600"
_DROPPED = ["GDEF", "GPOS", "GSUB", "cvt ", "fpgm", "prep", "gasp"]


@lru_cache(maxsize=2)
def whole_font(weight: str) -> bytes:
    """A TrueType font with every letter that the pages have."""
    parts = [_plain(FOLDER / f"be-vietnam-pro-{part}-{weight}-normal.woff2") for part in _PARTS]
    merged = merge.Merger().merge(parts)
    return _saved(merged)


_PARTS = ("latin", "vietnamese")


def _plain(file: Path) -> io.BytesIO:
    font = ttLib.TTFont(file)
    options = subset.Options(
        hinting=False, layout_features=[], drop_tables=_DROPPED, notdef_outline=True
    )
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=font.getBestCmap())
    subsetter.subset(font)
    return io.BytesIO(_saved(font))


def _saved(font: ttLib.TTFont) -> bytes:
    font.flavor = None
    content = io.BytesIO()
    font.save(content)
    return content.getvalue()
