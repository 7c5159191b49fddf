"""Corrections of MiniStack's source, applied as it is imported.

Each replaces one exact passage. A passage that is not there exactly once means that another
version is installed: the import fails and names the correction, instead of running uncorrected.
"""

import importlib.machinery
import importlib.util
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.abc import MetaPathFinder
from types import CodeType, ModuleType


@dataclass(frozen=True)
class Patch:
    """One passage of one module, and what it becomes."""

    module: str
    purpose: str
    passage: str
    replacement: str


# A burst of invocations waits for the few processes of its function: every further process would
# cost seconds of start-up on the cores that the others need.
_WAIT_FOR_PROCESS = """def acquire_worker(*arguments, **options):
    limit = int(os.environ["PAYSCOPE_PROCESSES_PER_FUNCTION"])
    deadline = time.monotonic() + 600
    while True:
        worker, reason = _acquire_worker_now(*arguments, **{**options, "max_concurrency": limit})
        if worker is not None or time.monotonic() > deadline:
            return worker, reason
        time.sleep(0.02)


def _acquire_worker_now(func_name: str, config: dict, code_zip: bytes,
"""

PATCHES: tuple[Patch, ...] = (
    Patch(
        "ministack.core.lambda_runtime",
        "a function runs in a few processes, and bursts wait for them",
        "def acquire_worker(func_name: str, config: dict, code_zip: bytes,\n",
        _WAIT_FOR_PROCESS,
    ),
    Patch(
        "ministack.core.lambda_runtime",
        "a worker tells the class of the exception that a handler raised",
        '"error": str(e), "trace": traceback.format_exc()}',
        '"error": str(e), "type": type(e).__name__, "trace": traceback.format_exc()}',
    ),
    Patch(
        "ministack.core.lambda_runtime",
        "a deployment lets running invocations finish",
        "    # takes to exit, and holding the pool lock for that blocks every invocation.\n"
        "    kill_workers(doomed)\n",
        "    # takes to exit, and holding the pool lock for that blocks every invocation.\n"
        "    for worker in doomed:\n"
        "        worker.retired = True\n"
        "    kill_workers([worker for worker in doomed if not worker.in_use])\n",
    ),
    Patch(
        "ministack.core.lambda_runtime",
        "a process that outlived a deployment ends with its invocation",
        "    with _lock:\n        worker.in_use = False\n",
        "    with _lock:\n        worker.in_use = False\n"
        '    if getattr(worker, "retired", False):\n        kill_workers([worker])\n',
    ),
    Patch(
        "ministack.services.lambda_svc",
        "Step Functions sees that class as the error's name, and a process that died as the cloud names it",
        '            error_type = "Runtime.HandlerError"\n            if _RIE_TIMEOUT_TEXT_RE',
        '            error_type = result.get("type", "Runtime.ExitError")\n'
        "            if _RIE_TIMEOUT_TEXT_RE",
    ),
    Patch(
        "ministack.core.lambda_runtime",
        "a process that dies while it begins is one that died, and leaves the others of its function alone",
        "                self._spawn()\n                cold = True\n                self._cold = False\n",
        "                try:\n"
        "                    self._spawn()\n"
        "                except (OSError, RuntimeError) as error:\n"
        '                    if "init failed" in str(error):\n'
        "                        raise\n"
        '                    return {"status": "error", "error": f"Worker process died: {error}"}\n'
        "                cold = True\n"
        "                self._cold = False\n",
    ),
    Patch(
        "ministack.core.lambda_runtime",
        "a handler that raised keeps its warm process, as in the cloud",
        '            if response.get("status") == "error":\n                proc, self._proc',
        '            if response.get("status") == "error" and "type" not in response:\n'
        "                proc, self._proc",
    ),
    Patch(
        "ministack.services.cloudformation.provisioners",
        "a bucket keeps its name over deployments",
        '        _NAME_SEED.set(new_uuid()[:8])\n    name = props.get("BucketName")',
        '        _NAME_SEED.set("payscope")\n    name = props.get("BucketName")',
    ),
    Patch(
        "ministack.services.cloudformation.provisioners",
        "a bucket whose contents survived a restart is adopted",
        "    if _s3._bucket_owner_account(name) is not None:\n        # Reached with DisableValidation",
        "    if False:\n        # Reached with DisableValidation",
    ),
    Patch(
        "ministack.services.s3",
        "Object Created tells the version of the object",
        '"sequencer": sequencer or "0"},\n                    "request-id"',
        '"sequencer": sequencer or "0",\n'
        '                               **({"version-id": version_id} if version_id else {})},\n'
        '                    "request-id"',
    ),
)


class PatchedLoader(importlib.machinery.SourceFileLoader):
    """Compiles a module from its corrected source, never from a cache."""

    def __init__(self, name: str, path: str, patches: Sequence[Patch]) -> None:
        super().__init__(name, path)
        self._patches = patches

    def get_code(self, fullname: str) -> CodeType:
        path = self.get_filename(fullname)
        text = self.get_data(path).decode()
        for patch in self._patches:
            found = text.count(patch.passage)
            if found != 1:
                message = f"{fullname} has the passage {found} times; correction: {patch.purpose}"
                raise ImportError(message, name=fullname, path=path)
            text = text.replace(patch.passage, patch.replacement)
        return compile(text, path, "exec", dont_inherit=True)


class PatchFinder(MetaPathFinder):
    """Finds the modules that have corrections; all others are found as usual."""

    def __init__(self, patches: Sequence[Patch]) -> None:
        self._patches = patches

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        wanted = [patch for patch in self._patches if patch.module == fullname]
        if not wanted:
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if spec is None or spec.origin is None:
            return None
        return importlib.util.spec_from_file_location(
            fullname, spec.origin, loader=PatchedLoader(fullname, spec.origin, wanted)
        )


def install(patches: Sequence[Patch] = PATCHES) -> None:
    """Correct the modules from now on; those that are loaded already stay as they are."""
    sys.meta_path.insert(0, PatchFinder(patches))
