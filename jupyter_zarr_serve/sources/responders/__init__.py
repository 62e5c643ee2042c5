"""What all processes that answer for this server share: connections, and what they may say."""
