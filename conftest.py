"""What every test run here uses."""

pytest_plugins = ["scripts.strict_skips", "tests.databases", "tests.browsers", "tests.valkeys"]
