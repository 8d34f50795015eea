"""What the validation found wrong with a message, as a technician reads it. Pure."""

import re
from collections.abc import Mapping

from pydantic_core import ErrorDetails, ValidationError

from devices.text import Text

_WHERE = re.compile(r"line (\d+) column (\d+)$")

_WRONG: Mapping[str, Text] = {
    "missing": Text("không có", "is missing"),
    "greater_than_equal": Text("phải từ {ge:.12g} trở lên", "must be {ge:.12g} or more"),
    "less_than_equal": Text("không được quá {le:.12g}", "must be {le:.12g} or less"),
    "finite_number": Text("phải là số hữu hạn", "must be a finite number"),
    "float_type": Text("phải là số", "must be a number"),
    "int_type": Text("phải là số nguyên", "must be a whole number"),
    "bool_type": Text("phải là true hoặc false", "must be true or false"),
    "string_type": Text("phải là chuỗi ký tự", "must be text"),
    "string_too_short": Text("không được để trống", "must not be empty"),
    "string_too_long": Text(
        "dài nhất là {max_length} ký tự", "must have {max_length} characters at most"
    ),
    "tuple_type": Text("phải là danh sách", "must be a list"),
    "dict_type": Text("tin phải là một đối tượng JSON", "the message must be a JSON object"),
    "model_type": Text("tin phải là một đối tượng JSON", "the message must be a JSON object"),
}
"""By the error types of pydantic that our schemas can give."""
_OTHERWISE = Text("có giá trị sai", "has a wrong value")
"""What bytes from outside bring must not depend on the list being complete."""


def first_wrong(error: ValidationError) -> tuple[str, Text]:
    """The type of the first error, and what is wrong where."""
    first = error.errors(include_url=False, include_input=False)[0]
    return first["type"], _not_json(first) if first["type"] == "json_invalid" else _field(first)


def _not_json(error: ErrorDetails) -> Text:
    found = _WHERE.search(error["msg"])
    line, column = found.groups() if found else ("?", "?")
    return Text(f"sai ở dòng {line}, cột {column}", f"wrong at line {line}, column {column}")


def _field(error: ErrorDetails) -> Text:
    wrong = _WRONG.get(error["type"], _OTHERWISE)
    where = ".".join(str(part) for part in error["loc"])
    return Text(*(f"{where} {text.format_map(error.get('ctx', {}))}".strip() for text in wrong))
