"""Share links: what a link grants, how its token is made and checked, and who made which."""
