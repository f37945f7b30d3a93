"""The template of a route (`/users/{id}`), never the path: each path would be a name of its own in every analysis.

`template_of` runs within the request, `Routes` in the sender's thread.
"""

from __future__ import annotations

import re
from collections.abc import MutableMapping
from typing import Any

UNMATCHED = "(unmatched)"  # no route took it: whatever scanners try comes under one name
OTHERS = "(others)"
LONGEST = 256

# What is hardly ever a word of a template: anything with a digit in it, but for `v1`, or very long.
_NAME_OF_ONE = re.compile(r"(?!v\d{1,2}$)[^/]*\d[^/]*|[^/]{33,}")
_UNSENDABLE = re.compile("[\0\ud800-\udfff]")


def template_of(scope: MutableMapping[str, Any]) -> str | None:
    """The template as Starlette and FastAPI leave it in the scope; None where they, or others, leave none."""
    route = scope.get("route")
    if route is None:
        return None
    # A FastAPI that includes routers lazily leaves the route without their prefixes, and all of it in this context.
    included = scope.get("fastapi")
    if included:
        context = included.get("effective_route_context")
        if context is not None and context.original_route is route:
            route = context
    template: str = getattr(route, "path_format", None) or route.path
    return _mounted(scope, route, template) if "app_root_path" in scope else template


def _mounted(scope: MutableMapping[str, Any], route: Any, template: str) -> str:
    """The template below a mount, which leaves the path that it took, with the values of its parameters."""
    prefix = scope["root_path"][len(scope["app_root_path"]) :]
    names = {str(value): f"{{{name}}}" for name, value in scope.get("path_params", {}).items()}
    prefix = "/".join(names.get(part, part) for part in prefix.split("/"))
    is_mount = template == f"{getattr(route, 'path', None)}/{{path}}"
    return f"{prefix}/{{path}}" if is_mount else prefix + template


class Routes:
    """Names for routes, of which there are never more than `most`; further ones share one."""

    def __init__(self, most: int = 500) -> None:
        self._most = most
        self._known: set[str] = set()

    def name(self, template: str | None, path: str, status: int) -> str:
        """The name under which a request is filed, at most `LONGEST` characters.

        Args:
            path: its path, or the beginning of it; used where there is no template.
        """
        if template is None and status in (404, 405):
            return UNMATCHED
        name = _generalised(path) if template is None else template
        name = _UNSENDABLE.sub("\ufffd", name)[:LONGEST]
        if name not in self._known:
            if len(self._known) >= self._most:
                return OTHERS
            self._known.add(name)
        return name


def _generalised(path: str) -> str:
    """`/users/{id}` of `/users/17`: a guess, for frameworks that leave no template."""
    return "/".join("{id}" if _NAME_OF_ONE.fullmatch(part) else part for part in path.split("/"))
