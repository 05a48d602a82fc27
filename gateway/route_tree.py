"""Sorts routes by the beginnings of their paths: a request is held against those alone that it can match.

In a list Envoy tries one route after the other, twice for each call of REST, and each file and spelling is a route.
"""

import re
from collections.abc import Sequence
from typing import Any

# Under each of these stand no more than a few routes that a call can match.
_BEGINNINGS = ("/", "/api/v1/", "/api/v1/interview/", "/api/v1/learning/", "/api/v1/resumes", "/career.", "/grpc.")
# Of a pattern: characters that stand for themselves, some behind a backslash; not the one that may be missing.
_LITERAL = re.compile(r"(?:(?:[\w/:-]|\\[^\w])(?![?*{]))*")

Tree = dict[str, Any]


def build_matcher(routes: Sequence[Tree]) -> Tree:
    """The `matcher` of a virtual host that finds what a list of these routes would find: the first that fits.

    A pattern has its alternatives in brackets.
    """
    return {
        "matcher_tree": {
            "input": {
                "name": "path",
                "typed_config": {
                    "@type": "type.googleapis.com/envoy.type.matcher.v3.HttpRequestHeaderMatchInput",
                    "header_name": ":path",
                },
            },
            # Of beginnings that fit, the longest is taken.
            "prefix_match_map": {"map": {beginning: _list(beginning, routes) for beginning in _BEGINNINGS}},
        }
    }


def _list(beginning: str, routes: Sequence[Tree]) -> Tree:
    listed = [route for route in routes if _reaches(_find_literal(route["match"]), beginning)]
    return {
        "action": {
            "name": beginning,
            "typed_config": {"@type": "type.googleapis.com/envoy.config.route.v3.RouteList", "routes": listed},
        }
    }


def _reaches(literal: str, beginning: str) -> bool:
    home = max((known for known in _BEGINNINGS if literal.startswith(known)), key=len)
    return beginning == home or beginning.startswith(literal)


def _find_literal(match: Tree) -> str:
    """What every path that matches begins with."""
    if "safe_regex" in match:
        found = _LITERAL.match(match["safe_regex"]["regex"])
        return re.sub(r"\\(.)", r"\1", found.group()) if found else ""
    literal: str = match.get("path") or match["prefix"]
    return literal
