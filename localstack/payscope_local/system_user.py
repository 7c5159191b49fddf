"""The unprivileged account that PostgreSQL needs when everything else runs as root."""

import os
import pwd
import shutil
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path

from payscope.errors import Unavailable

ACCOUNT = "payscope-postgres"


@dataclass(frozen=True)
class Account:
    """Numeric identity of an account; None in both when the current user is good enough."""

    uid: int | None = None
    gid: int | None = None

    @property
    def is_other(self) -> bool:
        return self.uid is not None

    def own(self, path: Path) -> None:
        """Give one file or folder to the account."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)

    def can_reach(self, folder: Path) -> bool:
        """Whether the account may pass through the folder and all that are above it."""
        if not self.is_other:
            return True
        existing = folder.absolute()
        while not existing.exists():
            existing = existing.parent
        return all(self._may_pass(part) for part in (existing.resolve(), *existing.resolve().parents))

    def _may_pass(self, folder: Path) -> bool:
        status = folder.stat()
        if status.st_uid == self.uid:
            return bool(status.st_mode & stat.S_IXUSR)
        if status.st_gid == self.gid:
            return bool(status.st_mode & stat.S_IXGRP)
        return bool(status.st_mode & stat.S_IXOTH)


def postgres_account() -> Account:
    """The current user, or for root a system account of its own, made on first use.

    Raises:
        Unavailable: The account is missing and this system has no ``useradd``.
    """
    if os.geteuid() != 0:
        return Account()
    try:
        entry = pwd.getpwnam(ACCOUNT)
    except KeyError:
        entry = _create()
    return Account(entry.pw_uid, entry.pw_gid)


def _create() -> pwd.struct_passwd:
    useradd = shutil.which("useradd") or shutil.which("useradd", path="/usr/sbin:/sbin")
    if useradd is None:
        raise Unavailable("PostgreSQL does not run as root here: run as an ordinary user.")
    subprocess.run(  # noqa: S603 -- fixed arguments
        [useradd, "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", ACCOUNT],
        check=False,
        capture_output=True,
    )
    try:
        return pwd.getpwnam(ACCOUNT)  # another process may have been first
    except KeyError as error:
        raise Unavailable(f"useradd could not make the system account {ACCOUNT}.") from error
