"""Parts of `make bench` and `make bench-load`: the deck, BERTopic, a session without a browser, the table."""
