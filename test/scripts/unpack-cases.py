"""Unpacks one archive for each line of the standard input, `[archive, folder, names]`, and answers with a line: the error or null."""

import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', '..', 'scripts'))
from unpack import unpack  # noqa: E402

for line in sys.stdin:
    try:
        unpack(*json.loads(line))
        answer = None
    except Exception as error:
        answer = f'{type(error).__name__}: {error}'
    print(json.dumps(answer), flush=True)
