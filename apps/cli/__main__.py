"""`python -m apps.cli` is the same as `weizheng`."""

from apps.cli.main import app

if __name__ == "__main__":
    app(prog_name="weizheng")
