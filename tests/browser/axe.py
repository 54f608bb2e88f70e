"""What axe-core says of a widget on a page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.heatmap import Theme

AXE = Path(__file__).resolve().parents[2] / "js" / "node_modules" / "axe-core" / "axe.min.js"
"""To be evaluated in the page first."""
RUN = """async ([where, rules]) => {
  const only = rules && { runOnly: { type: "rule", values: rules } }
  // It lies over the whole widget, and what it lies over axe-core says nothing of.
  const marks = [...document.querySelectorAll(".liq-watermark")]
  for (const one of marks) one.style.display = "none"
  const { violations } = await axe.run(where, { resultTypes: ["violations"], ...only })
  for (const one of marks) one.style.display = ""
  const told = ({ target, failureSummary }) => `${target}: ${failureSummary}`
  return violations.map(({ id, impact, nodes }) => [impact, id, nodes.map(told)])
}"""
RULES = {"light": None, "dark": ["color-contrast"]}
"""Rules that are asked in a theme, all by default: of another theme only colours differ."""


def serious(page: Page, theme: Theme, where: str = ".liq-root") -> list[Any]:
    """Return what axe-core calls serious or critical inside a widget."""
    return [found for found in page.evaluate(RUN, [where, RULES[theme]]) if found[0] in ("serious", "critical")]
