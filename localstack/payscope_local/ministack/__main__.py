"""``python -m payscope_local.ministack``: the emulator with our corrections; settings by environment."""

import sys

from payscope_local.ministack.patches import install


def main() -> None:
    install()
    from ministack.app import main as serve

    sys.argv = ["ministack"]
    serve()


if __name__ == "__main__":
    main()
