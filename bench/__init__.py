"""One script per figure; each prints JSON with a ratio. Run by `./run bench NAME`."""
