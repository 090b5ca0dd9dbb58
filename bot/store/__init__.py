"""What is kept: market history in SQLite or PostgreSQL, revisions included."""
