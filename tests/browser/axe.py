"""axe-core's checks for accessibility, on a page as it is shown."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from playwright.sync_api import Page

GRAVE = ("serious", "critical")
_RUN = """async (rules) => {
    const options = {resultTypes: ['violations'], rules: {'target-size': {enabled: true}}, preload: false};
    if (rules.length) {
        options.runOnly = {type: 'rule', values: rules};
    }
    const found = await window.axe.run(document, options);
    return found.violations.map((one) => [
        one.impact, one.id, one.help, one.nodes.map((node) => `${node.target.join(' ')}: ${node.failureSummary}`),
    ]);
}"""


def grave_faults(page: Page, *rules: str) -> list[str]:
    """This will return what axe-core calls serious or critical, one sentence each; none where all is well.

    :param rules: look at these only; none: at all that axe-core knows.
    """
    # The debugger's door, through which no page can come: the policy of the page stays in force.
    page.evaluate(_source())
    found: Sequence[tuple[str, str, str, list[str]]] = page.evaluate(_RUN, list(rules))
    return [
        f"{page.url}: {impact} {rule}, {words}: {' | '.join(places[:4])}"
        for impact, rule, words, places in found
        if impact in GRAVE
    ]


@cache
def _source() -> str:
    return files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
