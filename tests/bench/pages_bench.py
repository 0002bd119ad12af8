"""What Lighthouse says of every page, in both languages: `./run bench pages`, or only those whose path
has the words of OPTRIA_BENCH_PAGES in it ("app,optimization"). Its packages are installed at the first
call (npm ci), beside the bench and not with the product."""

import os
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "lighthouse"


def main():
    wanted, installed = FOLDER / "package-lock.json", FOLDER / "node_modules" / ".package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < wanted.stat().st_mtime:
        print("installing npm packages of Lighthouse", file=sys.stderr)
        if subprocess.run(["npm", "ci", "--prefix", str(FOLDER)], stdout=sys.stderr).returncode:
            print("npm packages of Lighthouse could not be installed. Is there a network?", file=sys.stderr)
            return 69
        os.utime(installed)
    return subprocess.run(["node", str(FOLDER / "pages.mjs")]).returncode


if __name__ == "__main__":
    sys.exit(main())
