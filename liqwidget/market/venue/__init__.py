"""The venues: the client, thread and streams that they share, how their rows are read, and what each publishes."""
