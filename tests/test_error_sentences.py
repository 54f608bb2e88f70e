"""Sentences of errors about what a user gives: what was expected, what it was; what was given is cut in them."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1] / "liqwidget"
REFUSALS = {"DataError", "EstimateError", "ProtocolError", "TraitError"}
"""The others say what a venue did, or which library is not there."""
SAID_ELSEWHERE = {
    "domain/columns.py": "the verb is chosen by number",
    "domain/margin.py": "what is missing, and what it was, come from the check",
    "domain/stamps.py": "the span of the times says what they were",
}
"""Files in which a part of the sentence that is not written there says what it was."""
SHORT = {
    "duration_text(timeframe)", "error", "example", "first", "flat", "found.name", "found[0]", "given.name[:80]",
    "ledger", "market", "market.symbol", "name[:80]", "names[0]", "near[0]", "opened.isoformat()", "part", "positions",
    "positions.symbol", "str(name)", "str(target)", "str(target.parent)", "symbol", "told[0]", "wrong",
}  # fmt: skip
"""What comes from the package itself, is cut already, or stands in code to copy."""


@cache
def sentences() -> list[tuple[str, int, ast.expr]]:
    """Return the file and line of each refusal, and the expression of its sentence."""
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                nodes = list(ast.walk(function))
                given = [
                    one for one in nodes if isinstance(one, ast.Assign) and ast.unparse(one.targets[0]) == "message"
                ]
                for one in (node for node in nodes if isinstance(node, ast.Raise)):
                    call = one.exc
                    if isinstance(call, ast.Call) and call.args and ast.unparse(call.func).split(".")[-1] in REFUSALS:
                        before = [text.value for text in given if text.lineno < one.lineno]
                        named = isinstance(call.args[0], ast.Name) and before
                        said = before[-1] if named else call.args[0]
                        found.append((path.relative_to(PACKAGE).as_posix(), one.lineno, said))
    return found


def texts(sentence: ast.expr) -> list[str | ast.FormattedValue]:
    """Return the words of a sentence as they stand in the code, and what is put between them."""
    if isinstance(sentence, ast.Constant) and isinstance(sentence.value, str):
        return [sentence.value]
    if isinstance(sentence, ast.JoinedStr):
        return [
            text for one in sentence.values for text in ([one] if isinstance(one, ast.FormattedValue) else texts(one))
        ]
    return []


def test_what_was_expected_comes_with_what_it_was() -> None:
    silent = []
    for file, line, sentence in sentences():
        words = " ".join(text for text in texts(sentence) if isinstance(text, str))
        if words.startswith("Expected") and not re.search(r"\b(was|were)\b", words) and file not in SAID_ELSEWHERE:
            silent.append(f"{file}:{line}")
    assert silent == []
    assert sum(bool(texts(sentence)) for _, _, sentence in sentences()) > 300


def test_what_was_given_is_cut() -> None:
    whole = []
    for file, line, sentence in sentences():
        after = False
        for text in texts(sentence):
            if isinstance(text, str):
                after |= bool(re.search(r"\bw(as|ere)\b", text))
                continue
            named = ast.unparse(text.value)
            if after and text.conversion == ord("r") and text.format_spec is None and named not in SHORT:
                whole.append(f"{file}:{line} {named}")
    assert whole == []
