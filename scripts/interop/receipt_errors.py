"""The one exception by which a reader refuses what it reads."""


class Refused(Exception):
    """`code`: a stable snake_case word; the text says why."""

    def __init__(self, code: str, why: str):
        super().__init__(why)
        self.code = code
