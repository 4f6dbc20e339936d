"""What is no number where the model takes numbers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from zoo.training._tables import is_number, missing, parsed
from zoo.training.checks.finding import Finding, error


def not_numbers(
    array: np.ndarray,
    label: str,
    part: str = "training data",
    columns: Sequence[str] = (),
    index: np.ndarray | None = None,
) -> Iterator[Finding]:
    """Text, dates and complex numbers in place of numbers: names the column, the row and the value.

    Keras says "Invalid dtype: str96" of NumPy's text and "Cast string to float is not supported" of objects, and
    neither names what to look at. A table with a single ``?`` becomes text as a whole column.

    Args:
        array: the values, as `read_table` reads them.
        label: how messages call them: ``x``, ``y``, ``x['kind']``.
        part: of which rows they are.
        columns: names of the columns.
        index: labels of the rows, where they are more than a count.

    Example:
        frame = pd.DataFrame({"age": ["31", "?"]})
        zoo.fit(model, frame, y)
    Mend:
        frame["age"] = pd.to_numeric(frame["age"], errors="coerce")
        frame["age"] = frame["age"].fillna(frame["age"].median())

    Cases: A16; tensorflow/tensorflow#28367.
    """
    if array.dtype.kind in "biuf" or not array.size:
        return
    if array.ndim == 2 and (columns or array.dtype.kind in "OUS"):
        for i in range(array.shape[1]):
            name = repr(columns[i]) if i < len(columns) else str(i)
            code = f"frame[{columns[i]!r}]" if i < len(columns) else f"{label}[:, {i}]"
            yield from _column(array[:, i], f"{label} of the {part}, column {name}:", code, label, index)
    else:
        yield from _column(array.ravel(), f"{label} of the {part}", label, label, index, array.shape)


def _column(
    values: np.ndarray,
    place: str,
    code: str,
    label: str,
    index: np.ndarray | None,
    shape: tuple[int, ...] = (),
) -> Iterator[Finding]:
    """Say what a column holds besides numbers."""

    def at(row: int) -> str:
        if len(shape) > 1:
            row = int(np.unravel_index(row, shape)[0])
        named = f" (labelled {_quoted(index[row])})" if index is not None and row < len(index) else ""
        return f"row {row}{named}"

    if values.dtype.kind == "V":
        yield error(
            f"{place} is of the dtype {values.dtype}, which the model cannot take.", f"Use numbers: {code}."
        )
        return
    if values.dtype.kind in "mM":
        yield _dates(values[0], place, code, at(0))
        return
    if values.dtype.kind == "c":
        odd = int(np.argmax(values.imag != 0))
        yield error(
            f"{place} holds complex numbers, {values[odd]} in {at(odd)}; Keras would drop their imaginary part.",
            f"Use {code}.real or np.abs({code}), or give both parts as columns of their own.",
        )
        return
    gaps = missing(values) if values.dtype.kind == "O" else np.zeros(len(values), bool)
    texts = [i for i, v in enumerate(values) if not gaps[i] and isinstance(v, str | bytes)]
    others = [
        i for i, v in enumerate(values) if not gaps[i] and not isinstance(v, str | bytes) and not is_number(v)
    ]
    if others:
        odd = others[0]
        value = values[odd]
        if hasattr(value, "year") or hasattr(value, "total_seconds"):
            yield _dates(value, place, code, at(odd))
        else:
            mend = (
                "keras.utils.pad_sequences makes rows of one length."
                if hasattr(value, "__len__")
                else (
                    f"Use {code}.cat.codes."
                    if type(value).__name__ == "Interval"
                    else f"Make numbers of {code}."
                )
            )
            yield error(
                f"{place} holds {_quoted(value)}, of the type {type(value).__name__}, in {at(odd)}.", mend
            )
    elif texts:
        yield _text(values, texts, place, code, label, at, len(values) - int(gaps.sum()))


def _text(
    values: np.ndarray,
    texts: Sequence[int],
    place: str,
    code: str,
    label: str,
    at: Callable[[int], str],
    present: int,
) -> Finding:
    """Tell numbers written as text, gaps written as text, and words apart."""
    words = [i for i in texts if parsed(_str(values[i])) is None]
    if not words:
        whole = all(parsed(_str(values[i])).is_integer() for i in texts)  # type: ignore[union-attr]
        mend = (
            f"Use {code}.astype(int)."
            if label.startswith("y") and whole and present == len(values)
            else (
                f"Use {code} = pd.to_numeric({code})."
                if code.startswith("frame")
                else f"Use {code}.astype(float)."
            )
        )
        return error(
            f"{place} holds numbers written as text, {_quoted(values[texts[0]])} in {at(texts[0])}.", mend
        )
    first, among = words[0], set(words)
    shown = list(dict.fromkeys(_str(values[i]) for i in words))
    commas = all(re.fullmatch(r"\s*-?\d+,\d+\s*", word) for word in shown)
    if len(words) < present:  # numbers among them: the words stand for gaps, or are slips
        several = f", and {len(words) - 1} more such cell(s)" if len(words) > 1 else ""
        number = next(
            v for i, v in enumerate(values) if i not in among and (is_number(v) or isinstance(v, str | bytes))
        )
        filled = f"{code} = {code}.fillna({code}.median())" if code.startswith("frame") else "fill them"
        coerced = f'{code} = pd.to_numeric({code}, errors="coerce")'
        return error(
            f"{place} holds numbers and {_quoted(values[first])} in {at(first)}{several}; a number there looks like "
            f"{_quoted(number)}.",
            'The comma is a decimal sign here: use pd.read_csv(path, decimal=",").'
            if commas
            else f"Use {coerced}, which makes them NaN, then {filled}, or drop the rows.",
        )
    if commas:
        return error(
            f"{place} holds numbers with a decimal comma, {_quoted(values[first])} in {at(first)}.",
            'Use pd.read_csv(path, decimal=",").',
        )
    examples = ", ".join(map(repr, shown[:3]))
    text = f"{place} holds text ({examples}{', ...' * (len(shown) > 3)}), and the model takes numbers."
    if label.startswith("y") and present < len(values):
        return error(
            f"{text[:-1]}; {len(values) - present} cell(s) are empty.", "Drop the empty rows: y.dropna()."
        )
    if label.startswith("y"):
        return error(
            text, f"names, {label} = np.unique({label}, return_inverse=True) turns them into integers."
        )
    if not code.startswith("frame"):
        return error(text, "Turn the column into numbers, for example with pd.get_dummies, or leave it out.")
    name = code[len("frame[") : -1]
    if len(shown) == 2:
        return error(text, f'Use {code} = ({code} == {shown[-1]!r}).astype("float32").')
    if len(shown) > max(20, present // 2):
        return error(text, f"Nearly every row has its own: use frame = frame.drop(columns={name}).")
    return error(text, f'Use frame = pd.get_dummies(frame, columns=[{name}], dtype="float32").')


def _dates(value: Any, place: str, code: str, where: str) -> Finding:
    span = isinstance(value, np.timedelta64) or hasattr(value, "total_seconds")
    kind, mend = (
        ("spans of time", f"{code}.dt.total_seconds()")
        if span
        else ("dates", f"({code} - {code}.min()).dt.days")
    )
    also = "" if span else f" or parts of the date, such as {code}.dt.dayofyear"
    shown = f"{value}".removesuffix("T00:00:00.000000").removesuffix(" 00:00:00")
    return error(
        f"{place} holds {kind}, {shown} in {where}, and the model takes numbers.", f"Use {mend}{also}."
    )


def _str(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _quoted(value: Any) -> str:
    text = repr(_str(value)) if isinstance(value, str | bytes) else str(value)
    return text if len(text) <= 40 else f"{text[:37]}..."
