"""What all handlers share: identity, failures, pages made of templates, and the way of an answer."""
