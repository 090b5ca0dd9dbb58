"""What is kept between runs: one database, SQLite by default, PostgreSQL for several machines."""

from bot.store.database import Store
from bot.store.transaction import Transaction
from bot.store.written import Coverage, Written

__all__ = ["Coverage", "Store", "Transaction", "Written"]
