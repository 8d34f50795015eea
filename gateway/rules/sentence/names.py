"""How people call what rules speak of."""

from collections.abc import Mapping
from dataclasses import dataclass

from devices.kind import Kind
from devices.metric import Metric
from devices.text import Text
from gateway.rules.selector import Selector
from gateway.rules.sentence.phrases import joined, listed, phrase, small, with_article

NAMED_MAX = 3
"""Devices told by name; of more only the number is told."""

_DEVICES = Text("thiết bị", "devices")


@dataclass(frozen=True, slots=True)
class Names:
    """By id. What has no name here is told by its id."""

    kinds: Mapping[str, Kind]
    devices: Mapping[str, Text]
    plots: Mapping[str, Text]
    places: Mapping[str, Text]

    def device(self, id: str) -> Text:
        """One device. One that is called like its kind is the only one."""
        label = self.devices.get(id, Text(id, id))
        if label not in {kind.label for kind in self.kinds.values()}:
            return label
        return phrase("{it}", "the {it}", it=small(label))

    def plot(self, id: str) -> Text:
        """One plot."""
        return self.plots.get(id, Text(id, id))

    def metric(self, name: str) -> Metric | None:
        """What is known of a metric; where kinds share a name, they share its meaning."""
        found = (kind.metric(name) for kind in self.kinds.values())
        return next((metric for metric in found if metric), None)

    def metric_label(self, name: str) -> Text:
        """A metric within a sentence."""
        metric = self.metric(name)
        return small(metric.label) if metric else Text(name, name)

    def one_of(self, selector: Selector) -> Text:
        """Each device that is meant, as one of them."""
        return self._described(selector, every=False)

    def all_of(self, selector: Selector) -> Text:
        """All devices that are meant."""
        return self._described(selector, every=True)

    def many_of(self, selector: Selector) -> Text:
        """Several of those that are meant."""
        if selector.devices:
            return phrase("trong {n} thiết bị", "of {n} devices", n=str(len(selector.devices)))
        labels = [small(self.kinds[name].label) for name in sorted(selector.kinds)]
        plural = [Text(label.vi, f"{label.en}s") for label in labels] or [_DEVICES]
        what = listed(plural, " hoặc ", " or ")
        return joined([what, *self._where(selector)], " ", " ")

    def _described(self, selector: Selector, *, every: bool) -> Text:
        if selector.devices:
            ids = sorted(selector.devices)
            names = [self.device(id) for id in ids]
            count = str(len(ids))
            if every:
                many = phrase("{n} thiết bị", "{n} devices", n=count)
                return listed(names) if len(ids) <= NAMED_MAX else many
            one_of = phrase("một trong {n} thiết bị", "one of {n} devices", n=count)
            return listed(names, " hoặc ", " or ") if len(ids) <= NAMED_MAX else one_of
        return joined([self._kinds(selector, every=every), *self._where(selector)], " ", " ")

    def _kinds(self, selector: Selector, *, every: bool) -> Text:
        labels = [small(self.kinds[name].label) for name in sorted(selector.kinds)]
        if every:
            what = listed(labels) if labels else Text("thiết bị", "device")
            return phrase("mọi {what}", "every {what}", what=what)
        what = listed(labels, " hoặc ", " or ") if labels else Text("thiết bị", "device")
        return with_article(what)

    def _where(self, selector: Selector) -> list[Text]:
        found = []
        if selector.tags:
            tags = listed([_quoted(tag) for tag in sorted(selector.tags)], " hoặc ", " or ")
            found.append(phrase("có nhãn {tags}", "tagged {tags}", tags=tags))
        for ids, names in ((selector.plots, self.plots), (selector.places, self.places)):
            if ids:
                labels = [names.get(id, Text(id, id)) for id in sorted(ids)]
                found.append(phrase("ở {at}", "at {at}", at=listed(labels, " hoặc ", " or ")))
        return found


def _quoted(word: str) -> Text:
    return Text(f"“{word}”", f"“{word}”")
