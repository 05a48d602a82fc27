"""The page in a real browser. Not collected with the other tests, as it needs Chromium: `make page-test`."""
