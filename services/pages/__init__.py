"""Pages of the catalog that have a module of their own."""
