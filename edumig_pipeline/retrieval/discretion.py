"""What is told of a download, without the secrets it was made with.

Belongs here: which secrets there are, and blotting them out. Does not belong here: where they are sent (`web`).
"""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

from edumig_pipeline.log import WARNING, tell
from edumig_pipeline.retrieval.web import Watch
from edumig_pipeline.sources.downloads import Key

_PROXIES = tuple(name for scheme in ("http", "https", "all") for name in (f"{scheme}_proxy", f"{scheme}_proxy".upper()))


@dataclass(frozen=True)
class Discreet:
    """Tells a watch how a download goes on, but for secrets: an answer may repeat what it was asked with, and logs are kept.

    Secrets are the download's key, and what an address in the environment has before its host, user:password: those of proxies,
    and of the variables named in `addresses`.
    """

    watch: Watch
    key: Key | None
    environment: Mapping[str, str] = field(repr=False)
    addresses: tuple[str, ...] = ()

    def without_secrets(self, text: str) -> str:
        """The text with every secret blotted out."""
        secrets = {self.environment[self.key.variable]: self.key.variable} if self.key else {}
        for variable in (*self.addresses, *_PROXIES):
            user, at, _ = self.environment.get(variable, "").rpartition("@")
            if at:
                user = user.rpartition("://")[2]
                # The password by itself as well, as written and as it is sent.
                password = user.partition(":")[2]
                sent = base64.b64encode(unquote(user).encode()).decode()
                # One that is not encoded as it should be is told in pieces.
                secrets |= dict.fromkeys((user, password, unquote(password), sent, *re.split("[/?#]", password)), variable)
        for secret in sorted(filter(None, secrets), key=len, reverse=True):
            text = text.replace(secret, f"[{secrets[secret]}]")
        return text

    def say(self, text: str) -> None:
        """Tell that something went otherwise than expected."""
        discreet = self.without_secrets(text)
        tell("download_delayed", WARNING, reason=discreet)
        self.watch.say(discreet)

    def begin(self, label: str, total: int | None) -> None:
        """Tell that a file begins to come."""
        self.watch.begin(label, total)

    def advance(self, count: int) -> None:
        """Tell that so many bytes more came."""
        self.watch.advance(count)

    def end(self) -> None:
        """Tell that the file is there."""
        self.watch.end()
