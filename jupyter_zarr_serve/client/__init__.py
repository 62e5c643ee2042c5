"""Opening what is served, in one line: `open`, servers and logins, and the kinds of objects it gives."""
