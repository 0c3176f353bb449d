"""The SQL database: engine, transactions, migrations."""
