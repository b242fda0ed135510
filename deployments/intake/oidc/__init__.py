"""CI jobs that prove who they are with the token their platform signs (OpenID Connect): no secret to keep, nothing to rotate."""
