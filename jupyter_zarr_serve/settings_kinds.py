"""Kinds of settings: what each may be, however it is given."""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from traitlets import Bool, Dict, Float, List, TraitError, TraitType, Unicode

from .core.known_names import RESERVED
from .shares.sharing import checked_origin


class Group(Dict):
    """Settings that belong together, by name; each that is not given has its default.

    Parameters
    ----------
    members
        What each setting may be, and its default.
    switch
        The member that is meant where the group is given as a boolean; "" if it cannot be.
    """

    def __init__(
        self, members: Mapping[str, TraitType[Any, Any]], *, switch: str = "", **kwargs: Any
    ) -> None:
        defaults = {name: member.default() for name, member in members.items()}
        super().__init__(default_value=defaults, **kwargs)
        self.members, self._switch, self._defaults = members, switch, defaults
        for name, member in members.items():
            member.name = name

    def validate(self, obj: Any, value: Any) -> Any:
        """See `TraitType`."""
        given = {self._switch: value} if self._switch and isinstance(value, bool) else value
        if not isinstance(given, dict):
            expected = f"expected {'a boolean or ' if self._switch else ''}a dict of {self._names()}"
            raise TraitError(f"{expected}, not {value!r}")
        found = dict(self._defaults)
        for name, item in given.items():
            if name not in self.members:
                raise TraitError(f"{name!r} is none of {self._names()}")
            try:
                found[name] = self.members[name]._validate(obj, item)
            except TraitError as error:
                raise TraitError(f"{name}: {error}") from None
        return found

    def item_from_string(self, s: str) -> Any:
        """The member that an option of the command line gives as ``name=value``."""
        name, separator, text = s.partition("=")
        if not separator and self._switch:
            return {self._switch: Bool().from_string(s)}
        member = self.members.get(name)
        return {name: member.from_string(text) if member is not None else text}

    def _names(self) -> str:
        return ", ".join(self.members)


class Mounts(Dict):
    """Names of datasets, and where they are."""

    def validate(self, obj: Any, value: Any) -> Any:
        """See `TraitType`."""
        mounts = super().validate(obj, value)
        for name, place in (mounts or {}).items():
            if not name or "/" in name or name.startswith(".") or name in RESERVED:
                raise TraitError(f"{name!r} cannot be a name; reserved: {', '.join(RESERVED)}")
            if not place:
                raise TraitError(f"{name!r} has neither a path nor a URL")
        return mounts


class Origins(List):  # type: ignore[type-arg]
    """Origins as browsers spell them; one text may be a JSON list of them."""

    def from_string(self, s: str) -> Any:
        """See `TraitType`; what the text is, `validate` finds out."""
        return [s]

    def validate(self, obj: Any, value: Any) -> Any:
        """See `TraitType`."""
        found: list[str] = []
        for text in super().validate(obj, [value] if isinstance(value, str) else value) or []:
            try:
                listed = json.loads(text) if text.lstrip().startswith("[") else [text]
            except ValueError:
                raise TraitError(f"{text!r} is no JSON list") from None
            try:
                found += [checked_origin(origin) for origin in listed]
            except (ValueError, AttributeError) as error:
                raise TraitError(str(error)) from None
        return found


class Seconds(Float):  # type: ignore[type-arg]
    """A number of seconds."""

    def validate(self, obj: Any, value: Any) -> Any:
        """See `TraitType`."""
        seconds = super().validate(obj, value)
        if not math.isfinite(seconds):
            raise TraitError(f"{seconds} is no number of seconds")
        return seconds


class Viewer(Unicode):  # type: ignore[type-arg]
    """Where a viewer is: a URL or, where it may be one, a folder with its page; "" for none."""

    def __init__(self, *args: Any, may_be_folder: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._may_be_folder = may_be_folder

    def validate(self, obj: Any, value: Any) -> Any:
        """See `TraitType`."""
        url = super().validate(obj, value)
        if not url or url.startswith(("http://", "https://")):
            return url
        if "://" in url or not self._may_be_folder:
            raise TraitError(f"{url!r}: pages of viewers have URLs of http or https")
        if not Path(url, "index.html").is_file():
            raise TraitError(f"{url!r} is neither a URL of http or https nor a folder with an index.html")
        return url
