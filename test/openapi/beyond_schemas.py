"""What schemathesis is told about the two services that their document cannot tell it."""

import json
import os
import re

import schemathesis

# Rules that no JSON Schema can say: a request that breaks one of them alone is refused, though its schema allows it. Each with
# why a schema cannot say it; what else is refused though its schema allows it, is a finding.
RULES = [
    # A cursor is opaque, and belongs to one selection.
    r"is no nextCursor of this list",
    r"is not a cursor of this selection: .*",
    r"is no id of an event of this API",
    # The clock decides.
    r"must be in the future, and before the year 10000 in UTC",
    # Days of a month, hours of a day; and 1970 to 2261 after the offset is taken away.
    r"is no time between 1970 and 2261",
    r'"timestamp" must be ISO 8601 .*',
    r"is too far away",
    # Two times, and what lies between them.
    r'must not lie before "from"',
    r'must be at most \d+ days before "to"',
    r"begins too long a time range: .*",
    r"makes \d+ buckets, .*",
    # What a number stands for depends on the letter behind it.
    r'must be "auto" or between "1s" and "1d", .*',
    # A host name's own rules.
    r"must be an origin \(https://app\.example\.com\) or https://\*\.example\.com",
    r"must name at least one origin where allowBrowser is true",
    # The field decides which values a filter takes.
    r"must be a time: ISO 8601, .*",
    r"must be a number",
    r"must be one of trace, debug, info, warn, error, fatal",
    # Which letters make a word; and a limit of all values together.
    r"has no word \(letters, digits, _\) to search by mode .*",
    r"values must have at most \d+ characters together",
    # Which characters are letters: Python's tables of Unicode are not JavaScript's.
    r"A name is 1–100 letters, .*",
]
RULE = re.compile("|".join(f"(?:{rule})" for rule in RULES))
JSON = "application/json"
LINES = "application/x-ndjson"


# What the run itself lives on: its keys and their project. Nothing may change or end them.
NEEDED = frozenset(os.environ["NEEDED_IDS"].split(","))
NOBODY = "00000000-0000-0000-0000-000000000000"


@schemathesis.hook
def before_call(context, case, kwargs):
    """Turns a change of what is needed into one of nothing, which is 404."""
    if case.method.upper() != "GET" and str(case.path_parameters.get("id")).lower() in NEEDED:
        case.path_parameters["id"] = NOBODY


@schemathesis.serializer(LINES)
def lines(context, value):
    """A body of lines as it is; what should have been text, as JSON."""
    text = value if isinstance(value, str) else json.dumps(value)
    return text.encode("utf-8", "replace")


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """Whether a failure counts."""
    if "positive_data_acceptance" not in failure.checks or response.status_code != 400:
        return True
    # JSON within text: a schema knows nothing of it.
    if case.media_type not in (None, JSON):
        return False
    issues = response.json()["error"].get("issues", [])
    return len(issues) == 0 or not all(is_beyond(case, issue) for issue in issues)


def is_beyond(case, issue):
    # A JSON text in a query, likewise.
    if case.operation.label == "GET /logs/tail" and issue["path"].split(".")[0] in ("filters", "search"):
        return True
    return RULE.fullmatch(issue["message"]) is not None
