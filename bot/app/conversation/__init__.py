"""The bot in a terminal: people who talk to it over the emulator, and what Telegram would show them."""
