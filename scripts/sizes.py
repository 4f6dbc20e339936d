"""Print how large the files and functions of `zoo/` are, and fail past the totals agreed on below.

A figure here is raised knowingly, in a commit that says why.
"""

import ast
import statistics
import sys
from pathlib import Path

MOST_LINES_IN_ALL = 39000
MOST_LINES_IN_A_FILE = 420
MOST_MEDIAN_LINES_OF_A_FUNCTION = 12

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    files = {
        path.relative_to(ROOT): path.read_text().splitlines() for path in sorted(ROOT.glob("zoo/**/*.py"))
    }
    longest, lines = max(files.items(), key=lambda item: len(item[1]))
    functions = [
        node.end_lineno - node.lineno + 1 - _docstring_lines(node)
        for text in files.values()
        for node in ast.walk(ast.parse("\n".join(text)))
        if isinstance(node, ast.FunctionDef)
    ]
    total, median = sum(map(len, files.values())), statistics.median(functions)
    print(f"zoo/: {len(files)} files, {total:,} lines; the longest, {longest}, has {len(lines)}.")
    print(f"{len(functions)} functions, median {median:g} lines without docstring, longest {max(functions)}.")
    fine = (
        total <= MOST_LINES_IN_ALL
        and len(lines) <= MOST_LINES_IN_A_FILE
        and median <= MOST_MEDIAN_LINES_OF_A_FUNCTION
    )
    if not fine:
        print("That is more than scripts/sizes.py allows.", file=sys.stderr)
    return 0 if fine else 1


def _docstring_lines(node: ast.FunctionDef) -> int:
    first = node.body[0]
    is_docstring = (
        isinstance(first, ast.Expr)
        and isinstance(first.value, ast.Constant)
        and isinstance(first.value.value, str)
    )
    return first.end_lineno - first.lineno + 1 if is_docstring else 0


if __name__ == "__main__":
    raise SystemExit(main())
