"""The declared tool families, by domain: a declaration gives the schemas, the requests and the gold calls."""
