"""Stand-ins for what the resume service depends on, with a switch."""

from services.resume.errors import ErasureIncomplete


class SwitchableDatabase:
    """A database that answers while it is `on`."""

    def __init__(self) -> None:
        self.on = True

    async def ping(self) -> bool:
        """Whether it is on."""
        return self.on


class SwitchableDerivedData:
    """Derived data of resumes, by key; erased only while it is `on`."""

    def __init__(self) -> None:
        self.on = True
        self.documents: dict[str, int] = {}

    async def erase(self, unique_key: str) -> int:
        """Erases what there is of a resume."""
        if not self.on:
            raise ErasureIncomplete(unique_key=unique_key)
        return self.documents.pop(unique_key, 0)
