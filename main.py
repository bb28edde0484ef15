"""CNN Studio: without arguments the window opens; with a command the engine answers on the terminal."""

from __future__ import annotations

import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run CNN Studio; returns the exit code. arguments: without the program's name, sys.argv[1:] if None."""
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    try:
        return _command(arguments) if arguments else _window()
    except KeyboardInterrupt:  # while the libraries are being loaded; later the command itself answers
        print("error: stopped by the user", file=sys.stderr)
        return 1


def _window() -> int:
    from gui.display import why_no_window

    if reason := why_no_window():
        print(f"error: {reason}", file=sys.stderr)
        return 1
    try:
        from gui.app import start
    except ImportError as error:  # a system library that Qt needs, such as libEGL.so.1
        print(f"error: Qt cannot be loaded ({error}). The command line works: python main.py --help", file=sys.stderr)
        return 1
    return start()


def _command(arguments: Sequence[str]) -> int:
    from engine.commands import COMMANDS, build_parser, run
    from engine.quiet import divert_native_output
    from gui.screenshots_command import COMMAND as SCREENSHOTS

    parsed = build_parser((*COMMANDS, SCREENSHOTS)).parse_args(arguments)
    if parsed.command is None:
        return _window()
    divert_native_output()
    return run(parsed)


if __name__ == "__main__":
    sys.exit(main())
