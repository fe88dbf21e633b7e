"""Every test runs strict: an error inside the pipeline is raised, not made a remark. Decisions are unhurried."""

import os
import signal

os.environ["XCS_STRICT"] = "1"

# A shell that starts the tests in the background has Ctrl-C ignored, by them and by the programs that they interrupt.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_configure() -> None:
    import tests.unhurried  # noqa: F401
