"""All that chaos adds to the portal."""
