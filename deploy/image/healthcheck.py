#!/usr/bin/env python3
"""Health check of a container: asks the process's own /health/live. Needs no shell tools in the image.

healthcheck [PORT]    PORT: RESONANZ_METRICS_PORT, or 9464; a console's is 8080
"""

import os
import sys
import urllib.error
import urllib.request

port = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("RESONANZ_METRICS_PORT", "9464")
try:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/live", timeout=3) as answer:
        sys.exit(0 if answer.status == 200 else 1)
except (urllib.error.URLError, OSError) as error:
    print(error, file=sys.stderr)
    sys.exit(1)
