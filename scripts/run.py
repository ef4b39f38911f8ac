"""Start the demonstration, its tests or its checks on a machine that has nothing but Python.

    python3 scripts/run.py run | test | check | format | bench | reset

This file is written so that any Python can read it and say that it is too old.
"""

import os
import shutil
import sys

OLDEST = (3, 11)

if sys.version_info[:2] < OLDEST:
    for minor in (15, 14, 13, 12, 11):
        newer = shutil.which("python3.%d" % minor)  # noqa: UP031
        if newer:
            os.execv(newer, [newer] + sys.argv)  # noqa: RUF005
    sys.stderr.write(
        "需要 Python 3.11 或更新的版本，这里的 python3 是 %d.%d；"  # noqa: UP031
        "请安装 Python 3.11（Debian 12 自带），再运行 make run PYTHON=它的路径。\n"
        % sys.version_info[:2]
    )
    sys.exit(1)

from bootstrap.main import main  # noqa: E402

sys.exit(main(sys.argv[1:]))
