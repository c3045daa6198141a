"""A pytest plugin for runs that must leave nothing out (REQUIRE_ALL=1): a skipped test fails the run."""

import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say so beside the list of what was skipped."""
    if terminalreporter.stats.get("skipped"):
        terminalreporter.write_line("REQUIRE_ALL=1: what was skipped counts as failed.", red=True)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Turn a run that passed with skips into one that failed."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None and reporter.stats.get("skipped") and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
