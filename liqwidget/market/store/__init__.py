"""Market history that is kept on this machine: its files, what of them is known, and the face for users."""
