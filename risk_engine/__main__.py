"""Run the engine from the command line: python -m risk_engine."""

import sys

from risk_engine.cli import main

sys.exit(main())
