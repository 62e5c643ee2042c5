"""The only Tornado: requests in, responses out."""
