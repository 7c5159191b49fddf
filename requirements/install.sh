#!/usr/bin/env bash
# Builds the virtual environment: PyTorch as a CPU build first, then the lock, then the project itself.
# Usage: requirements/install.sh VENV PYTHON
set -euo pipefail

venv=$1
python=$2
here=$(cd "$(dirname "$0")" && pwd)

if ! "$python" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then
    echo "PayScope needs Python 3.11 (NeuralProphet has no later release). Install it, or run: make PYTHON=/path/to/python3.11" >&2
    exit 1
fi
[ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
pip="$venv/bin/python -m pip --disable-pip-version-check"

torch=$(grep -v '^#' "$here/torch.txt")
if ! "$venv/bin/python" -c "import importlib.metadata as m, sys; sys.exit(m.version('torch').split('+')[0] != '${torch#*==}')" 2>/dev/null; then
    echo "installing $torch (CPU build)"
    # The CPU index where it answers. Elsewhere what pip offers, unless that drags CUDA in.
    if ! $pip install --quiet --no-deps --timeout 5 --retries 0 \
            --index-url https://download.pytorch.org/whl/cpu "$torch" 2>/dev/null; then
        if $pip install --quiet --dry-run --report - "$torch" | grep -q '"name": "nvidia-'; then
            echo "pip offers only a CUDA build of $torch here (gigabytes). Give it PyTorch's CPU index, or a CPU wheel:" >&2
            echo "  $venv/bin/pip install --no-deps <wheel of $torch>    and run make again" >&2
            exit 1
        fi
        $pip install --quiet --no-deps "$torch"
    fi
fi
echo "installing the locked requirements (a few minutes the first time)"
$pip install --quiet "setuptools>=80"
# --no-deps: the lock is complete, and WordLlama asks for another numpy than NeuralProphet (see compile.py).
$pip install --quiet --no-deps --requirement "$here/lock.txt"
$pip install --quiet --no-deps --no-build-isolation --editable "$here/.."
