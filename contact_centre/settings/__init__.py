"""Settings by environment: ``embedded`` (``./run``), ``production`` and ``test``, all on ``base``."""
