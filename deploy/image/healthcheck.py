#!/usr/bin/env python3
"""Health check of a container: asks the process's own /health/live. Needs no shell tools in the image."""

import os
import sys
import urllib.error
import urllib.request

port = os.environ.get("RESONANZ_METRICS_PORT", "9464")
try:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/live", timeout=3) as answer:
        sys.exit(0 if answer.status == 200 else 1)
except (urllib.error.URLError, OSError) as error:
    print(error, file=sys.stderr)
    sys.exit(1)
