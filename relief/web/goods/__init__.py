"""What the pages on plans, needs, trips and stock put together from several reads."""
