import subprocess
import sys

import xcs


def touch(name):
    return subprocess.run([sys.executable, "-c", "", name]).returncode


xcs.unordered(touch)


def subject(names=["a", "b"]):
    return [touch(name) for name in names]
