"""What went wrong while a file was read, as one sentence: Keras says it in pages that do not name the file."""

from __future__ import annotations

import re

# What Keras says, and what that means to whoever opens a file.
_SENTENCES = (
    (
        r"[Ll]ayer '?([^\s']+)'? expected (\d+) variables?, but received (\d+) variables?",
        "the layer {0!r} has {1} arrays of weights and the file holds {2} for it",
    ),
    (
        r"Layer '?([^\s']+)'? was never built and thus it doesn't have any variables. However the weights file lists "
        r"(\d+)",
        "the layer {0!r} has no weights and the file holds {1} for it",
    ),
    (
        r"Layer count mismatch .* Model expected (\d+) layers, found (\d+) saved layers",
        "its configuration has {0} layers with weights, and the file holds the weights of {1}",
    ),
    (
        r"Weight count mismatch for layer #\d+ \(named ([^\s,]+) .*expects (\d+) weight\(s\). Received (\d+)",
        "the layer {0!r} has {1} arrays of weights and the file holds {2} for it",
    ),
    (
        r"Shape mismatch in layer #\d+ \(named ([^)]+)\).*expects shape (\([^)]*\)). Received saved weight with shape "
        r"(\([^)]*\))",
        "the layer {0!r} has weights of shape {1} and the file holds {2} for it",
    ),
    (
        r"variable.shape=(?:TensorShape\()?(\([^)]*\))\)?, Received: value.shape=(?:TensorShape\()?(\([^)]*\))\)?. "
        r"Target variable: .*?path=([^\s,>]+)",
        "the weight {2!r} is of shape {0} and the file holds one of shape {1} for it",
    ),
    (r"The following attributes? .*?missing|KeyError: '([^']+)'", "its configuration lacks {0!r}"),
    (
        r"Could not interpret (\w+) identifier: (.{1,60})",
        "its configuration names the {0} {1!r}, which Keras has not",
    ),
    (
        r"Could not locate (class|function) '([^']+)'",
        "it names the {0} {1!r}, which neither Keras nor the caller has",
    ),
    (r"Unknown \w+: '([^']+)'", "it names {0!r}, which neither Keras nor the caller has"),
)
_STARTS = ("Error encountered during deserialization:", "Exception encountered:", "Error when deserializing")
_CALL = r"^Exception encountered when calling (.+?)(?:\.call\(\))?\. (.+?)(?: Arguments received by .*)?$"
_LONGEST = 160


def sentence_of(error: BaseException) -> str:
    """Return what an error means, without the configuration that Keras repeats before it.

    Examples:
        >>> sentence_of(ValueError("Layer 'dense' expected 2 variables, but received 0 variables during loading."))
        "the layer 'dense' has 2 arrays of weights and the file holds 0 for it"
        >>> sentence_of(ValueError("Something else. And more"))
        'Keras says: Something else'
        >>> sentence_of(ValueError("Exception encountered when calling Add.call().\\n\\nNo. Arguments received by Add"))
        'Keras says: in Add, No'
    """
    text = " ".join(str(error).split())
    for pattern, sentence in _SENTENCES:
        match = re.search(pattern, text)
        if match:
            words = (word or "" for word in match.groups())
            return sentence.format(*(word.strip("'\" ") for word in words), "", "")
    if text.startswith(("the ", "it ", "its ")) and len(text) < 4 * _LONGEST:
        return text.rstrip(".")  # of the zoo's own readers
    if isinstance(error, KeyError):
        return f"its configuration lacks {text[:_LONGEST]}"
    if isinstance(error, MemoryError):
        return "there is not enough memory for it"
    if isinstance(error, RecursionError):
        return "its configuration is nested too deep"
    for start in _STARTS:
        text = text.rpartition(start)[2].strip() or text
    text = re.sub(_CALL, r"in \1, \2", re.sub(r"\x1b\[\d*m", "", text))
    first = re.split(r"\.\s|config=|\{", text)[0].rstrip(". ")
    plain = "".join(sign if sign.isprintable() else "?" for sign in first[:_LONGEST])
    return f"Keras says: {plain}" if plain else f"Keras stops with {type(error).__name__}"
