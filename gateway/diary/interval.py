"""Days to wait between spraying and plucking: whoever writes down one of them inside is warned."""

from collections.abc import Iterable, Sequence
from datetime import date

from devices.text import Text
from gateway.diary.written_values import clean
from gateway.hamlet_time import HamletTime
from gateway.plot_records import DiaryEntry, DiaryKind


def too_early(entry: DiaryEntry, others: Iterable[DiaryEntry], here: HamletTime) -> Sequence[Text]:
    """What is wrong between this entry and the `others` of its plot that count."""
    found = []
    for other in others:
        pair = {entry.kind: entry, other.kind: other}
        spray, pluck = pair.get(DiaryKind.SPRAY), pair.get(DiaryKind.PLUCK)
        if spray is None or pluck is None or spray.facts.get("withdrawn"):
            continue
        if pluck.facts.get("withdrawn") or pluck.at < spray.at:
            continue
        sprayed, plucked = here.day(spray.at), here.day(pluck.at)
        interval = spray.facts.get("interval_days")
        days = (plucked - sprayed).days
        if isinstance(interval, int) and days < interval:
            product = clean(str(spray.facts.get("product", "")))
            found.append(
                Text(
                    f"Phun {product} ngày {sprayed:%d/%m/%Y} phải cách ly {interval} ngày; "
                    f"hái ngày {plucked:%d/%m/%Y} mới được {days} ngày.",
                    f"{product} was sprayed on {_english(sprayed)}, and its label says to wait "
                    f"{_days(interval)}; the plucking on {_english(plucked)} is only {_days(days)} "
                    "after it.",
                )
            )
    return found


def _english(day: date) -> str:
    return f"{day.day} {day:%b %Y}"


def _days(n: int) -> str:
    return "1 day" if n == 1 else f"{n} days"
